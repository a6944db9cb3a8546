import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExperimentInput } from '../../src/experiment/schema/schema.ts';
import { eventsOf, fewImages, makeRun, ofType, runToEnd, temporaryDirectory } from './support.ts';

const quick = { epochs: 1, batchSize: 16, learningRate: 0.01 };
const mlp: ExperimentInput['student'] = { model: { architecture: 'mlp', hidden: [8] } };

test('a run whose teacher was trained on pixels of another scale says so, and is in doubt', async () => {
  const project = temporaryDirectory();
  const run = async (name: string, changes: Partial<ExperimentInput>) => {
    const directory = await makeRun(project, name, { student: mlp, training: quick, ...changes });
    const { code, output } = await runToEnd(directory);
    assert.equal(code, 0, output);
    const warnings = ofType(await eventsOf(directory), 'warning').filter(({ message }) =>
      /pixels/.test(message),
    );
    return { directory, warnings };
  };
  const first = await run('first', { teacher: undefined, strategy: { kind: 'direct' } });
  assert.deepEqual(first.warnings, []);
  const teacher = { checkpoint: first.directory.studentDirectory };
  const taught = { teacher, strategy: { kind: 'response' } } as const;
  assert.deepEqual((await run('same', taught)).warnings, []);
  const { warnings } = await run('other', {
    ...taught,
    dataset: { ...fewImages(project), mean: 0.5, std: 0.5 },
  });
  assert.equal(warnings.length, 1);
  assert.equal(warnings[0]!.doubt, 'pixels');
  assert.match(
    warnings[0]!.message,
    /trained on pixels scaled by mean 0\.1307 and std 0\.3081, but the dataset scales them by mean 0\.5 and std 0\.5\./,
  );
});
