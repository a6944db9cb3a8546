import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { test } from 'node:test';

const root = resolve(import.meta.dirname, '../..');

/** Lowest first: a floor imports itself and lower ones only. */
const floors = [
  'base',
  'experiment',
  'answers',
  'device',
  'data',
  'models',
  'strategies',
  'compression',
  'export',
  'checks',
  'training',
  'worker',
  'runs',
  'sweeps',
  'compare',
  'cli',
];

const importPattern =
  /(?:^|\n)\s*(?:import|export)\s[^'";]*?from\s+'([^']+)'|import\(\s*'([^']+)'\s*\)|(?:^|\n)import\s+'([^']+)'/g;

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true })
    .map((file) => join(folder, String(file)))
    .filter((file) => file.endsWith('.ts'));
}

function importsOf(file: string): { target: string; types: boolean }[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(importPattern)].map((match) => ({
    target: (match[1] ?? match[2] ?? match[3])!,
    types: /^\s*(?:import|export)\s+type\s/.test(match[0]),
  }));
}

const resolved = (file: string, target: string) =>
  target.startsWith('.')
    ? relative(root, resolve(root, dirname(file), target))
        .split(sep)
        .join('/')
    : target;

test('a floor of src imports only itself and lower floors', () => {
  const wrong: string[] = [];
  for (const file of sources('src')) {
    const floor = file.split(sep)[1]!;
    assert.ok(floors.includes(floor), `${file} is on no known floor`);
    for (const { target } of importsOf(file)) {
      const path = resolved(file, target);
      if (!path.startsWith('src/')) {
        if (path.startsWith('extension/') || path.startsWith('webview/') || path.startsWith('test/'))
          wrong.push(`${file} imports ${path}`);
        continue;
      }
      const other = path.split('/')[1]!;
      if (floors.indexOf(other) > floors.indexOf(floor)) wrong.push(`${file} imports ${path}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test('only extension/ imports vscode', () => {
  const wrong: string[] = [];
  for (const file of [...sources('src'), ...sources('webview')])
    for (const { target } of importsOf(file)) if (target === 'vscode') wrong.push(`${file} imports vscode`);
  assert.deepEqual(wrong, []);
});

/** What of these floors opens no file whose content comes from elsewhere. */
const opensNothing = [
  'src/checks/apart/',
  'src/checks/device.ts',
  'src/checks/models/model-report-schema.ts',
  'src/checks/sound.ts',
  'src/export/apart/exporting-process.ts',
  'src/export/apart/protocol.ts',
  'src/export/forms.ts',
  // Downloads packages that are known by their checksums.
  'src/data/packages/',
];

test('neither the extension nor the command line reads data or models: a process of its own does', () => {
  const wrong: string[] = [];
  const dynamic = /import\('([^']+)'\)/g;
  for (const file of [...sources('extension'), ...sources('src/cli')]) {
    const later = [...readFileSync(join(root, file), 'utf8').matchAll(dynamic)].map((match) => ({
      target: match[1]!,
      types: false,
    }));
    for (const { target, types } of [...importsOf(file), ...later]) {
      const path = resolved(file, target);
      if (types || !/^src\/(data|models|checks|compression|export)\//.test(path)) continue;
      if (!opensNothing.some((one) => path.startsWith(one))) wrong.push(`${file} imports ${path}`);
    }
  }
  assert.deepEqual(wrong, []);
});

/** What the page may take from the engine: what compares and formats, what tasks, strategies and states are, and how numbers are written. */
const forThePage =
  /^src\/(compare\/|worker\/directory\/run-states\.ts$|experiment\/tidy-number\.ts$|experiment\/tasks\/|experiment\/strategies\/((\w+\/)?(strategy-)?facts|layer-reference)\.ts$)/;

test('the page takes from the engine only what compares and formats, and nothing of it that needs Node', () => {
  const wrong: string[] = [];
  const seen = new Set<string>();
  const visit = (file: string) => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const { target, types } of importsOf(file)) {
      if (types) continue;
      const path = resolved(file, target);
      if (target.startsWith('node:')) wrong.push(`${file} imports ${target}`);
      else if (path.startsWith('src/') && !forThePage.test(path)) wrong.push(`${file} imports ${path}`);
      else if (path.startsWith('extension/')) wrong.push(`${file} imports ${path}`);
      else if (path.endsWith('.ts')) visit(path);
    }
  };
  for (const file of sources('webview')) visit(file);
  assert.deepEqual(wrong, []);
});

test('the protocol of page and extension needs neither: no page, no editor, no Node, and zod alone', () => {
  const foreign = new Set<string>();
  const seen = new Set<string>();
  const visit = (file: string) => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const { target, types } of importsOf(file)) {
      const path = resolved(file, target);
      if (types) continue;
      const elsewhere = /^(extension|test|webview\/(?!protocol\/))/.test(path);
      if (!path.endsWith('.ts') || elsewhere) foreign.add(path);
      else visit(path);
    }
  };
  for (const file of sources('webview/protocol')) visit(file);
  assert.deepEqual([...foreign], ['zod/mini']);
});
