import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { addToSummary, emptySummary } from '../../src/runs/database/run-summary.ts';
import { eventsOf, fewImages, makeRun, ofType, resultOf, runToEnd, temporaryDirectory } from './support.ts';

const project = temporaryDirectory();
const dataset = { ...fewImages(project), labelledSubset: 30 };
const rest = 240 * 0.8 - 30;

test('a run learns from the samples that its teacher is sure of, and tells how many these are', async () => {
  const run = await makeRun(project, 'sure', {
    dataset: { ...dataset, unlabelled: { minConfidence: 0.6, share: 0.5 } },
  });
  const { events } = await resultOf(run);
  assert.match(
    readFileSync(join(run.studentDirectory, 'README.md'), 'utf8'),
    /with seed 0, and from the teacher’s answers on samples without labels\./,
  );
  const { unlabelled, samples } = events.reduce(addToSummary, emptySummary).data!;
  assert.equal(samples.train, 30);
  assert.equal(unlabelled?.samples, rest);
  assert.equal(unlabelled.minConfidence, 0.6);
  assert.ok(unlabelled.teacherSawLabels);
  assert.equal(unlabelled.perEpoch, 30);
  assert.ok(unlabelled.learned! > 0 && unlabelled.learned! < rest, `${unlabelled.learned} of ${rest}`);
  const warnings = ofType(events, 'warning').map(({ message }) => message);
  const told = `The student learns from the teacher’s answers on ${unlabelled.learned} of ${rest} unlabelled samples, those of which the teacher is at least 60 % sure.`;
  assert.ok(warnings.includes(told), warnings.join('\n'));
  assert.ok(warnings.some((message) => message.startsWith('The teacher was trained with the labels')));
  // 60 samples in batches of 16, twice.
  assert.equal(ofType(events, 'progress').findLast(({ phase }) => phase === 'train')?.total, 8);

  // The teacher's answers are all there: another that asks for more confidence computes none.
  const stricter = await makeRun(project, 'stricter', {
    dataset: { ...dataset, unlabelled: { minConfidence: 0.7 } },
  });
  const { events: later } = await resultOf(stricter);
  const asked = ofType(later, 'progress').filter(({ phase }) => phase === 'signals');
  assert.deepEqual(asked, []);
  const summary = later.reduce(addToSummary, emptySummary).data!.unlabelled!;
  assert.ok(summary.learned! <= unlabelled.learned!);
  assert.equal(summary.perEpoch, summary.learned);
});

test('hidden states are learned on them, too', async () => {
  const run = await makeRun(project, 'feature', {
    dataset: { ...dataset, unlabelled: { minConfidence: 0.5 } },
    strategy: { kind: 'feature' },
    training: { epochs: 1, batchSize: 32, augmentation: { shift: 1 } },
  });
  const { result } = await resultOf(run);
  assert.ok(result.student.accuracy! > 0);
});

test('direct training leaves them alone, and is the run that it would be without', async () => {
  const strategy = { kind: 'direct' as const };
  const one = await resultOf(
    await makeRun(project, 'direct', { strategy, dataset: { ...dataset, unlabelled: {} } }),
  );
  const { data } = one.events.reduce(addToSummary, emptySummary);
  assert.equal(data?.unlabelled?.learned, 0);
  const warnings = ofType(one.events, 'warning').map(({ message }) => message);
  assert.ok(
    warnings.some((message) => message.includes(`the ${rest} unlabelled samples are not used`)),
    warnings.join('\n'),
  );
  const other = await resultOf(await makeRun(project, 'without', { strategy, dataset }));
  assert.equal(one.result.student.loss, other.result.student.loss);
  assert.equal(other.events.reduce(addToSummary, emptySummary).data?.content, data?.content);
});

test('a run without a use for them ends with what to do', async () => {
  const run = await makeRun(project, 'self', {
    dataset: { ...dataset, unlabelled: {} },
    strategy: { kind: 'self' },
    student: { model: { architecture: 'mlp', hidden: [8, 8] } },
  });
  await runToEnd(run);
  const [failed] = ofType(await eventsOf(run), 'failed');
  assert.match(failed!.message, /"self" has no use for unlabelled samples/);
  assert.match(failed!.remedy!, /Remove "unlabelled".*"response"/);
});

test('a teacher that is sure of nothing is told with how sure it is', async () => {
  const run = await makeRun(project, 'unsure', {
    dataset: { ...dataset, unlabelled: { minConfidence: 0.9999999 } },
  });
  await runToEnd(run);
  const [failed] = ofType(await eventsOf(run), 'failed');
  assert.match(
    failed!.message,
    /at least 100 % sure of none of the 162 unlabelled samples; of one it is [\d.]+ % sure/,
  );
  assert.match(failed!.remedy!, /Lower "minConfidence"/);
});
