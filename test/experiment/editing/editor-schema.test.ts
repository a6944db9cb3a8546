import assert from 'node:assert/strict';
import { test } from 'node:test';
import { editorJsonSchema } from '../../../src/experiment/editing/editor-schema.ts';
import { parseExperiment } from '../../../src/experiment/parsing/parse.ts';

interface Node {
  readonly properties?: Record<string, Node>;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly suggestSortText?: string;
  readonly defaultSnippets?: readonly { label?: string; body: unknown }[];
}

const schema = editorJsonSchema() as Node;

/** What VS Code writes for a snippet of a schema, the first of each choice taken and each stop left empty. */
function written(body: unknown): unknown {
  const raw = (value: unknown): string => {
    if (typeof value === 'string') return value.startsWith('^') ? value.slice(1) : JSON.stringify(value);
    if (Array.isArray(value)) return `[${value.map(raw).join(', ')}]`;
    if (typeof value !== 'object' || value === null) return JSON.stringify(value);
    return `{${Object.entries(value).map(([key, child]) => `${JSON.stringify(key)}: ${raw(child)}`)}}`;
  };
  const text = raw(body)
    .replace(/\$\{\d+\|((?:[^\\|,]|\\.)*)[^|]*\|\}/g, '$1')
    .replace(/\$\{\d+:([^}]*)\}/g, '$1')
    .replace(/\$\d+/g, '');
  return JSON.parse(text);
}

function everyNode(node: Node, path = ''): [string, Node][] {
  return [
    [path, node],
    ...Object.entries(node.properties ?? {}).flatMap(([key, child]) => everyNode(child, `${path}.${key}`)),
    ...(node.anyOf ?? []).flatMap((child, index) => everyNode(child, `${path}|${index}`)),
    ...(node.items ? everyNode(node.items, `${path}[]`) : []),
  ];
}

test('completion never writes a bare key: each is followed by a value that is JSON', () => {
  let seen = 0;
  for (const [path, node] of everyNode(schema))
    for (const [key, child] of Object.entries(node.properties ?? {})) {
      // The list of kinds that stands beside the variants only adds values to theirs.
      if (Object.keys(child).every((name) => ['anyOf', 'suggestSortText'].includes(name))) continue;
      const values = [child.default, child.const].filter((value) => value !== undefined);
      const snippets = child.defaultSnippets ?? [];
      // VS Code inserts nothing but a stop where it has two values to choose from.
      assert.equal(values.length > 0 ? values.length : snippets.length, 1, `${path}.${key}`);
      for (const { body } of snippets) assert.doesNotThrow(() => written(body), `${path}.${key}`);
      seen++;
    }
  assert.ok(seen > 100);
});

test('what completion writes for the keys that are required is an experiment, but for its name and the layers of its models', () => {
  const keys = ['name', 'dataset', 'teacher', 'student', 'strategy'];
  const snippet = (key: string) => written(schema.properties![key]!.defaultSnippets![0]!.body);
  const experiment = Object.fromEntries(keys.map((key) => [key, snippet(key)]));
  assert.deepEqual(experiment.name, '');
  const { problems } = parseExperiment(JSON.stringify({ ...experiment, name: 'x' }));
  assert.deepEqual(
    problems.map(({ message }) => message),
    ['teacher.model has no "hidden".', 'student.model has no "hidden".'],
  );
  for (const key of ['dataset', 'strategy']) assert.match(JSON.stringify(experiment[key]), /^\{"kind":"\w/);
});

test('the key that chooses a variant is the first of its list, and a section of each kind is offered whole', () => {
  let variants = 0;
  for (const [path, node] of everyNode(schema)) {
    const { kind, architecture } = node.properties ?? {};
    const chooser = kind ?? architecture;
    if (chooser === undefined) continue;
    for (const [key, { suggestSortText }] of Object.entries(node.properties!))
      if (node.properties![key] !== chooser)
        assert.ok(suggestSortText! > chooser.suggestSortText!, `${path}.${key}`);
    assert.equal(chooser.suggestSortText, '000', path);
    if (chooser.const === undefined) continue;
    variants++;
    const [whole] = node.defaultSnippets!;
    assert.equal(
      (written(whole!.body) as Record<string, unknown>)[kind ? 'kind' : 'architecture'],
      chooser.const,
    );
  }
  assert.ok(variants > 20);
});
