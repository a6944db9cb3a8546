import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { closingLines, type TallyLine } from '../../build/testing/closing-lines.mjs';
import { lacks } from '../machine/lacks.ts';

const root = resolve(import.meta.dirname, '../..');
const line = (result: TallyLine['result'], reason?: string): TallyLine => ({
  suite: 'a.test.ts',
  name: `one that is ${result}`,
  result,
  ...(reason !== undefined && { reason }),
});

test('npm test ends with how many passed, failed and were skipped', () => {
  const { text, failed } = closingLines([line('passed'), line('passed'), line('failed', 'why')]);
  assert.equal(failed, 1);
  assert.equal(text.split('\n').at(-1), '2 passed, 1 failed, 0 skipped');
  assert.match(text, /— failed\n {2}a\.test\.ts: one that is failed\n {4}why/);
});

test('a test that is skipped for want of something is listed with what this machine lacks, and why', () => {
  const lines = [line('passed'), line('skipped', lacks('Chromium', 'set its path'))];
  const { text, failed } = closingLines(lines, { Chromium: 'a\nno network', 'VS Code': true });
  assert.equal(failed, 0);
  assert.match(text, /this machine lacks Chromium: set its path \(no network\)/);
  assert.match(text, /\n1 passed, 0 failed, 1 skipped$/);
});

test('a test that is skipped although it could have run has failed', () => {
  for (const [reason, message] of [
    [lacks('Chromium'), /Chromium is there/],
    ['no time', /not for want of something: no time/],
    [undefined, /no reason given/],
  ] as const) {
    const { text, failed } = closingLines([line('skipped', reason)], { Chromium: true });
    assert.equal(failed, 1);
    assert.match(text, message);
    assert.match(text, /\n0 passed, 1 failed, 0 skipped$/);
  }
});

test('every test of node --test is told once: passed, failed, skipped, within others and in files that break', () => {
  const folder = mkdtempSync(join(tmpdir(), 'distillery-tally-'));
  try {
    const tally = join(folder, 'tally.jsonl');
    writeFileSync(
      join(folder, 'some.test.mjs'),
      `import { before, describe, test } from 'node:test';
       test('good', () => {});
       test('bad', () => { throw new Error('bad'); });
       test('left out', { skip: 'no time' }, () => {});
       test('left out inside', (t) => t.skip('no time'));
       describe('some', () => { test('inner', () => {}); });
       describe('failing', () => { test('inner bad', () => { throw new Error('bad'); }); });
       describe('hook', () => { before(() => { throw new Error('hook'); }); test('never', () => {}); });
       describe('left out whole', { skip: 'no time' }, () => { test('inner', () => {}); });`,
    );
    writeFileSync(join(folder, 'broken.test.mjs'), 'this is no JavaScript');
    const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
    const { status } = spawnSync(
      process.execPath,
      [
        '--test',
        '--test-reporter=./build/testing/tally-reporter.mjs',
        `--test-reporter-destination=${tally}`,
        join(folder, 'some.test.mjs'),
        join(folder, 'broken.test.mjs'),
      ],
      { cwd: root, env: environment },
    );
    assert.notEqual(status, 0);
    const told: TallyLine[] = readFileSync(tally, 'utf8')
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text));
    const of = (result: string) =>
      told.filter((one) => one.result === result).map(({ name }) => name.replace(/^.*[\\/]/, ''));
    assert.deepEqual(of('passed').sort(), ['good', 'inner']);
    assert.deepEqual(of('skipped').sort(), ['left out', 'left out inside', 'left out whole']);
    const failed = of('failed');
    for (const name of ['bad', 'inner bad', 'broken.test.mjs']) assert.ok(failed.includes(name), name);
    assert.ok(failed.includes('hook') || failed.includes('never'), failed.join());
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('an error names its place in the source, not in what was compiled from it', () => {
  const error = new Error('somewhere');
  const lines = readFileSync(join(root, 'test/build/closing-lines.test.ts'), 'utf8').split('\n');
  const line = lines.findIndex((text) => /^ +const error = new Error/.test(text)) + 1;
  assert.match(error.stack!, new RegExp(`^Error: somewhere\n.*closing-lines\\.test\\.ts:${line}:17\\b`));
});
