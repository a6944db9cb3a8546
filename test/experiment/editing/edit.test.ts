import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type ParseError, parse, visit } from 'jsonc-parser';
import { UserError } from '../../../src/base/user-error.ts';
import { edited, fixEdits, removeValue, renameKey, setValue } from '../../../src/experiment/editing/edit.ts';

const set = (text: string, path: (string | number)[], value: unknown) =>
  edited(text, setValue(text, path, value));
const remove = (text: string, path: (string | number)[]) => edited(text, removeValue(text, path));

const sample = `{
  // what it is called
  "name": "x", /* short */
  "training": {
    "epochs": 5, // enough
    "batchSize": 32 // a power of two
  },
  "seeds": [1, /* two */ 2, 3],
}
`;

test('a value is replaced in its own range alone', () => {
  assert.deepEqual(setValue(sample, ['training', 'epochs'], 7), [
    { offset: sample.indexOf('5,'), length: 1, content: '7' },
  ]);
  assert.equal(set(sample, ['seeds'], [1, 5, 3]), sample.replace('2, 3]', '5, 3]'));
  assert.deepEqual(setValue(sample, ['training', 'epochs'], 5), []);
});

test('a number is written as somebody means it, without the noise of the arithmetic that made it', () => {
  const written = (value: unknown) => set('{}', ['training', 'learningRate'], value);
  assert.equal(written(0.01 * 1.3), set('{}', ['training', 'learningRate'], 0.013));
  assert.match(written(0.01 * 1.3), /0\.013\b/);
  assert.match(written([0.1 + 0.2, 5e-5]), /\[0\.3, 0\.00005\]/);
  assert.match(written(9_007_199_254_740_991), /9007199254740991/);
});

test('a new key follows the last one, with its indentation, and leaves every comment with its line', () => {
  assert.equal(
    set(sample, ['training', 'optimizer'], 'sgd'),
    sample.replace(
      '"batchSize": 32 // a power of two\n',
      '"batchSize": 32, // a power of two\n    "optimizer": "sgd"\n',
    ),
  );
  assert.equal(set(sample, ['device'], 'cpu'), sample.replace('3],\n', '3],\n  "device": "cpu",\n'));
});

test('missing sections are made, null becomes a section, empty ones are filled', () => {
  assert.equal(set('{"a": 1}', ['training', 'epochs'], 3), '{"a": 1, "training": { "epochs": 3 }}');
  assert.equal(set('{"a": null}', ['a', 'patience'], 3), '{"a": { "patience": 3 }}');
  assert.equal(set('{"a": {}}', ['a', 'b'], 3), '{"a": { "b": 3 }}');
  assert.equal(set('{\n  // none yet\n}', ['a'], 3), '{\n  // none yet\n  "a": 3\n}');
  assert.equal(set('{ /* none */ }', ['a'], 3), '{ /* none */\n  "a": 3\n}');
  assert.equal(set('{"a": []}', ['a', 0], 3), '{"a": [3]}');
});

test('line ends, tabs and a byte order mark stay', () => {
  assert.equal(
    set('\uFEFF{\r\n\t"a": 1 // one\r\n}\r\n', ['b', 'c'], 2),
    '\uFEFF{\r\n\t"a": 1, // one\r\n\t"b": { "c": 2 }\r\n}\r\n',
  );
});

test('long values are spread over lines in the style of the file', () => {
  const value = {
    architecture: 'mlp',
    hidden: [1200, 1200],
    dropout: 0.5,
    inputDropout: 0.2,
    normalization: 'none',
  };
  assert.equal(
    set('{\n    "a": 1\n}', ['model'], value),
    '{\n    "a": 1,\n    "model": {\n        "architecture": "mlp",\n        "hidden": [1200, 1200],\n        "dropout": 0.5,\n        "inputDropout": 0.2,\n        "normalization": "none"\n    }\n}',
  );
});

