import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { workerCommand } from '../../../src/runs/queue/launch.ts';

test('a bundle starts the worker that lies beside it, with the runtime it is told', () => {
  const entry = pathToFileURL('/opt/distillery/dist/cli.mjs').href;
  assert.deepEqual(workerCommand(entry, '/bin/node'), ['/bin/node', '/opt/distillery/dist/worker.mjs']);
});

test('the sources start the worker’s source through tsx', () => {
  const entry = new URL('../../../src/cli/main.ts', import.meta.url).href;
  const [runtime, option, loader, worker] = workerCommand(entry);
  assert.deepEqual([runtime, option], [process.execPath, '--import']);
  assert.match(loader!, /^file:.*tsx/);
  assert.ok(existsSync(worker!), worker);
});
