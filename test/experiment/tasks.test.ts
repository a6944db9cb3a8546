import assert from 'node:assert/strict';
import { test } from 'node:test';
import { taskName, taskNames, taskRecord, taskRecords } from '../../src/experiment/tasks/all.ts';

test('a shape that names no task asks for the first one of its goal', () => {
  assert.equal(taskName({}), 'image-classification');
  assert.equal(taskName({ text: { goal: 'classification' } }), 'text-classification');
  assert.equal(taskName({ text: { goal: 'language-model' } }), 'language-model');
});

test('the task that a shape names is the one that is meant, whatever else has its goal', () => {
  for (const kind of taskNames)
    assert.equal(taskRecord({ kind, text: { goal: 'classification' } }), taskRecords[kind]);
});

test('comparisons can tell tasks apart by their titles', () => {
  assert.equal(new Set(taskNames.map((name) => taskRecords[name].title)).size, taskNames.length);
});
