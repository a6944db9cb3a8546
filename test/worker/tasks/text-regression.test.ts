import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scoreNames } from '../../../src/experiment/tasks/scores.ts';
import { ofType, temporaryDirectory } from '../support.ts';
import { exportedGraph, exportedJson, exportingRun, table } from './support.ts';

test('a run learns numbers from a teacher, is measured by their scores, and exports a head for regression', async () => {
  const project = temporaryDirectory();
  const { run, events, result } = await exportingRun(project, 'numbers', {
    dataset: {
      kind: 'text-regression',
      train: table(project, 'similarity.csv', 120),
      textColumns: ['first', 'second'],
      labelColumn: 'score',
      tokenizer: { kind: 'words' },
      maxLength: 64,
    },
  });
  for (const figures of [result.student, result.teacher!]) {
    assert.equal(figures.accuracy, null);
    for (const name of scoreNames) assert.equal(typeof figures[name] === 'number', name in figures, name);
    assert.equal(figures.mse, figures.loss);
    assert.ok(figures.r2! < 1 && figures.mae! > 0);
  }
  assert.equal(result.agreement, undefined);
  assert.equal(result.disagreement, undefined);
  const curves = new Set(ofType(events, 'metric').flatMap(({ values }) => Object.keys(values)));
  for (const name of ['validation.r2', 'validation.loss', 'test.r2', 'loss.response', 'loss.labels'])
    assert.ok(curves.has(name), name);
  assert.ok(!curves.has('validation.accuracy'));
  const { graph, problem } = exportedGraph(events);
  assert.equal(problem, undefined);
  assert.equal(graph?.check?.agreement, 1);
  const { problem_type, id2label } = exportedJson(run, 'config.json');
  assert.deepEqual([problem_type, id2label], ['regression', { 0: 'LABEL_0' }]);
});
