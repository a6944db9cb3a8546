import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { menus } from '../../extension/contributions/views.ts';
import {
  activeStates,
  endStates,
  isActive,
  isResumable,
  runStates,
} from '../../src/worker/directory/run-states.ts';

const root = resolve(import.meta.dirname, '../..');

test('every state is one in which a run goes on or has ended, and only an ended run can be resumed', () => {
  assert.deepEqual([...activeStates, ...endStates].sort(), [...runStates].sort());
  for (const state of runStates) {
    assert.equal(isActive(state), !endStates.includes(state), state);
    if (isResumable({ state })) assert.ok(endStates.includes(state), state);
  }
});

test('the menus of the explorer offer to stop a run in exactly the states in which it goes on', () => {
  const stop = menus['view/item/context']!.find(({ command }) => command === 'distillery.stop')!;
  const [, pattern] = /.*viewItem =~ \/(.*?)\/$/.exec(stop.when)!;
  const offered = runStates.filter((state) => new RegExp(pattern!).test(`run ${state}`));
  assert.deepEqual(offered.toSorted(), activeStates.toSorted());
});

/** In which order the explorer shows groups is its own affair. */
const ownOrder = ['extension/explorer/roots.ts', 'src/worker/directory/run-states.ts'];

test('no other file lists states that have something in common', () => {
  const state = `['"](?:${runStates.join('|')})['"]`;
  const list = new RegExp(`${state}\\s*(?:,|\\|)\\s*${state}`);
  const compared = new RegExp(`([\\w.]*[sS]tate) ([!=]==) ${state} (?:&&|\\|\\|) \\1 \\2 ${state}`);
  const wrong = ['src', 'extension', 'webview']
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true }).map((file) => join(folder, String(file))),
    )
    .filter((file) => file.endsWith('.ts') && !ownOrder.includes(file.replaceAll('\\', '/')))
    .filter((file) => {
      const text = readFileSync(join(root, file), 'utf8');
      return list.test(text) || compared.test(text);
    });
  assert.deepEqual(wrong, []);
});
