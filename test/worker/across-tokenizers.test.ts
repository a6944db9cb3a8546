import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ExperimentInput } from '../../src/experiment/schema/schema.ts';
import type { RunDirectory } from '../../src/worker/directory/run-directory.ts';
import { eventsOf, makeRun, ofType, runToEnd, startWorker, temporaryDirectory, waitFor } from './support.ts';

const project = temporaryDirectory();
const text = 'The whale swam on; and the ship came after it — all night, déjà vu 🐋!\n';
for (const [name, times] of [
  ['train.txt', 30],
  ['test.txt', 6],
] as const)
  writeFileSync(join(project, name), text.repeat(times));

const decoder = (hiddenSize: number) => ({
  architecture: 'gpt2' as const,
  hiddenSize,
  layers: 1,
  heads: 2,
  intermediateSize: 16,
});

const across: Partial<ExperimentInput> = {
  name: 'two tokenizers',
  dataset: {
    kind: 'language-model',
    train: 'train.txt',
    test: 'test.txt',
    tokenizer: { kind: 'words' },
    length: 24,
  },
  teacher: {
    model: decoder(16),
    tokenizer: { kind: 'bytes' },
    length: 48,
    training: { epochs: 3, batchSize: 8, learningRate: 0.01 },
  },
  student: { model: decoder(8) },
  strategy: { kind: 'sequence', across: 'gold' },
  training: { epochs: 4, batchSize: 4, accumulation: 2, learningRate: 0.01 },
};

const resultOf = async (directory: RunDirectory) => ofType(await eventsOf(directory), 'result')[0]!.result;
const weightsOf = ({ studentDirectory }: RunDirectory) =>
  readFileSync(join(studentDirectory, 'model.safetensors'));

async function done(name: string, changes: Partial<ExperimentInput>): Promise<RunDirectory> {
  const run = await makeRun(project, name, { ...across, ...changes });
  const { code, output } = await runToEnd(run);
  assert.equal(code, 0, output);
  return run;
}

test('a student of words learns from a teacher of bytes, and bits per byte stand for both', async () => {
  const run = await done('gold', {});
  const { student, teacher, otherTokens, agreement, continuations } = await resultOf(run);
  assert.equal(otherTokens, true);
  assert.equal(agreement, undefined);
  // The text's own count: nats per token times tokens, over bytes.
  const bytes = Buffer.byteLength(text.repeat(6));
  const words = 6 * (text.toLowerCase().match(/[\p{L}]+|[^\p{L}\s]/gu)!.length - 1 + 1) + 1;
  assert.ok(Math.abs(student.bitsPerByte! - (student.loss! * words) / bytes / Math.LN2) < 1e-9);
  assert.ok(Math.abs(teacher!.bitsPerByte! - (teacher!.loss! * (bytes + 1)) / bytes / Math.LN2) < 1e-9);
  const doubts = ofType(await eventsOf(run), 'warning').filter(({ doubt }) => /tok/.test(doubt ?? ''));
  assert.deepEqual(doubts.map(({ doubt }) => doubt).sort(), ['across-tokenizers', 'other-tokens']);
  assert.match(doubts.find(({ doubt }) => doubt === 'other-tokens')!.message, /for the student, capitals/);
  assert.match(
    doubts.find(({ doubt }) => doubt === 'across-tokenizers')!.message,
    /of the teacher’s 259 tokens \(\d+\.\d %\).*one token of each; \d+\.\d % of the text/,
  );
  assert.ok(continuations!.every(({ texts }) => 'teacher' in texts));
  const losses = ofType(await eventsOf(run), 'metric').flatMap(
    ({ values }) => values['loss.divergence'] ?? [],
  );
  assert.ok(losses.length > 2 && losses.at(-1)! < losses[0]!, losses.join());

  const live = await done('live', { cacheTeacherSignals: false });
  assert.ok(Math.abs((await resultOf(live)).student.loss! - student.loss!) < 1e-4);
  const together = await done('combined', {
    strategy: {
      kind: 'combined',
      terms: [
        { kind: 'sequence', across: 'gold', weight: 0.25 },
        { kind: 'sequence', across: 'gold', weight: 0.25 },
      ],
      labelWeight: 0.5,
    },
  });
  assert.ok(Math.abs((await resultOf(together)).student.loss! - student.loss!) < 1e-3);
});

test('killed and resumed, the student is the same to the last bit', async () => {
  const changes = {
    strategy: { kind: 'sequence', across: 'uld', topK: 8 } as const,
    training: { epochs: 20, batchSize: 4, learningRate: 0.01 },
  };
  const whole = await done('whole', changes);
  const killed = await makeRun(project, 'killed', { ...across, ...changes });
  const worker = startWorker(killed.path);
  await waitFor(killed, ({ type }) => type === 'checkpoint');
  worker.process.kill('SIGKILL');
  await worker.ended;
  const { code, output } = await runToEnd(killed);
  assert.equal(code, 0, output);
  assert.ok(ofType(await eventsOf(killed), 'started').some(({ resumedFromEpoch }) => resumedFromEpoch));
  assert.ok(weightsOf(killed).equals(weightsOf(whole)), 'the weights differ');
});

test('what a teacher of other tokens wrote is read anew, and what compares token by token refuses it', async () => {
  const run = await done('written', {
    strategy: { kind: 'generated', promptLength: 8, samples: 16 },
    training: { epochs: 2, batchSize: 8 },
  });
  const { otherTokens, student, teacherSeconds } = await resultOf(run);
  assert.ok(otherTokens && teacherSeconds! > 0 && student.perplexity! > 1);
  const refused = await makeRun(project, 'refused', { ...across, strategy: { kind: 'sequence' } });
  const { code, output } = await runToEnd(refused);
  assert.notEqual(code, 0);
  const [failure] = ofType(await eventsOf(refused), 'failed');
  assert.match(JSON.stringify(failure), /token by token.*\\"across\\"/, output);
});
