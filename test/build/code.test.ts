import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { noShell } from '../machine/lacks.ts';

const root = resolve(import.meta.dirname, '../..');
const scratch = mkdtempSync(join(tmpdir(), 'distillery-code-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

/** A program that writes down what it is called with, where the desktop VS Code would be. */
function fakeCode(status = 0): { folder: string; calls: () => string[][] } {
  const folder = mkdtempSync(join(scratch, 'bin-'));
  const log = join(folder, 'calls');
  const script = `#!${process.execPath}
require('node:fs').appendFileSync(${JSON.stringify(log)}, JSON.stringify(process.argv.slice(2)) + '\\n');
process.exit(process.argv[2] === '--version' ? 0 : ${status});
`;
  writeFileSync(join(folder, 'code'), script, { mode: 0o755 });
  return {
    folder,
    calls: () =>
      readFileSync(log, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
  };
}

function runCode(folder: string, args: readonly string[] = []) {
  const { DISTILLERY_TEST_HOST: _, ...inherited } = process.env;
  const temporary = join(scratch, 'temporary');
  mkdirSync(temporary, { recursive: true });
  return spawnSync(process.execPath, ['--import', 'tsx', 'build/code.ts', ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { ...inherited, PATH: `${folder}${delimiter}${process.env.PATH}`, TMPDIR: temporary },
  });
}

test('npm run code opens the sample project in the VS Code of the desktop', { skip: noShell }, () => {
  const code = fakeCode();
  const { status, stderr } = runCode(code.folder);
  assert.equal(status, 0, stderr);
  const project = join(scratch, 'temporary/distillery-sample');
  assert.deepEqual(code.calls(), [
    ['--version'],
    ['--new-window', `--extensionDevelopmentPath=${root}`, project],
  ]);
  assert.ok(existsSync(join(project, 'digits-response.distill.json')));
  assert.ok(existsSync(join(project, 'data/train-images-idx3-ubyte.gz')));
});

test('npm run code opens the folder that it is given, and tells how VS Code ended', { skip: noShell }, () => {
  const code = fakeCode(3);
  const { status } = runCode(code.folder, ['examples']);
  assert.equal(status, 3);
  assert.deepEqual(code.calls().at(-1)?.at(-1), join(root, 'examples'));
});
