import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseExperiment } from '../../../src/experiment/parsing/parse.ts';
import {
  experimentJsonSchema,
  type SchemaNode,
  strategyFormula,
} from '../../../src/experiment/schema/json-schema.ts';
import { schemaAt } from '../../../src/experiment/schema/schema-walk.ts';

const schema = experimentJsonSchema();

function nodes(node: SchemaNode, path: string): [string, SchemaNode][] {
  const children = [
    ...Object.entries(node.properties ?? {}).map(([key, child]) => nodes(child, `${path}.${key}`)),
    ...[...(node.oneOf ?? []), ...(node.anyOf ?? [])].map((child, index) =>
      nodes(child, `${path}(${index})`),
    ),
    ...(node.items ? [nodes(node.items, `${path}[]`)] : []),
  ];
  return [[path, node], ...children.flat()];
}

test('every option has a hover text, and every object refuses unknown keys', () => {
  for (const [path, node] of nodes(schema, '')) {
    const variantOfNull = /\(\d\)$/.test(path) && node.properties === undefined;
    if (!variantOfNull && !/\.(earlyStopping|augmentation)\(0\)$/.test(path) && !path.endsWith('[]'))
      assert.ok((node.description?.length ?? 0) >= 8, `${path} has no description`);
    if (node.properties !== undefined) assert.equal(node.additionalProperties, false, path);
    if (node.enum !== undefined) assert.equal(node.enumDescriptions?.length, node.enum.length, path);
  }
});

test('only what has no default is required', () => {
  // The student is, of the strategies that train one; see the messages.
  assert.deepEqual(schema.required, ['name', 'dataset', 'strategy']);
  assert.equal(schema.properties!.training!.properties!.epochs!.default, 5);
  assert.equal(schema.$schema, 'http://json-schema.org/draft-07/schema#');
});

test('every strategy shows its loss, in plain text and in Markdown', () => {
  for (const variant of schema.properties!.strategy!.oneOf!) {
    const kind = String(variant.properties!.kind!.const);
    const formula = strategyFormula(kind)!;
    assert.ok(variant.description!.includes(`Loss: ${formula}.`), kind);
    assert.ok(variant.markdownDescription!.includes(`\`${formula}\``), kind);
  }
  assert.equal(strategyFormula('response'), 'α·T²·KL(p_T(z_t) ‖ p_T(z_s)) + (1−α)·CE(labels, z_s)');
  assert.equal(strategyFormula('nothing'), undefined);
});

test('numbers show the bounds people meant, not those of doubles', () => {
  assert.ok(!JSON.stringify(schema).includes(String(Number.MAX_SAFE_INTEGER)));
});

test('the schema at a path follows the variants an experiment chooses', () => {
  const experiment = { strategy: { kind: 'response' }, student: { model: { architecture: 'cnn' } } };
  assert.equal(schemaAt(experiment, ['strategy', 'temperature'])?.default, 4);
  assert.equal(schemaAt(experiment, ['student', 'model', 'hidden']), undefined);
  assert.equal(schemaAt(experiment, ['student', 'model', 'channels', 0])?.type, 'integer');
  assert.deepEqual(schemaAt({}, ['strategy', 'kind'])?.enum?.[0], 'direct');
  assert.equal(schemaAt(experiment, ['constructor']), undefined);
});

test('the examples are whole experiments with names of their own', () => {
  const folder = join(import.meta.dirname, '../../../examples');
  const files = readdirSync(folder).filter((name) => name.endsWith('.distill.json'));
  const names = files.map((file) => {
    const { experiment, problems } = parseExperiment(readFileSync(join(folder, file), 'utf8'));
    assert.deepEqual(problems, [], file);
    assert.equal(experiment!.$schema, '../dist/experiment.schema.json');
    return experiment!.name;
  });
  assert.ok(names.length >= 4);
  assert.equal(new Set(names).size, names.length);
});
