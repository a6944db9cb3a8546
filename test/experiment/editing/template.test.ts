import assert from 'node:assert/strict';
import { test } from 'node:test';
import { editorJsonSchema } from '../../../src/experiment/editing/editor-schema.ts';
import { experimentTemplate, templateStrategies } from '../../../src/experiment/editing/template.ts';
import { parseExperiment } from '../../../src/experiment/parsing/parse.ts';

test('the template of every strategy is valid, says what its options mean, and fits the line', () => {
  const strategies = templateStrategies();
  assert.ok(strategies.length >= 8);
  for (const { kind, formula } of strategies) {
    const text = experimentTemplate(kind, `A "${kind}"`);
    const { experiment, problems } = parseExperiment(text);
    assert.deepEqual(problems, [], text);
    assert.equal(experiment?.strategy.kind, kind);
    assert.equal(experiment?.name, `A "${kind}"`);
    assert.ok(text.replace(/\s*\/\/\s*/g, ' ').includes(formula), text);
    for (const line of text.split('\n')) assert.ok(line.length <= 110, line);
  }
});

test('a template learns from the images that are given', () => {
  const dataset = {
    kind: 'idx',
    train: { images: 'a', labels: 'b' },
    test: { images: 'c', labels: 'd' },
  };
  const { experiment } = parseExperiment(experimentTemplate('response', 'Own', dataset));
  assert.equal(experiment?.dataset.kind, 'idx');
});

test('the schema for VS Code completes but finds nothing wrong: every demand stands beside one that accepts all', () => {
  const demands = ['required', 'minimum', 'maximum', 'minItems', 'pattern', 'oneOf'];
  const check = (node: unknown, path: string, optional: boolean, chosen: boolean): void => {
    if (typeof node !== 'object' || node === null) return;
    const schema = node as Record<string, unknown>;
    for (const demand of demands) assert.ok(!(demand in schema), `${path} has ${demand}`);
    // Of a section whose keys are free, what each holds demands as little.
    assert.notEqual(schema.additionalProperties, false, path);
    check(schema.additionalProperties, `${path}.*`, false, false);
    if (!optional)
      for (const demand of ['type', 'enum']) assert.ok(!(demand in schema), `${path} has ${demand}`);
    if (!optional && !chosen) assert.ok(!('const' in schema), `${path} has const`);
    const branches = (schema.anyOf ?? []) as unknown[];
    if (branches.length > 0) assert.deepEqual(branches.at(-1), {}, path);
    for (const [index, branch] of branches.entries()) check(branch, `${path}|${index}`, true, true);
    for (const [key, child] of Object.entries((schema.properties ?? {}) as object))
      check(child, `${path}.${key}`, false, optional);
    check(schema.items, `${path}[]`, false, false);
  };
  check(editorJsonSchema(), '', false, false);
});