test('a key is removed with its comma and, where it stood alone, with its line', () => {
  assert.equal(remove(sample, ['seeds']), sample.replace('  "seeds": [1, /* two */ 2, 3],\n', ''));
  assert.equal(
    remove(sample, ['training', 'batchSize']),
    sample.replace('5, // enough\n    "batchSize": 32 // a', '5 // enough\n    // a'),
  );
  assert.equal(remove('{"a": 1, "b": 2}', ['b']), '{"a": 1}');
  assert.equal(remove('{"a": 1, "b": 2}', ['a']), '{"b": 2}');
  assert.equal(remove('{"a": 1}', ['a']), '{}');
  assert.equal(remove('[1, 2, 3]', [1]), '[1, 3]');
  assert.deepEqual(removeValue(sample, ['nothing']), []);
});

test('a key is renamed in place, but not onto another', () => {
  assert.equal(edited('{"lr": 1}', renameKey('{"lr": 1}', ['lr'], 'learningRate')), '{"learningRate": 1}');
  assert.throws(() => renameKey('{"lr": 1, "b": 2}', ['lr'], 'b'), UserError);
  assert.throws(() => renameKey('{"lr": 1}', ['x'], 'b'), UserError);
});

test('fixes become edits', () => {
  const text = '{"lr": 1, "b": 2}';
  assert.equal(edited(text, fixEdits(text, { title: '', path: ['lr'], rename: 'a' })), '{"a": 1, "b": 2}');
  assert.equal(edited(text, fixEdits(text, { title: '', path: ['lr'], remove: true })), '{"b": 2}');
  assert.equal(edited(text, fixEdits(text, { title: '', path: ['b'], value: 3 })), '{"lr": 1, "b": 3}');
});

test('a broken file is refused, not made worse', () => {
  for (const text of ['', '// nothing', '{"a": 1', '{"a" 1}', '{"a": }', '{"a": 1, "a": 2}', '{"a": 1} x'])
    for (const edit of [
      () => setValue(text, ['a'], 2),
      () => removeValue(text, ['a']),
      () => renameKey(text, ['a'], 'b'),
    ])
      assert.throws(
        edit,
        (error) => error instanceof UserError && /not well-formed/.test(error.message),
        text,
      );
  assert.throws(() => setValue('{"a": [1]}', ['a', 5], 2), /no place for a\[5\]/);
  assert.throws(() => setValue('{"a": 1}', ['a'], Number.NaN), RangeError);
  assert.throws(() => removeValue('{}', []), UserError);
});

// — whatever the file looks like: an edit changes the intended value and nothing else ——————————————————————————

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
const keys = fc.constantFrom('a', 'b', 'c', 'name', 'lr', 'x y', 'ü"\\');
const { value: json } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'json' },
    fc.constantFrom<Json>(null, true, false, 0, -1.5, 1e-7, 12, '', 'text // no comment', '{,}'),
    fc.array(tie('value'), { maxLength: 3, depthIdentifier: 'json' }),
    fc.dictionary(keys, tie('value'), { maxKeys: 4, depthIdentifier: 'json', noNullPrototype: true }),
  ),
}));

/** Writes a value with comments, line breaks and trailing commas wherever the choices say so. */
function write(value: Json, choose: (most: number) => number, lineEnd: string): string {
  const gap = (): string =>
    ['', '', ' ', `${lineEnd}  `, ' /* c */ ', ` // l${lineEnd}`, `${lineEnd}\t/* d */${lineEnd}`][
      choose(6)
    ]!;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Array.isArray(value)
    ? value.map((item) => write(item, choose, lineEnd))
    : Object.entries(value).map(
        ([key, item]) => `${JSON.stringify(key)}${gap()}:${gap()}${write(item, choose, lineEnd)}`,
      );
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const trailing = entries.length > 0 && choose(1) === 1 ? `,${gap()}` : '';
  return open + entries.map((entry) => gap() + entry + gap()).join(',') + trailing + gap() + close;
}

