import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { groupRuns } from '../../../src/compare/groups.ts';
import { comparability } from '../../../src/compare/verdicts/comparability.ts';
import { YardstickFinder } from '../../../src/compare/verdicts/yardstick.ts';
import type { ExperimentInput } from '../../../src/experiment/schema/schema.ts';
import { someRun } from '../some-runs.ts';

const idx = { images: 'images.gz', labels: 'labels.gz' };
const settings = fc.record({
  strategy: fc.constantFrom<ExperimentInput['strategy']>(
    { kind: 'direct' },
    { kind: 'response', temperature: 4 },
  ),
  dataset: fc.constantFrom<ExperimentInput['dataset']>(
    { kind: 'mnist', labelledSubset: 500 },
    { kind: 'mnist', labelledSubset: 600 },
    { kind: 'idx', train: idx, test: idx },
  ),
  training: fc.record({
    epochs: fc.constantFrom(5, 6),
    learningRate: fc.constantFrom(0.001, 0.002, 0.003),
    weightDecay: fc.constantFrom(0, 0.01),
  }),
  folder: fc.constantFrom('/one', '/two'),
  content: fc.constantFrom('one', 'two', undefined),
});

test('the yardsticks are those that every pair held against each other would give', () => {
  const runs = fc.array(settings, { minLength: 2, maxLength: 25 }).map((all) =>
    all.map(({ strategy, dataset, training, folder, content }) =>
      someRun({
        strategy,
        file: `${folder}/x.distill.json`,
        config: { dataset, training },
        ...(content && { data: { content, samples: { train: 9, validation: 1, test: 2 } } }),
      }),
    ),
  );
  fc.assert(
    fc.property(runs, (some) => {
      const groups = groupRuns(some);
      const direct = groups.filter(({ strategy }) => strategy === 'direct');
      if (direct.length === 0) return;
      const finder = new YardstickFinder(direct);
      for (const group of groups) {
        const pairs = direct.map((candidate) => ({ candidate, ...comparability(group, candidate) }));
        const fair = pairs.filter(({ blocking }) => blocking.length === 0);
        const found = finder.of(group);
        if (fair.length > 0) {
          const least = Math.min(...fair.map(({ other }) => other.length));
          const expected = fair
            .filter(({ other }) => other.length === least)
            .map(({ candidate }) => candidate);
          assert.deepEqual('fair' in found && found.fair, expected);
        } else {
          assert.ok('nearest' in found);
          assert.ok(direct.includes(found.nearest));
          assert.ok(comparability(group, found.nearest).blocking.length > 0);
        }
      }
    }),
  );
});
