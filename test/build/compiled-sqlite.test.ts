import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { keepSqlite } from '../../build/compiled-sqlite.mjs';
import { lacks } from '../machine/lacks.ts';

const require = createRequire(import.meta.url);
const manifest = require.resolve('sqlite3/package.json');
const scratch = mkdtempSync(join(tmpdir(), 'distillery-compiled-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

const report = process.report.getReport() as unknown as { header: { glibcVersionRuntime?: string } };
const otherNames =
  process.platform === 'linux' && !report.header.glibcVersionRuntime && lacks('the C library of GNU');

/** The name under which the installer of sqlite3 looks for a binary. */
function lookedFor(): string {
  const installer = createRequire(manifest)('prebuild-install/util') as {
    getDownloadUrl(options: object): string;
  };
  const { platform, arch } = process;
  const pkg = JSON.parse(readFileSync(manifest, 'utf8')) as { binary: { napi_versions: number[] } };
  const abi = Math.max(...pkg.binary.napi_versions);
  const options = { pkg, platform, arch, libc: '', abi, runtime: 'napi', 'tag-prefix': 'v' };
  return installer.getDownloadUrl(options).split('/').at(-1)!;
}

function fakePackage(name: string): string {
  const place = join(scratch, name);
  mkdirSync(join(place, 'build/Release'), { recursive: true });
  writeFileSync(join(place, 'package.json'), readFileSync(manifest));
  writeFileSync(join(place, 'build/Release/node_sqlite3.node'), 'binary');
  return place;
}

test('a database that was compiled is kept where the installer of the next clone looks', {
  skip: otherNames,
}, () => {
  const kept = join(scratch, 'kept');
  const place = fakePackage('compiled');
  writeFileSync(join(place, 'build/config.gypi'), '');
  keepSqlite(place, kept);
  assert.deepEqual(readdirSync(kept), [lookedFor()]);
  const listed = spawnSync('tar', ['-tzf', join(kept, lookedFor())], { encoding: 'utf8' });
  assert.equal(listed.stdout.trim(), 'build/Release/node_sqlite3.node');
});

test('a database that was downloaded is not kept', () => {
  const kept = join(scratch, 'none');
  keepSqlite(fakePackage('downloaded'), kept);
  assert.ok(!existsSync(kept));
});
