import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { commands } from '../../extension/contributions/commands.ts';
import { generateManifest } from '../../extension/contributions/manifest.ts';
import { menus } from '../../extension/contributions/views.ts';

const root = resolve(import.meta.dirname, '../..');
const json = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8'));
const mend = 'run npm run manifest';

test('package.json contributes what the tables say', () => {
  assert.deepEqual(
    json('package.json').contributes,
    JSON.parse(JSON.stringify(generateManifest().contributes)),
    mend,
  );
});

test('package.nls.json holds the English texts, and every key of the manifest has one', () => {
  const texts = json('package.nls.json');
  assert.deepEqual(texts, generateManifest().texts, mend);
  const used = [...readFileSync(join(root, 'package.json'), 'utf8').matchAll(/%([\w.]+)%/g)].map(
    (match) => match[1]!,
  );
  for (const key of used) assert.ok(texts[key], `no text for ${key}`);
});

test('the German manifest says everything the English one says', () => {
  assert.deepEqual(
    Object.keys(json('package.nls.de.json')).sort(),
    Object.keys(json('package.nls.json')).sort(),
  );
});

test('a command in a toolbar or inline has an icon', () => {
  for (const entries of Object.values(menus))
    for (const { command, group } of entries)
      if (/^(navigation|inline)/.test(group))
        assert.ok('icon' in commands[command], `${command} needs an icon`);
});

/** As people who download the extension would want it. */
const mostPictureBytes = 64 * 1024;
const mostBytesOfAll = 1024 * 1024;

test('pictures the manifest names are there, and small', () => {
  const { viewsContainers, views, walkthroughs } = json('package.json').contributes;
  for (const { icon } of [...viewsContainers.activitybar, ...views.distillery])
    assert.ok(existsSync(join(root, icon)), icon);
  let bytes = 0;
  for (const { media } of walkthroughs[0].steps) {
    assert.deepEqual(
      Object.keys(media.image).sort(),
      ['dark', 'hc', 'hcLight', 'light'],
      'one for each theme',
    );
    for (const file of Object.values<string>(media.image)) {
      assert.ok(existsSync(join(root, file)), `${file}: run npm run media`);
      const { size } = statSync(join(root, file));
      assert.ok(size <= mostPictureBytes, `${file} has ${size} bytes`);
      bytes += size;
    }
  }
  assert.ok(bytes <= mostBytesOfAll, `${bytes} bytes in all`);
});

test('the Extensions page has an icon, large enough for its place, and begins with what a user of it needs', () => {
  const icon = readFileSync(join(root, json('package.json').icon));
  assert.equal(icon.subarray(1, 4).toString(), 'PNG');
  assert.deepEqual([icon.readUInt32BE(16), icon.readUInt32BE(20)], [256, 256]);
  const page = readFileSync(join(root, 'README.md'), 'utf8');
  assert.ok(page.indexOf('## In VS Code') > 0);
  assert.ok(page.indexOf('npm test') > page.indexOf('## In VS Code'));
});

test('what welcomes and first steps offer is there, in German too', () => {
  for (const file of ['package.nls.json', 'package.nls.de.json'])
    for (const [key, text] of Object.entries<string>(json(file)))
      for (const [, command] of text.matchAll(/\(command:([\w.]+)\)/g))
        assert.ok(command! in commands || !command!.startsWith('distillery.'), `${file}, ${key}: ${command}`);
  const links = (text: string) => [...text.matchAll(/\(command:[\w.]+\)/g)].map(([link]) => link);
  const [english, german] = [json('package.nls.json'), json('package.nls.de.json')];
  for (const key of Object.keys(english)) assert.deepEqual(links(german[key]), links(english[key]), key);
});
