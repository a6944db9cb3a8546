import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ViewMemory } from '../../../extension/dashboard/view-memory.ts';
import { type KeptView, latestView } from '../../../webview/kept-view.ts';

/** The memory of a workspace, which keeps text. */
function memento(initial?: unknown) {
  let text = JSON.stringify(initial);
  return {
    keys: () => [],
    get: <T>(): T => (text === undefined ? undefined : JSON.parse(text)) as T,
    update: async (_key: string, value: unknown) => {
      text = JSON.stringify(value);
    },
  };
}

const run = { navigation: { view: 'run', run: 'a' } };
const view = (panel: string, at: number, state: KeptView['state'] = run): KeptView => ({ panel, at, state });

test('a dashboard comes back as it was: by what VS Code kept, or by what is later', () => {
  const kept = memento();
  new ViewMemory(kept).keep(view('one', 20), 1);
  assert.deepEqual(new ViewMemory(kept).restored(view('one', 10, {})), view('one', 20));
  assert.deepEqual(new ViewMemory(kept).restored(view('one', 30, {})), view('one', 30, {}));
  // Another is not taken for it.
  assert.deepEqual(new ViewMemory(kept).restored(view('two', 10, {})), view('two', 10, {}));
});

test('of several of which VS Code kept nothing each comes back once, the latest first', () => {
  const kept = memento();
  const before = new ViewMemory(kept);
  before.keep(view('one', 10), 1);
  before.keep(view('two', 20), 2);
  before.keep(view('one', 30), 1);
  const after = new ViewMemory(kept);
  assert.equal(after.restored(undefined).panel, 'one');
  assert.deepEqual(after.lost(), { view: view('two', 20), column: 2 });
  assert.equal(after.restored(undefined).panel, 'two');
  assert.equal(after.lost(), undefined);
  assert.deepEqual(after.restored(undefined).state, {});
});

test('one that was closed does not come back; the next is set as it was, and begins at the beginning', () => {
  const kept = memento();
  const before = new ViewMemory(kept);
  const overview = { columns: ['name'], selected: ['a'], filter: 'x', values: { state: ['failed'] } };
  before.keep(view('one', 10, { ...run, overview, baseline: 'g2' }), 1);
  before.forget('one');
  const after = new ViewMemory(kept);
  assert.equal(after.lost(), undefined);
  const fresh = after.fresh();
  assert.deepEqual(fresh.state, { baseline: 'g2', overview: { columns: ['name'] } });
  assert.notEqual(fresh.panel, 'one');
});

test('a damaged memory is an empty one', () => {
  for (const damage of [7, 'x', [], { open: 3, latest: [] }, { open: [{ view: { panel: 4 } }, null] }]) {
    const memory = new ViewMemory(memento(damage));
    assert.equal(memory.lost(), undefined);
    assert.deepEqual(memory.fresh().state, { overview: {} });
  }
});

test('the page goes by the later of what VS Code and the host keep of it', () => {
  const handed = (one: KeptView) => JSON.stringify(one);
  assert.deepEqual(latestView(view('one', 10), handed(view('one', 20, {}))), view('one', 20, {}));
  assert.deepEqual(latestView(view('one', 20), handed(view('one', 10, {}))), view('one', 20));
  assert.deepEqual(latestView(view('old', 20), handed(view('one', 10, {}))), view('one', 10, {}));
  assert.deepEqual(latestView(null, handed(view('one', 10))), view('one', 10));
  assert.deepEqual(latestView(view('one', 20), null), view('one', 20));
  assert.deepEqual(latestView('damaged', 'damaged').state, {});
});
