import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { compareRuns } from '../../src/compare/figures.ts';
import { renderCsv } from '../../src/compare/reports/csv.ts';
import { renderHtml } from '../../src/compare/reports/html.ts';
import { renderJson } from '../../src/compare/reports/json.ts';
import { renderLatex } from '../../src/compare/reports/latex.ts';
import { renderMarkdown } from '../../src/compare/reports/markdown.ts';
import { renderTable } from '../../src/compare/reports/table.ts';
import { comparisonOf, hostileNames, usual } from './reported.ts';
import { response, seeds, someRun } from './some-runs.ts';

test('JSON has exactly the documented fields, and the figures of the runs', () => {
  const entries = JSON.parse(renderJson(usual)) as Record<string, unknown>[];
  assert.equal(entries.length, 7);
  assert.deepEqual(Object.keys(entries[0]!), [
    'run',
    'experiment',
    'strategy',
    'seed',
    'status',
    'teacher',
    'student',
    'compressionRatio',
    'retention',
    'agreement',
    'doubts',
    'data',
    'task',
  ]);
  assert.deepEqual(Object.keys(entries[0]!.student as object), [
    'accuracy',
    'loss',
    'parameters',
    'bytes',
    'latencyMs',
  ]);
  assert.equal((entries[0]!.student as { accuracy: number }).accuracy, 0.9012);
  assert.equal(entries[6]!.status, 'running');
  assert.equal(entries[6]!.student, null);
});

test('JSON has null, not NaN, for what is unknown', () => {
  const text = renderJson(
    compareRuns([someRun({ accuracy: Number.NaN, student: { loss: Number.POSITIVE_INFINITY } })]),
  );
  const [entry] = JSON.parse(text) as { student: Record<string, unknown>; retention: unknown }[];
  assert.equal(entry!.student.accuracy, null);
  assert.equal(entry!.student.loss, null);
  assert.equal(entry!.retention, null);
});

test('CSV gives back every run with its raw figures', () => {
  const rows = parse(renderCsv(usual), { columns: true }) as Record<string, string>[];
  assert.equal(rows.length, 7);
  assert.equal(Number(rows[3]!['student.accuracy']), 0.9214);
  assert.equal(Number(rows[3]!.retention), 0.9214 / 0.9842);
  assert.equal(rows[6]!['student.accuracy'], '');
});

test('CSV keeps names whole, but no spreadsheet takes one for a formula', () => {
  for (const start of ['=', '+', '-', '@', '\t', '\r']) {
    const name = `${start}cmd|"/c calc"!A1`;
    const [row] = parse(renderCsv(comparisonOf(name)), { columns: true }) as Record<string, string>[];
    assert.equal(row!.experiment, `'${name}`);
  }
  const negative = renderCsv(compareRuns([someRun({ student: { loss: -0.5 } })]));
  assert.match(negative, /,-0\.5,/);
});

test('CSV rows stay whole where a name holds a lone line feed or carriage return', () => {
  const experiments = [
    'harmless\n=cmd|calc',
    'two\rlines',
    'two\r\nlines',
    '\tstarts with a tab',
    '\rstarts with a return',
  ];
  const csv = renderCsv(compareRuns(experiments.map((experiment) => someRun({ experiment }))));
  const quoted = csv.match(/"(?:[^"]|"")*"/g) ?? [];
  assert.equal(csv.replace(/"(?:[^"]|"")*"/g, '').split(/\r\n|\r|\n/).length, experiments.length + 2);
  for (const experiment of experiments.filter((name) => /[\r\n]/.test(name)))
    assert.ok(
      quoted.some((field) => field.includes(experiment)),
      experiment,
    );
  for (const row of parse(csv, { columns: true }) as Record<string, string>[])
    for (const cell of Object.values(row)) assert.doesNotMatch(cell, /^[=+@\t\r]/);
});

test('the table fits its width, and shows teacher, strategies and verdict', () => {
  for (const width of [60, 80, 120, 200]) {
    const text = renderTable(usual, { width });
    const table = text.slice(0, text.indexOf('Verdicts'));
    assert.ok(Math.max(...table.split('\n').map((line) => [...line].length)) <= Math.max(width, 90), text);
  }
  const text = renderTable(usual, { width: 120 });
  assert.match(text, /Teacher, mlp 1200-1200 .*98\.42 %/);
  assert.match(text, /MNIST response +3 of 4 seeds +92\.09 ± 0\.19 %.*BEATS/);
  assert.match(text, /\+1\.93 pp, 95 % interval \[\+1\.55, \+2\.31\] pp/);
});

test('the table has colours only where they are asked for', () => {
  const color = '\u001b[';
  assert.ok(!renderTable(usual, { color: false }).includes(color));
  assert.ok(renderTable(usual, { color: true }).includes(color));
});

test('no name gets a control character into the terminal', () => {
  const text = renderTable(comparisonOf(hostileNames.terminal), { width: 120 });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
  assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
});

