import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ExperimentInput } from '../../../src/experiment/schema/schema.ts';
import { SafetensorsFile } from '../../../src/models/checkpoint/safetensors.ts';
import type { RunDirectory } from '../../../src/worker/directory/run-directory.ts';
import { checkpointFolder } from '../../models/reference-checkpoint.ts';
import { makeRun, resultOf, startWorker, temporaryDirectory, waitFor } from '../support.ts';

const project = temporaryDirectory();
cpSync(checkpointFolder('gpt2'), join(project, 'base'), { recursive: true });
writeFileSync(
  join(project, 'text.txt'),
  'the whale swam on and the ship came after it, all night. '.repeat(40),
);

const written: Partial<ExperimentInput> = {
  dataset: {
    kind: 'language-model',
    train: 'text.txt',
    testFraction: 0.2,
    tokenizer: { kind: 'words' },
    length: 8,
  },
  teacher: { checkpoint: 'base' },
  student: {
    checkpoint: 'base',
    lora: { targets: ['c_attn'], rank: 2, dropout: 0.1, keepAdapter: true },
  },
  strategy: { kind: 'sequence' },
  training: { epochs: 12, batchSize: 4, learningRate: 0.01, weightDecay: 0.1 },
};

const bytesOf = ({ studentDirectory }: RunDirectory, file: string) =>
  readFileSync(join(studentDirectory, file));

async function tensorsOf(file: string): Promise<Map<string, string>> {
  const opened = await SafetensorsFile.open(file);
  const values = new Map<string, string>();
  for (const name of opened.entries.keys()) values.set(name, String((await opened.read(name)).data));
  await opened.close();
  return values;
}

test('a student with an adapter changes only what it targets, and is the same after a kill', async () => {
  const whole = await makeRun(project, 'whole', written);
  const { result, events } = await resultOf(whole);
  const { parameters, adapterParameters, frozenParameters } = result.student;
  const config = JSON.parse(readFileSync(join(project, 'base', 'config.json'), 'utf8'));
  assert.equal(adapterParameters, config.n_layer * 2 * (config.n_embd + 3 * config.n_embd));
  assert.equal(frozenParameters, undefined);
  assert.ok(adapterParameters! < parameters);
  assert.ok(events.every(({ type }) => type !== 'failed'));
  assert.match(readFileSync(join(whole.studentDirectory, 'README.md'), 'utf8'), /Trained as LoRA/);

  const before = await tensorsOf(join(project, 'base', 'model.safetensors'));
  const after = await tensorsOf(join(whole.studentDirectory, 'model.safetensors'));
  for (const [name, values] of after) {
    const stored = before.get(name);
    // The vocabulary of the text is smaller than that of the checkpoint.
    if (stored === undefined || name.includes('wte')) continue;
    if (name.endsWith('c_attn.weight')) assert.notEqual(values, stored, name);
    else assert.equal(values, stored, name);
  }
  const killed = await makeRun(project, 'killed', written);
  const worker = startWorker(killed.path);
  await waitFor(killed, ({ type }) => type === 'checkpoint');
  worker.process.kill('SIGKILL');
  await worker.ended;
  const state = readFileSync(join(killed.checkpointsDirectory, 'last.safetensors'), 'latin1');
  assert.match(state, /"optimizer\.[^"]*c_attn\.lora_A/);
  assert.doesNotMatch(state, /"[^"]*(wte|c_proj)/);
  const resumed = await resultOf(killed);
  assert.ok(resumed.events.some((event) => event.type === 'started' && event.resumedFromEpoch !== undefined));
  for (const file of [
    'model.safetensors',
    'adapter/adapter_model.safetensors',
    'adapter/adapter_config.json',
  ])
    assert.ok(bytesOf(killed, file).equals(bytesOf(whole, file)), file);
});
