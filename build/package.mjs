// npm run package: a VSIX for this platform, or for those named as arguments (linux-x64, darwin-arm64, win32-x64 …), in
// the folder that --out names, else here. Native packages come as they lie in node_modules: ONNX Runtime has every
// platform's binaries, sqlite3 and koffi only this one's, so another platform's VSIX wants what `npm ci` left there, under
// NATIVE_BINARIES/<platform>-<arch>: the file node_sqlite3.node and the folder koffi.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { carriedPackages, foreignCalls } from './carried-packages.mjs';
import { listFile } from './licenses/shipped.mjs';
import { platformOf } from './native-platform.mjs';

const root = resolve(import.meta.dirname, '..');
const here = `${process.platform}-${process.arch}`;
const { values, positionals } = parseArgs({
  options: { out: { type: 'string', default: root } },
  allowPositionals: true,
});
const targets = positionals.length > 0 ? positionals : [here];
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

function fail(message) {
  console.error(message);
  process.exit(1);
}

if (!existsSync(join(root, 'dist/extension.mjs'))) fail('There is no bundle yet: run `npm run build` first.');

/** Those that ONNX Runtime has binaries for. */
const runtimes = join(root, 'node_modules/onnxruntime-node/bin/napi-v6');
const known = readdirSync(runtimes).flatMap((platform) =>
  readdirSync(join(runtimes, platform)).map((arch) => `${platform}-${arch}`),
);
for (const target of targets)
  if (!known.includes(target))
    fail(`${target} cannot be packaged for: ONNX Runtime has binaries for ${known.join(', ')}.`);

function copy(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true, filter: (file) => !/\.(map|d\.ts)$/.test(file) });
}

function stage(target) {
  const [platform, arch] = target.split('-');
  const place = mkdtempSync(join(tmpdir(), 'distillery-vsix-'));
  process.once('exit', () => rmSync(place, { recursive: true, force: true }));
  for (const file of ['README.md', 'LICENSE', 'CHANGELOG.md', 'package.nls.json', 'package.nls.de.json'])
    if (existsSync(join(root, file))) copy(join(root, file), join(place, file));
  // The Extensions page shows pictures from the web alone, not even such as are part of its text: those of the repository
  // would be broken there.
  const page = join(place, 'README.md');
  writeFileSync(page, readFileSync(page, 'utf8').replace(/^!\[[^\]]*\]\((?!https:).*\)\n\n?/gm, ''));
  for (const folder of ['dist', 'extension/media', 'extension/l10n'])
    copy(join(root, folder), join(place, folder));
  for (const name of ['explorer.png', 'dashboard.png', 'browser.png'])
    rmSync(join(place, 'extension/media', name));
  rmSync(join(place, 'dist/test'), { recursive: true, force: true });
  rmSync(join(place, 'dist', basename(listFile)), { force: true });

  const dependencies = {};
  for (const [name, parts] of Object.entries(carriedPackages(platform, arch))) {
    const source =
      name === foreignCalls(platform, arch) ? foreignCallsFor(target) : join(root, 'node_modules', name);
    const own = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
    dependencies[name] = own.version;
    // Only what installs a package needs the packages it names; npm would miss them here.
    const {
      scripts,
      dependencies: _,
      devDependencies,
      optionalDependencies,
      peerDependencies,
      ...kept
    } = own;
    for (const part of parts) {
      const from = name === 'sqlite3' && part.endsWith('.node') ? databaseFor(target) : join(source, part);
      if (!existsSync(from)) fail(`${from} is missing, so nothing can be packaged for ${target}.`);
      copy(from, join(place, 'node_modules', name, part));
    }
    writeFileSync(join(place, 'node_modules', name, 'package.json'), JSON.stringify(kept, null, 2));
    for (const license of ['LICENSE', 'LICENSE.md', 'NOTICE'])
      if (existsSync(join(source, license)))
        copy(join(source, license), join(place, 'node_modules', name, license));
  }
  const { devDependencies, optionalDependencies, scripts, files, allowScripts, bin, ...kept } = manifest;
  writeFileSync(join(place, 'package.json'), JSON.stringify({ ...kept, dependencies }, null, 2));
  // Everything that was put here is wanted.
  writeFileSync(join(place, '.vscodeignore'), '');
  return place;
}

/** sqlite3's library for a platform. */
function databaseFor(target) {
  const file = nativeFor(target, 'sqlite3/build/Release/node_sqlite3.node', 'node_sqlite3.node');
  requirePlatform(file, target);
  return file;
}

/** The folder of koffi's package for a platform. */
function foreignCallsFor(target) {
  const folder = nativeFor(target, foreignCalls(...target.split('-')), 'koffi');
  requirePlatform(join(folder, target.replace('-', '_'), 'koffi.node'), target);
  return folder;
}

/**
 * What `npm ci` brings for its own platform alone.
 * @param installed where it lies in node_modules, once installed
 * @param gathered where it lies in the folder of a platform below NATIVE_BINARIES
 */
function nativeFor(target, installed, gathered) {
  if (target === here) return join(root, 'node_modules', installed);
  const place = process.env.NATIVE_BINARIES;
  if (!place)
    fail(
      `sqlite3 and koffi have binaries for ${here} alone here. Run \`npm run package\` on ${target}; or run \`npm ci\` there, copy its node_modules/${installed} to DIR/${target}/${gathered}, and what else README.md names, and set NATIVE_BINARIES=DIR.`,
    );
  return join(place, target, gathered);
}

function requirePlatform(file, target) {
  if (existsSync(file) && platformOf(file) !== target)
    fail(`${file} was built for ${platformOf(file) ?? 'no platform that is known here'}, not for ${target}.`);
}

for (const target of targets) {
  const out = join(resolve(values.out), `${manifest.name}-${target}-${manifest.version}.vsix`);
  const { status } = spawnSync(
    process.execPath,
    [
      join(root, 'node_modules/@vscode/vsce/vsce'),
      ...['package', '--target', target, '--out', out],
      ...['--allow-missing-repository', '--no-rewrite-relative-links'],
    ],
    { cwd: stage(target), stdio: ['ignore', 'pipe', 'inherit'] },
  );
  if (status !== 0) process.exit(status ?? 1);
  console.log(`${out} (${(statSync(out).size / 1e6).toFixed(1)} MB)`);
}
