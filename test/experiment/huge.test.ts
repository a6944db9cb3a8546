import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseExperiment } from '../../src/experiment/parsing/parse.ts';

const unknown = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 1]));

test('of very many unknown keys the first are named and the rest are counted', () => {
  const { problems } = parseExperiment(JSON.stringify({ name: 'x', ...unknown(20_000) }));
  const keys = problems.filter(({ code }) => code === 'unknown-key');
  assert.equal(keys.length, 51);
  assert.ok(keys.some(({ message }) => /19950 more keys of the experiment are unknown/.test(message)));
});

test('a file far longer than any experiment is refused at once', () => {
  const { problems, experiment } = parseExperiment(JSON.stringify({ name: 'x'.repeat(2_000_000) }));
  assert.equal(experiment, undefined);
  assert.match(problems[0]!.message, /has 2000011 characters; an experiment has at most 250000/);
});
