import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkExperiment } from '../../../src/checks/check.ts';
import type { ExperimentInput } from '../../../src/experiment/schema/schema.ts';
import type { RunDirectory } from '../../../src/worker/directory/run-directory.ts';
import { makeRun, resultOf, startWorker, temporaryDirectory, waitFor } from '../support.ts';

const project = temporaryDirectory();
writeFileSync(
  join(project, 'text.txt'),
  'the whale swam on and the ship came after it, all night. '.repeat(60),
);
const decoder = { architecture: 'gpt2' as const, hiddenSize: 8, layers: 1, heads: 2, intermediateSize: 16 };
const onPolicy = { share: 0.5, promptLength: 4, maxNewTokens: 6 };

const written = (
  more: object = { onPolicy },
  changes: Partial<ExperimentInput> = {},
): Partial<ExperimentInput> => ({
  name: 'own words',
  dataset: {
    kind: 'language-model',
    train: 'text.txt',
    testFraction: 0.2,
    tokenizer: { kind: 'words' },
    length: 16,
  },
  teacher: { model: decoder, training: { epochs: 2, batchSize: 8, learningRate: 0.01 } },
  student: { model: decoder },
  strategy: { kind: 'sequence', weight: 1, temperature: 1, divergence: 'jsd', ...more },
  training: { epochs: 8, batchSize: 8, accumulation: 2, learningRate: 0.01 },
  ...changes,
});

const weights = ({ studentDirectory }: RunDirectory) =>
  readFileSync(join(studentDirectory, 'model.safetensors'));

test('a student that learns from what it writes is the same after a kill', async () => {
  const whole = await makeRun(project, 'whole', written());
  const { result, events } = await resultOf(whole);
  assert.ok(result.student.loss! < result.teacher!.loss! + 2, `${result.student.loss}`);
  // The teacher answers to texts that are not there before.
  assert.ok(!events.some((event) => event.type === 'phase' && event.phase === 'signals'));
  assert.equal(result.trainedTokens, undefined);

  const killed = await makeRun(project, 'killed', written());
  const worker = startWorker(killed.path);
  await waitFor(killed, ({ type }) => type === 'checkpoint');
  worker.process.kill('SIGKILL');
  await worker.ended;
  const resumed = await resultOf(killed);
  assert.ok(resumed.events.some((event) => event.type === 'started' && event.resumedFromEpoch !== undefined));
  assert.ok(weights(killed).equals(weights(whole)), 'the weights differ');
});

test('with a share of 0 it is the student that learns from the data', async () => {
  const changes = { cacheTeacherSignals: false, training: { epochs: 2, batchSize: 8, learningRate: 0.01 } };
  const none = await makeRun(project, 'none', written({ onPolicy: { ...onPolicy, share: 0 } }, changes));
  const plain = await makeRun(project, 'plain', written({}, changes));
  await resultOf(none);
  await resultOf(plain);
  assert.ok(weights(none).equals(weights(plain)));
});

test('what does not go with own samples is said before a run', async () => {
  const problems = async (strategy: object, dataset: object = {}) => {
    const { dataset: data, ...rest } = written(strategy);
    const text = JSON.stringify({ ...rest, dataset: { ...data, ...dataset } });
    const all = await checkExperiment(text, join(project, 'own.distill.json'));
    return all.map(({ message, path }) => `${path.join('.')}: ${message}`).join('\n');
  };
  assert.doesNotMatch(await problems({ onPolicy }), /onPolicy|weight/);
  assert.match(await problems({ onPolicy, weight: 0.5 }), /strategy\.weight: What the student writes/);
  assert.match(await problems({ onPolicy, across: 'uld' }), /strategy\.across: The teacher answers/);
  assert.match(
    await problems({ onPolicy: { share: 0, maxNewTokens: 6 } }),
    /strategy\.onPolicy\.maxNewTokens: .*does nothing here: with "share" 0/,
  );
  assert.match(
    await problems({ onPolicy }, { samples: 'packed-documents' }),
    /dataset\.samples: Documents that share a sample/,
  );
});
