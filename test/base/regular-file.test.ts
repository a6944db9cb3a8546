import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  openRegular,
  openRegularSync,
  readRegular,
  readRegularSync,
  requireRealFolder,
} from '../../src/base/regular-file.ts';

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'distillery-regular-'));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

const notRegular = { code: 'NOT_REGULAR' };

test('links, folders, pipes and devices are not opened, in any mode', async (t) => {
  const place = folder(t);
  const target = join(place, 'target');
  writeFileSync(target, 'of somebody else');
  const names = ['link', 'dangling', 'folder', 'pipe', 'device'].map((name) => join(place, name));
  const [link, dangling, directory, pipe, device] = names as [string, string, string, string, string];
  symlinkSync(target, link);
  symlinkSync(join(place, 'nothing'), dangling);
  mkdirSync(directory);
  symlinkSync('/dev/zero', device);
  if (process.platform !== 'win32') execFileSync('mkfifo', [pipe]);
  else mkdirSync(pipe);
  for (const file of names)
    for (const mode of ['read', 'append', 'replace', 'change'] as const) {
      await assert.rejects(openRegular(file, mode), notRegular, `${file} ${mode}`);
      assert.throws(() => openRegularSync(file, mode), notRegular, `${file} ${mode}`);
    }
  assert.equal(readFileSync(target, 'utf8'), 'of somebody else');
  assert.equal(existsSync(join(place, 'nothing')), false);
});

test('a regular file is read up to its bound and not beyond', async (t) => {
  const file = join(folder(t), 'file');
  writeFileSync(file, 'four');
  assert.equal((await readRegular(file, 4)).toString(), 'four');
  assert.equal(readRegularSync(file, 4).toString(), 'four');
  await assert.rejects(readRegular(file, 3), { code: 'TOO_LARGE' });
  assert.throws(() => readRegularSync(file, 3), { code: 'TOO_LARGE' });
});

test('replacing empties a file and appending keeps it', async (t) => {
  const file = join(folder(t), 'file');
  for (const [mode, content] of [
    ['replace', 'x'],
    ['append', 'xx'],
    ['replace', 'x'],
  ] as const) {
    const handle = await openRegular(file, mode);
    await handle.write('x');
    await handle.close();
    assert.equal(readFileSync(file, 'utf8'), content);
  }
});

test('a link is no folder of its own', async (t) => {
  const place = folder(t);
  const link = join(place, 'link');
  symlinkSync(tmpdir(), link);
  await assert.rejects(requireRealFolder(link), notRegular);
  await requireRealFolder(place);
  await requireRealFolder(join(place, 'missing'));
});
