import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ofType, temporaryDirectory } from '../support.ts';
import { exportedGraph, exportedJson, exportingRun, table } from './support.ts';

test('a run learns several labels at once from a teacher, and exports a head for them', async () => {
  const project = temporaryDirectory();
  const { run, events, result } = await exportingRun(project, 'labels', {
    dataset: {
      kind: 'text-multi-label',
      train: table(project, 'topics.jsonl', 120),
      labelColumn: 'topics',
      tokenizer: { kind: 'words' },
      maxLength: 48,
    },
  });
  for (const { accuracy, macroF1, microF1, averagePrecision, hammingLoss, r2 } of [
    result.student,
    result.teacher!,
  ]) {
    for (const value of [accuracy, macroF1, microF1, averagePrecision, hammingLoss])
      assert.ok(value! >= 0 && value! <= 1);
    assert.equal(r2, undefined);
  }
  assert.ok(result.agreement! >= 0 && result.agreement! <= 1);
  const curves = new Set(ofType(events, 'metric').flatMap(({ values }) => Object.keys(values)));
  for (const name of ['validation.microF1', 'validation.accuracy', 'test.hammingLoss', 'loss.response'])
    assert.ok(curves.has(name), name);
  const { graph, problem } = exportedGraph(events);
  assert.equal(problem, undefined);
  assert.equal(graph?.check?.agreement, 1);
  const { problem_type, id2label } = exportedJson(run, 'config.json');
  assert.equal(problem_type, 'multi_label_classification');
  assert.deepEqual(Object.values(id2label), [
    'booking',
    'cancellation',
    'delay',
    'invoice',
    'luggage',
    'refund',
  ]);
});
