import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { parseExperiment } from '../../src/experiment/parsing/parse.ts';

const folder = resolve(import.meta.dirname, '../../extension/sample');

test('the experiments of the sample differ by their strategy alone, so that each is judged against direct training', () => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.distill.json'));
  const kinds = new Set<string>();
  const settings = files.map((name) => {
    const { experiment, problems } = parseExperiment(readFileSync(join(folder, name), 'utf8'));
    assert.deepEqual(problems, [], name);
    const { name: _, description, strategy, ...same } = experiment!;
    kinds.add(strategy.kind);
    return same;
  });
  assert.deepEqual([...kinds].sort(), ['direct', 'relation', 'response', 'self']);
  assert.ok(settings[0]!.seeds.length >= 3, 'a verdict needs pairs');
  for (const other of settings) assert.deepEqual(other, settings[0]);
});