function commentsOf(text: string): string[] {
  const comments: string[] = [];
  visit(text, {
    onComment: (offset, length) => {
      comments.push(text.slice(offset, offset + length));
    },
  });
  return comments;
}

function strictly(text: string): Json {
  const errors: ParseError[] = [];
  const value = parse(text, errors, { allowTrailingComma: true }) as Json;
  assert.deepEqual(errors, [], text);
  return value;
}

function pathsOf(value: Json, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Array.isArray(value)
    ? value.flatMap((item, index) => pathsOf(item, [...path, index]))
    : Object.entries(value).flatMap(([key, item]) => pathsOf(item, [...path, key]));
  return [path, ...inner];
}

function changed(value: Json, path: (string | number)[], change: (parent: never, step: never) => void): Json {
  const copy = structuredClone(value);
  const parent = path.slice(0, -1).reduce<Json>((inner, step) => (inner as never)[step], copy);
  change(parent as never, path.at(-1) as never);
  return copy;
}

const document = fc.tuple(
  fc.dictionary(keys, json, { minKeys: 1, maxKeys: 4, noNullPrototype: true }),
  fc.array(fc.nat(), { minLength: 40, maxLength: 40 }),
  fc.constantFrom('\n', '\r\n'),
);

const written = ([value, choices, lineEnd]: [Record<string, Json>, number[], string]) => {
  let next = 0;
  return write(value, (most) => choices[next++ % choices.length]! % (most + 1), lineEnd);
};

test('setting a value that is there changes that value alone', () => {
  fc.assert(
    fc.property(
      document,
      fc.nat(),
      fc.constantFrom<Json>(7, 'new', null, [1, 2], { k: 1 }),
      (made, pick, value) => {
        const text = written(made);
        const paths = pathsOf(made[0]).slice(1);
        const path = paths[pick % paths.length]!;
        const after = set(text, path, value);
        assert.deepEqual(
          strictly(after),
          changed(made[0], path, (parent, step) => {
            (parent as Record<string, Json>)[step] = value;
          }),
        );
        const { length } = setValue(text, path, value);
        assert.ok(length <= 3);
      },
    ),
    { numRuns: 300 },
  );
});

test('adding and removing keys keeps all other values, their order, and every comment outside', () => {
  fc.assert(
    fc.property(document, fc.nat(), (made, pick) => {
      const text = written(made);
      const objects = pathsOf(made[0]).filter((path) => {
        const at = path.reduce<Json>((inner, step) => (inner as never)[step], made[0]);
        return typeof at === 'object' && at !== null && !Array.isArray(at);
      });
      const path = [...objects[pick % objects.length]!, 'added'];
      const after = set(text, path, { deep: [1, 'two'] });
      const expected = changed(made[0], path, (parent, step) => {
        (parent as Record<string, Json>)[step] = { deep: [1, 'two'] };
      });
      assert.equal(JSON.stringify(strictly(after)), JSON.stringify(expected), text);
      assert.deepEqual(commentsOf(after), commentsOf(text));
      if (text.includes('\r\n')) assert.ok(!/[^\r]\n/.test(after));

      const back = remove(after, path);
      assert.equal(JSON.stringify(strictly(back)), JSON.stringify(made[0]), after);
      assert.deepEqual(commentsOf(back), commentsOf(text));
    }),
    { numRuns: 300 },
  );
});

test('removing any entry removes that entry alone', () => {
  fc.assert(
    fc.property(document, fc.nat(), (made, pick) => {
      const text = written(made);
      const paths = pathsOf(made[0]).slice(1);
      const path = paths[pick % paths.length]!;
      const expected = changed(made[0], path, (parent: Record<string, Json> | Json[], step: never) => {
        if (Array.isArray(parent)) parent.splice(step, 1);
        else delete parent[step];
      });
      assert.deepEqual(strictly(remove(text, path)), expected, text);
    }),
    { numRuns: 300 },
  );
});
