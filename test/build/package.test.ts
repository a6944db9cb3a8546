import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { zipEntries } from './zip.ts';

const root = resolve(import.meta.dirname, '../..');
const scratch = mkdtempSync(join(tmpdir(), 'distillery-package-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

const binaries = join(scratch, 'binaries');
const staging = join(scratch, 'staging');
mkdirSync(staging);

/** A library that only looks like one for Windows. */
function windowsLibrary(machine: number): Buffer {
  const library = Buffer.alloc(512);
  library.write('MZ', 0);
  library.writeUInt32LE(0x80, 0x3c);
  library.write('PE\0\0', 0x80);
  library.writeUInt16LE(machine, 0x84);
  return library;
}

/** A library that only looks like one for Linux on ARM. */
function armLibrary(): Buffer {
  const library = Buffer.alloc(512);
  library.writeUInt32BE(0x7f454c46, 0);
  library.writeUInt16LE(183, 18);
  return library;
}

/** Where koffi's package for a platform has its library. */
const foreignCalls = (target: string) => `koffi/${target.replace('-', '_')}/koffi.node`;

function putLibraries(target: string, database: Buffer, calls = database): void {
  for (const [name, content] of [
    ['node_sqlite3.node', database],
    [foreignCalls(target), calls],
    ['koffi/index.js', Buffer.from('module.exports = {};')],
    ['koffi/package.json', Buffer.from('{"version":"3.3.4","license":"MIT"}')],
  ] as const) {
    mkdirSync(dirname(join(binaries, target, name)), { recursive: true });
    writeFileSync(join(binaries, target, name), content);
  }
}

function pack(targets: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const { NATIVE_BINARIES: _, ...inherited } = process.env;
  return spawnSync(process.execPath, [join(root, 'build/package.mjs'), '--out', scratch, ...targets], {
    encoding: 'utf8',
    env: { ...inherited, ...environment, TMPDIR: staging },
  });
}

test('a VSIX for another platform says so, and holds that platform’s libraries and no other', () => {
  const library = windowsLibrary(0x8664);
  putLibraries('win32-x64', library);
  const { status, stdout, stderr } = pack(['win32-x64'], { NATIVE_BINARIES: binaries });
  assert.equal(status, 0, stderr);
  const entries = zipEntries(/^(.+\.vsix)/.exec(stdout.trim())![1]!);
  assert.match(entries.get('extension.vsixmanifest')!().toString(), /TargetPlatform="win32-x64"/);
  const sqlite = entries.get('extension/node_modules/sqlite3/build/Release/node_sqlite3.node')!();
  assert.ok(sqlite.equals(library));
  const calls = [...entries.keys()].filter((name) => name.includes('@koromix/'));
  assert.deepEqual(
    calls.filter((name) => name.endsWith('.node')),
    ['extension/node_modules/@koromix/koffi-win32-x64/win32_x64/koffi.node'],
  );
  assert.ok(entries.has('extension/node_modules/koffi/index.js'));
  const runtimes = [...entries.keys()].filter((name) => /onnxruntime-node\/bin\/napi-v6\//.test(name));
  assert.ok(runtimes.some((name) => name.endsWith('onnxruntime.dll')));
  assert.ok(
    runtimes.every((name) => name.includes('/win32/x64/')),
    runtimes.join('\n'),
  );
  for (const name of [
    'dist/extension.mjs',
    'dist/worker.mjs',
    'dist/cli.mjs',
    'package.nls.de.json',
    'dist/THIRD-PARTY-NOTICES.txt',
  ])
    assert.ok(entries.has(`extension/${name}`), name);
  assert.ok(entries.has('extension/extension/media/icon.png'));
  const { walkthroughs } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).contributes;
  for (const { media } of walkthroughs[0].steps)
    for (const file of Object.values<string>(media.image)) assert.ok(entries.has(`extension/${file}`), file);
  for (const name of ['explorer', 'dashboard'])
    assert.ok(!entries.has(`extension/extension/media/${name}.png`), 'a picture of README alone');
  const page = entries.get('extension/readme.md')!().toString();
  assert.ok(!/!\[[^\]]*\]\((?!https:)/.test(page), 'a picture the Extensions page cannot show');
  // koffi's parts for use lie in a folder of this name.
  const others = [...entries.keys()].filter((name) => !name.includes('/node_modules/koffi/'));
  assert.ok(!others.some((name) => /\.(map|ts)$|\/(src|test)\//.test(name)));
});

test('what cannot be packaged is refused with what to do', () => {
  const refused = (targets: string[], message: RegExp, environment?: NodeJS.ProcessEnv) => {
    const { status, stderr } = pack(targets, environment);
    assert.notEqual(status, 0);
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /\n {4}at /);
  };
  const other = process.platform === 'win32' ? 'linux-x64' : 'win32-x64';
  refused([other], new RegExp(`Run \`npm run package\` on ${other}.*NATIVE_BINARIES`));
  refused(['amiga-m68k'], /ONNX Runtime has binaries for .*linux-x64/);
  putLibraries('win32-arm64', windowsLibrary(0x8664));
  refused(['win32-arm64'], /was built for win32-x64, not for win32-arm64/, { NATIVE_BINARIES: binaries });
  putLibraries('darwin-arm64', readFileSync(join(root, 'package.json')), windowsLibrary(0x8664));
  refused(['darwin-arm64'], /koffi\.node was built for win32-x64, not for darwin-arm64/, {
    NATIVE_BINARIES: binaries,
  });
  putLibraries('linux-arm64', readFileSync(join(root, 'package.json')), armLibrary());
  refused(['linux-arm64'], /no platform that is known/, { NATIVE_BINARIES: binaries });
  assert.deepEqual(readdirSync(staging), [], 'nothing is left behind');
});
