import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { demoExamples, demoOrder } from '../../../src/cli/commands/demo-experiments.ts';
import { loadExperiment } from '../../experiment/support.ts';

const loaded = await Promise.all(
  demoExamples.map(({ name }) =>
    loadExperiment(join(import.meta.dirname, '../../../examples', `${name}.distill.json`)),
  ),
);

test('the demo shows every strategy that needs no written texts, and both alternatives', () => {
  const kinds = new Set(loaded.map(({ experiment }) => experiment.strategy.kind));
  assert.deepEqual([...kinds].sort(), [
    'combined',
    'direct',
    'feature',
    'online',
    'prune',
    'quantize',
    'relation',
    'response',
    'self',
    'sequence',
  ]);
});

test('first seeds run first, each once, and two teachers learn side by side', () => {
  const runs = demoOrder(loaded).map(({ experiment, seed }) => `${experiment.experiment.name} ${seed}`);
  assert.equal(new Set(runs).size, runs.length);
  assert.deepEqual(runs.slice(0, 3), ['MNIST direct 1', 'Moby Dick direct 1', 'MNIST response 1']);
  assert.equal(
    runs.findIndex((run) => run.endsWith(' 2')),
    demoExamples.length,
  );
  assert.equal(runs.filter((run) => /^MNIST response \d/.test(run)).length, 3);
  assert.equal(runs.filter((run) => run.startsWith('Moby Dick forward KL ')).length, 1);
});
