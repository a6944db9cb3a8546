import assert from 'node:assert/strict';
import { lstatSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { replaceFile } from '../../src/base/replace-file.ts';
import { lacks } from '../machine/lacks.ts';

const skip = process.platform === 'win32' && lacks('the right to make links');

test('a file is replaced, and of a link the link itself', { skip }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'distillery-test-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const [file, theirs] = [join(folder, 'file'), join(folder, 'theirs')];
  writeFileSync(theirs, 'of somebody else');
  symlinkSync(theirs, file);
  await replaceFile(file, 'one');
  assert.ok(lstatSync(file).isFile());
  assert.equal(readFileSync(theirs, 'utf8'), 'of somebody else');
  await replaceFile(file, 'two');
  assert.equal(readFileSync(file, 'utf8'), 'two');
});
