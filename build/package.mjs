// npm run package: a VSIX for this platform, or for those named as arguments (linux-x64, darwin-arm64, win32-x64 …).
// Native packages come as they lie in node_modules: ONNX Runtime has every platform's binaries, sqlite3 only this one's,
// so another platform's VSIX wants sqlite3's binary for it under SQLITE3_BINARIES/<platform>-<arch>/node_sqlite3.node.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const here = `${process.platform}-${process.arch}`;
const targets = process.argv.slice(2).length > 0 ? process.argv.slice(2) : [here];
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

if (!existsSync(join(root, 'dist/extension.mjs'))) {
  console.error('There is no bundle yet: run `npm run build` first.');
  process.exit(1);
}

/** What one package of node_modules is needed for at run time; the rest of it stays behind. */
const modules = (platform, arch) => ({
  'onnxruntime-node': ['dist', `bin/napi-v6/${platform}/${arch}`],
  'onnxruntime-common': ['dist/cjs'],
  sqlite3: ['lib', 'build/Release/node_sqlite3.node'],
  bindings: ['bindings.js'],
  'file-uri-to-path': ['index.js'],
});

function copy(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true, filter: (file) => !/\.(map|d\.ts)$/.test(file) });
}

function stage(target) {
  const [platform, arch] = target.split('-');
  const place = mkdtempSync(join(tmpdir(), 'distillery-vsix-'));
  for (const file of ['README.md', 'LICENSE', 'CHANGELOG.md', 'package.nls.json', 'package.nls.de.json'])
    if (existsSync(join(root, file))) copy(join(root, file), join(place, file));
  for (const folder of ['dist', 'extension/media', 'extension/l10n'])
    copy(join(root, folder), join(place, folder));
  rmSync(join(place, 'dist/test'), { recursive: true, force: true });

  const dependencies = {};
  for (const [name, parts] of Object.entries(modules(platform, arch))) {
    const source = join(root, 'node_modules', name);
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
      const from = binaryOf(name, part, target) ?? join(source, part);
      if (!existsSync(from)) throw new Error(`${from} is missing: nothing can be packaged for ${target}.`);
      copy(from, join(place, 'node_modules', name, part));
    }
    writeFileSync(join(place, 'node_modules', name, 'package.json'), JSON.stringify(kept, null, 2));
    for (const license of ['LICENSE', 'LICENSE.md'])
      if (existsSync(join(source, license)))
        copy(join(source, license), join(place, 'node_modules', name, license));
  }
  const { devDependencies, optionalDependencies, scripts, files, allowScripts, bin, ...kept } = manifest;
  writeFileSync(join(place, 'package.json'), JSON.stringify({ ...kept, dependencies }, null, 2));
  // Everything that was put here is wanted.
  writeFileSync(join(place, '.vscodeignore'), '');
  return place;
}

function binaryOf(name, part, target) {
  if (name !== 'sqlite3' || !part.endsWith('.node') || target === here) return undefined;
  const place = process.env.SQLITE3_BINARIES;
  if (!place) throw new Error(`sqlite3 has no binary for ${target} here; name them with SQLITE3_BINARIES.`);
  return join(place, target, 'node_sqlite3.node');
}

for (const target of targets) {
  const out = join(root, `${manifest.name}-${target}-${manifest.version}.vsix`);
  const place = stage(target);
  try {
    const { status } = spawnSync(
      process.execPath,
      [
        join(root, 'node_modules/@vscode/vsce/vsce'),
        ...['package', '--target', target, '--out', out],
        ...['--allow-missing-repository', '--no-rewrite-relative-links'],
      ],
      { cwd: place, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    if (status !== 0) process.exit(status ?? 1);
    console.log(`${out} (${(statSync(out).size / 1e6).toFixed(1)} MB)`);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}
