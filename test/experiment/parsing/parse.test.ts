import assert from 'node:assert/strict';
import { test } from 'node:test';
import { edited, fixEdits } from '../../../src/experiment/editing/edit.ts';
import { parseExperiment, parseText } from '../../../src/experiment/parsing/parse.ts';
import { ParsedText, pathAt } from '../../../src/experiment/parsing/positions.ts';
import { onlyProblem, smallest } from '../support.ts';

test('comments and trailing commas are allowed, and defaults are filled in', () => {
  const { experiment, problems } = parseExperiment(`\uFEFF// about
    { "name": " x ", /* data */ "dataset": { "kind": "mnist", },
      "student": { "model": { "architecture": "cnn", "channels": [8,], } }, "strategy": { "kind": "response" }, }`);
  assert.deepEqual(problems, []);
  assert.equal(experiment?.name, 'x');
  assert.deepEqual(experiment?.strategy, { kind: 'response', temperature: 4, alpha: 0.7 });
  assert.deepEqual(experiment?.seeds, [0]);
  assert.equal(experiment?.training.batchSize, 32);
  assert.equal(experiment?.training.clipNorm, 1);
  const model = experiment?.student?.model;
  assert.ok(model?.architecture === 'cnn');
  assert.equal(model.normalization, 'batch');
});

test('a problem is placed at its value, key or section, whatever the line ends', () => {
  for (const lineEnd of ['\n', '\r\n', '\r']) {
    const lines = [
      '{',
      '  "name": "x",',
      '  "dataset": { "kind": "mnist" },',
      '  "student": { "model": { "architecture": "mlp", "hidden": [32] } },',
      '  "strategy": { "kind": "direct" },',
      '  "training": {',
      '    "epochs": -1,',
      '    "lr": 3,',
      '    "earlyStopping": {}',
      '  }',
      '}',
    ];
    const text = lines.join(lineEnd);
    const { problems } = parseExperiment(text);
    assert.deepEqual(
      problems.map(({ line, column, offset, length }) => [line, column, text.slice(offset, offset + length)]),
      [
        [7, 15, '-1'],
        [8, 5, '"lr"'],
        [9, 5, '"earlyStopping"'],
      ],
    );
  }
});

test('what is missing at the top is placed at the opening brace', () => {
  const problem = parseExperiment('// note\n{}').problems[0]!;
  assert.deepEqual([problem.line, problem.column, problem.length], [2, 1, 1]);
});

const syntax: [string, string, string, number][] = [
  ['{ "a": 1', 'A closing brace is missing.', 'Write } where the object ends.', 1],
  ['{ "a": [1 }', 'A comma is expected here.', 'Put , between two entries.', 1],
  ['{\n "a" 1 }', 'A colon is expected here.', 'Write : between the key and its value.', 2],
  ['{ "a": }', 'A value is expected here.', 'Write one after the colon, or remove the key.', 1],
  ['{ "a": 1\n "b": 2 }', 'A comma is expected here.', 'Put , between two entries.', 2],
  [
    '{ a: 1 }',
    'This is not JSON.',
    'Put text in double quotes; numbers, true, false and null stand bare.',
    1,
  ],
  ['{ "a": "b }', 'A text is never closed.', 'Write " where it ends; a text must stay on one line.', 1],
  [
    '{ "a": "\\q" }',
    'A backslash in a text is followed by something that is no escape.',
    'Write \\\\ for a backslash; in paths use / instead.',
    1,
  ],
  ['{ "a": "\\u12" }', 'An escape in a text is wrong.', 'Write \\u and four hexadecimal digits.', 1],
  ['{ "a": "\t" }', 'A text holds a control character.', 'Write \\t for a tab and \\n for a line break.', 1],
  ['{ "a": 1. }', 'A number is incomplete.', 'Write digits after the point or the e.', 1],
  ['{ } /* x', 'A comment is never closed.', 'Write */ where it ends.', 1],
  ['{ } 1', 'There is more text after the experiment.', 'Remove what follows the last brace.', 1],
  ['[1', 'A closing bracket is missing.', 'Write ] where the list ends.', 1],
  ['{ 1: 2 }', 'A key in double quotes is expected here.', 'Write it like "epochs": 5.', 1],
];

for (const [text, message, remedy, line] of syntax)
  test(`syntax: ${JSON.stringify(text)}`, () => {
    const { experiment, problems } = parseExperiment(text);
    assert.equal(experiment, undefined);
    const first = problems[0]!;
    assert.deepEqual(
      [first.message, first.remedy, first.line, first.code, first.severity],
      [message, remedy, line, 'syntax', 'error'],
    );
    assert.ok(problems.every(({ code }) => code === 'syntax'));
  });

