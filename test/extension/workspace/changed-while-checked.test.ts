import '../without-vscode.ts';
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { experimentFile } from '../../cli/support.ts';
import { temporaryDirectory, temporaryStore } from '../../runs/support.ts';

const { runEngine } = await import('../../../extension/workspace/runs/run-engine.ts');

test('what becomes of a file while it is checked neither runs nor keeps from running what was checked', async (t) => {
  const directory = await temporaryDirectory(t);
  const file = await experimentFile(directory, { steps: 1 });
  const text = await readFile(file, 'utf8');
  for (const meanwhile of [text.replace('"Planned"', '"Unchecked"'), '{', '']) {
    await writeFile(file, text);
    const store = await temporaryStore(t, join(directory, `data-${meanwhile.length}`));
    const checked: string[] = [];
    const ids = await runEngine.runsFromFile(store, file, {
      agree: async () => false,
      checker: {
        check: async (given) => {
          checked.push(given);
          await writeFile(file, meanwhile);
          return [];
        },
        inspect: () => Promise.reject(new Error('nothing is inspected here')),
        cost: async () => undefined,
        parts: () => Promise.reject(new Error('nothing is inspected here')),
        dispose: () => {},
      },
      devices: async () => [],
    });
    assert.deepEqual(checked, [text]);
    const runs = await store.list({ ids });
    assert.deepEqual(
      runs.map(({ experiment }) => experiment),
      ['Planned'],
    );
  }
});
