import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { commands } from '../../extension/contributions/commands.ts';

const suite = resolve(import.meta.dirname, '../editor/suite');

test('every command of the manifest is run by a test in a real extension host', () => {
  const text = readdirSync(suite)
    .map((name) => readFileSync(join(suite, name), 'utf8'))
    .join('\n');
  const run = new Set([...text.matchAll(/\bexecute(?:<[^(]*>)?\(\s*'([^']+)'/g)].map(([, id]) => id));
  assert.ok(run.size > 10);
  assert.deepEqual(
    Object.keys(commands).filter((id) => !run.has(id)),
    [],
  );
});
