import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { bringDigits, digits } from '../../extension/workspace/ready-data.ts';
import { experimentTemplate, templateStrategies } from '../../src/experiment/editing/template.ts';
import { zipEntries } from './zip.ts';

/** What an installed extension can do with nothing but its own files: no node_modules of a clone, no downloads. */

const root = resolve(import.meta.dirname, '../..');
const scratch = mkdtempSync(join(tmpdir(), 'distillery-installed-'));
const extension = join(scratch, 'extension');
const project = join(scratch, 'project');
after(() => rmSync(scratch, { recursive: true, force: true, maxRetries: 20 }));

before(() => {
  const packed = spawnSync(process.execPath, [join(root, 'build/package.mjs'), '--out', scratch], {
    encoding: 'utf8',
  });
  assert.equal(packed.status, 0, packed.stderr);
  for (const [name, content] of zipEntries(/^(.+\.vsix)/.exec(packed.stdout.trim())![1]!)) {
    if (!name.startsWith('extension/')) continue;
    mkdirSync(dirname(join(scratch, name)), { recursive: true });
    writeFileSync(join(scratch, name), content());
  }
  mkdirSync(project);
});

function distillery(...args: string[]) {
  return spawnSync(process.execPath, [join(extension, 'dist/cli.mjs'), ...args], {
    encoding: 'utf8',
    cwd: project,
    env: {
      ...process.env,
      XDG_CACHE_HOME: join(scratch, 'cache'),
      npm_config_registry: 'http://127.0.0.1:9',
    },
  });
}

const write = (name: string, text: string) => {
  writeFileSync(join(project, `${name}.distill.json`), text);
  return `${name}.distill.json`;
};

test('every experiment that New Experiment writes in an empty folder can be opened by an installed extension', async () => {
  await bringDigits(join(extension, 'dist/sample'), project);
  const files = templateStrategies().map(({ kind }) => write(kind, experimentTemplate(kind, kind, digits)));
  assert.ok(files.length > 8);
  const { status, stdout, stderr } = distillery('check', '--json', ...files);
  assert.equal(status, 0, stdout + stderr);
  assert.deepEqual(JSON.parse(stdout), []);
});

test('an experiment on the novel runs to its end in an installed extension', () => {
  const text = experimentTemplate('sequence', 'short')
    .replace('"length": 64', '"length": 16, "trainLimit": 32, "testLimit": 16')
    .replace('"size": 4096', '"size": 64')
    .replaceAll(/"hiddenSize": \d+/g, '"hiddenSize": 8')
    .replaceAll(/"epochs": \d+/g, '"epochs": 1')
    .replace('"seeds": [1, 2, 3]', '"seeds": [1], "device": "cpu"');
  const { status, stdout, stderr } = distillery('run', write('short', text));
  assert.equal(status, 0, stdout + stderr);
});

test('data that an installed extension does not carry is named with what to do', () => {
  const text = experimentTemplate('response', 'digits');
  const { status, stderr, stdout } = distillery('check', write('mnist', text));
  assert.notEqual(status, 0);
  assert.match(stdout + stderr, /MNIST is not on this machine.*Download/s);
});