test('Markdown keeps hostile names as text in their cell', () => {
  for (const name of Object.values(hostileNames)) {
    const text = renderMarkdown(comparisonOf(name));
    const header = text.split('\n')[0]!;
    const cells = (line: string) => line.split(/(?<!\\)\|/).length;
    for (const line of text.split('\n').slice(1, 5)) assert.equal(cells(line), cells(header), line);
    assert.doesNotMatch(text, /<(script|img)/);
    assert.doesNotMatch(text, /(?<!\\)\]\(javascript/);
    assert.doesNotMatch(text, /https:\/\//);
  }
});

test('LaTeX keeps hostile names as text', () => {
  const text = renderLatex(comparisonOf(hostileNames.latex));
  assert.ok(!text.includes('\\input'));
  assert.ok(text.includes('\\textbackslash{}input\\{'));
  const rows = text.split('\n').filter((line) => line.endsWith('\\\\') && !line.includes('Model &'));
  assert.ok(rows.length >= 2);
  for (const row of rows)
    assert.equal(row.split(/(?<!\\)&/).length, text.match(/\{ll(r+)\}/)![1]!.length + 2, row);
});

test('every report copes with no runs, unfinished runs and unknown figures', () => {
  for (const runs of [
    [],
    [someRun({ state: 'failed', result: undefined })],
    [someRun({ teacher: null, accuracy: null, student: { latencyMs: Number.NaN, loss: null } })],
  ]) {
    const comparison = compareRuns(runs);
    for (const render of [renderTable, renderMarkdown, renderCsv, renderLatex, renderJson, renderHtml])
      assert.doesNotMatch(render(comparison), /NaN|undefined|Infinity/, render.name);
  }
});

test('exits and peers are reported beside their student, with what they answer together', () => {
  const comparison = compareRuns(
    [0.9, 0.91].map((accuracy, seed) =>
      someRun({
        seed,
        accuracy,
        experiment: 'peers',
        candidates: { 'peer 2': { accuracy: accuracy - 0.1, latencyMs: 0.05 } },
        ensemble: 0.95,
      }),
    ),
  );
  const [group] = comparison.groups;
  assert.ok(Math.abs(group!.candidates[0]!.accuracy!.mean - 0.805) < 1e-12);
  const markdown = renderMarkdown(comparison);
  assert.match(markdown, /\| peers \| peer 2 \| 80\.5 ± 0\.7 % \|/);
  assert.match(markdown, /\| peers \| together \| 95\.00 % \|/);
  const page = renderHtml(comparison);
  assert.ok(page.includes('Exits and peers: peers'));
});

test('pictures of language models show perplexity, with the better ones above', () => {
  const model = (perplexities: readonly number[], wanted = {}) =>
    perplexities.map((perplexity, seed) =>
      someRun({
        seed,
        accuracy: 0.4,
        student: { loss: Math.log(perplexity), perplexity },
        teacher: { perplexity: 3.1, loss: Math.log(3.1) },
        ...wanted,
      }),
    );
  const page = renderHtml(
    compareRuns([
      ...model([4.4, 4.5]),
      ...model([4.1, 4.2], { strategy: response, student: { perplexity: 4.1, bytes: 1 } }),
    ]),
  );
  assert.ok(page.includes('Perplexity against size on disk'));
  assert.ok(page.includes('Perplexity by strategy, seed by seed'));
  assert.ok(!page.includes('Accuracy against size on disk'));
});

test('a reason to doubt a result stands beside the results, once for all seeds', () => {
  const doubts = [{ kind: 'teacher-quality', message: 'The teacher is no better than chance.' }];
  const runs = [1, 2, 3].map((seed) => someRun({ seed, strategy: { kind: 'response' }, doubts }));
  const text = renderTable(compareRuns(runs));
  assert.equal(text.split('no better than chance').length - 1, 1);
});

test('every report says which results are in doubt, and why, as text and nothing else', () => {
  const why = 'The teacher <b>is no</b> better than chance & 50 % wrong.';
  const doubts = [{ kind: 'teacher-quality', message: why }];
  const runs = [
    ...seeds([0.9, 0.91]),
    ...seeds([0.95, 0.96, 0.95], { strategy: response, doubts }),
    // Of a run that does not count nothing is in doubt.
    someRun({ experiment: 'stopped', state: 'failed', result: undefined, doubts }),
  ];
  const comparison = compareRuns(runs);

  assert.match(renderTable(comparison, { width: 120 }), /MNIST response .* INCONCLUSIVE \(in doubt\)/);
  const json = JSON.parse(renderJson(comparison)) as { doubts: unknown }[];
  assert.deepEqual([json[0]!.doubts, json[2]!.doubts], [[], doubts]);
  const csv = parse(renderCsv(comparison), { columns: true }) as Record<string, string>[];
  assert.deepEqual([csv[0]!.doubts, csv[2]!.doubts], ['', why]);
  const markdown = renderMarkdown(comparison);
  assert.match(markdown, /\| MNIST response \(in doubt\) \|/);
  assert.match(markdown, /### Doubts\n\n- \*\*MNIST response\*\*: The teacher &lt;b&gt;is no/);
  assert.equal(markdown.split('better than chance').length - 1, 1);
  const latex = renderLatex(comparison);
  assert.match(latex, /MNIST response\$\^\\dagger\$ &/);
  assert.match(latex, /In doubt: The teacher <b>is no<\/b> better than chance \\& 50 \\% wrong\./);
  assert.doesNotMatch(renderLatex(usual), /dagger/);
  const page = renderHtml(comparison);
  assert.match(page, /in doubt<\/span>/);
  assert.match(page, /<h2>Doubts<\/h2>/);
  assert.ok(page.includes('The teacher &lt;b&gt;is no&lt;/b&gt; better than chance'));
  assert.doesNotMatch(renderHtml(usual), /<h2>Doubts/);
});
