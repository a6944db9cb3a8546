import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';

const folder = resolve(import.meta.dirname, '../../extension');

/** Every text that the extension says, as it stands in the code. */
function texts(): Map<string, string> {
  const found = new Map<string, string>();
  for (const name of readdirSync(folder, { recursive: true }).map(String)) {
    if (!name.endsWith('.ts')) continue;
    const code = readFileSync(join(folder, name), 'utf8');
    const calls = [...code.matchAll(/\bl10n\.t\(/g)].length;
    const literals = [...code.matchAll(/\bl10n\.t\(\s*'((?:[^'\\]|\\.)*)'/g)];
    assert.equal(literals.length, calls, `${name}: l10n.t wants a plain text in single quotes`);
    for (const [, text] of literals) found.set(text!.replaceAll("\\'", "'"), name);
  }
  return found;
}

const german: Record<string, string> = JSON.parse(
  readFileSync(join(folder, 'l10n/bundle.l10n.de.json'), 'utf8'),
);
const placeholders = (text: string) => [...text.matchAll(/\{\d+\}/g)].map(([match]) => match).sort();

test('every text of the extension is there in German, and no other', () => {
  assert.deepEqual(Object.keys(german).sort(), [...texts().keys()].sort());
});

test('a translation fills in what the English text fills in', () => {
  for (const [english, translated] of Object.entries(german))
    assert.deepEqual(placeholders(translated), placeholders(english), english);
});
