import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { LogTail } from '../../../extension/dashboard/detail/log-tail.ts';
import { detailOf } from '../../../extension/dashboard/detail/run-detail.ts';
import { ExclusiveLock } from '../../../src/base/locks/exclusive-lock.ts';
import { EventLog } from '../../../src/worker/directory/event-log.ts';
import { RunDirectory } from '../../../src/worker/directory/run-directory.ts';
import { addRun, temporaryStore } from '../../runs/support.ts';

test('a running run lists what it made, and nothing of what its worker keeps for itself', async (context) => {
  const store = await temporaryStore(context);
  const record = (await store.get(await addRun(store)))!;
  const directory = new RunDirectory(record.directory);
  const lock = await ExclusiveLock.tryAcquire(directory.lockFile);
  assert.ok(lock instanceof ExclusiveLock);
  const log = EventLog.open(directory.eventsFile);
  await directory.request('stop');
  for (const folder of ['checkpoints', 'student', 'student.4711.tmp', 'candidates/exit1'])
    await mkdir(join(directory.path, folder), { recursive: true });
  const write = (path: string) => writeFile(join(directory.path, path), 'x');
  const made = ['checkpoints/last.safetensors', 'student/config.json', 'candidates/exit1/model.safetensors'];
  for (const path of [...made, 'worker.log']) await write(path);
  for (const path of ['checkpoints/last.safetensors.4711.tmp', 'student.4711.tmp/config.json'])
    await write(path);
  for (const path of ['labels.json.12345678', 'worker.lock.takeover']) await write(path);
  const options = { log: new LogTail(directory.logFile), trusted: true };
  const { files } = await detailOf(store, record, options);
  assert.deepEqual(
    files.map(({ path }) => path),
    [...made, 'events.jsonl', 'experiment.json', 'worker.log'].sort(),
  );
  log.close();
  await lock.release();
});