test('a comment that begins with # is one problem, with a fix that makes the file whole', () => {
  const text = [
    '{',
    '  # data: "mnist", {or} [others] // 5',
    '  "name": "a # in a text",',
    '  // a # in a comment',
    '  "dataset": { "kind": "mnist" },',
    '  "student": { "model": { "architecture": "mlp", "hidden": [32] } },',
    '  "strategy": { "kind": "direct" },',
    '  "seeds": [0]# none else',
    '}',
    '#the end',
  ].join('\r\n');
  const problem = onlyProblem(parseExperiment(text).problems);
  assert.equal(problem.message, '3 comments begin with #; this is the first.');
  assert.equal(problem.remedy, 'Comments begin with //.');
  assert.deepEqual([problem.line, problem.column, problem.severity], [2, 3, 'error']);
  const { experiment, problems } = parseExperiment(edited(text, fixEdits(text, problem.fix!)));
  assert.deepEqual(problems, []);
  assert.equal(experiment?.name, 'a # in a text');
  for (const alone of ['# only this', '{ "a": true# why\n}', '\uFEFF# x\n{}']) {
    const { message, remedy } = onlyProblem(parseExperiment(alone).problems);
    assert.deepEqual([message, remedy], ['This comment begins with #.', 'Comments begin with //.'], alone);
  }
});

test('what else is wrong is said beside a comment that begins with #', () => {
  const { problems } = parseExperiment('{ # a: "b"\n "a": 1 "b": 2\n}');
  assert.deepEqual(
    problems.map(({ line, message }) => [line, message]),
    [
      [1, 'This comment begins with #.'],
      [2, 'A comma is expected here.'],
    ],
  );
});

test('a mistake of a line is told once, not again for each word that follows from it', () => {
  for (const line of ["'name': 'a b c',", 'name: x y,', '"a": None', '-- an old comment, "with": words'])
    assert.equal(onlyProblem(parseExperiment(`{\n${line}\n}`).problems).line, 2, line);
});

test('an empty file says how to begin', () => {
  for (const text of ['', ' \n', '// only a comment'])
    assert.deepEqual(
      [onlyProblem(parseExperiment(text).problems).message, parseExperiment(text).problems[0]?.code],
      ['The file is empty.', 'empty'],
    );
});

test('something else than an object is refused', () => {
  assert.equal(
    onlyProblem(parseExperiment('[]').problems).message,
    'The experiment must be an object in braces, but is an empty list.',
  );
  assert.equal(
    onlyProblem(parseExperiment('3').problems).message,
    'The experiment must be an object in braces, but is the number 3.',
  );
});

test('a key that is written twice is refused at the second', () => {
  const text = '{ "training": { "epochs": 1, "epochs": 2 } }';
  const problem = onlyProblem(parseExperiment(text).problems);
  assert.equal(problem.message, '"epochs" is written twice in the same object; only one of them can count.');
  assert.equal(problem.remedy, 'Remove one of the two.');
  assert.equal(problem.offset, text.lastIndexOf('"epochs"'));
});

test('a hostile depth of brackets is refused, not followed', () => {
  const problem = onlyProblem(parseExperiment('['.repeat(200_000)).problems);
  assert.equal(problem.message, 'The brackets nest more than 64 deep, which no experiment does.');
});

test('values and their paths are found by offset', () => {
  const text = '{ "training": { "epochs": 5 }, "seeds": [1, 2] }';
  const { parsed } = parseText(text);
  assert.deepEqual(pathAt(parsed!, text.indexOf('5')), { path: ['training', 'epochs'], inKey: false });
  assert.deepEqual(pathAt(parsed!, text.indexOf('epochs')), { path: ['training', 'epochs'], inKey: true });
  assert.deepEqual(pathAt(parsed!, text.indexOf('2]')), { path: ['seeds', 1], inKey: false });
  assert.deepEqual(pathAt(parsed!, text.length), { path: [], inKey: false });
});

test('ranges: whole values, keys, and the nearest section of what is not there', () => {
  const text = '{ "training": { "epochs": 5 } }';
  const parsed = new ParsedText(text);
  const slice = (place?: { offset: number; length: number }) =>
    place && text.slice(place.offset, place.offset + place.length);
  assert.equal(slice(parsed.valueRange(['training'])), '{ "epochs": 5 }');
  assert.equal(parsed.valueRange(['teacher']), undefined);
  assert.equal(slice(parsed.locate(['training', 'epochs'], 'key')), '"epochs"');
  assert.equal(slice(parsed.locate(['training', 'batchSize'])), '"training"');
  assert.equal(slice(parsed.locate(['teacher', 'seed'])), '{');
});

test('the smallest experiment of the tests is one', () => {
  assert.deepEqual(parseExperiment(JSON.stringify(smallest)).problems, []);
});
