import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openDatabaseReadOnly } from '../../src/runs/database/open-database.ts';
import { databaseFile } from '../../src/runs/directory/data-directory.ts';
import { discoverRuns } from '../../src/runs/directory/discover.ts';
import { append, killRun, stopRun } from '../../src/runs/queue/control.ts';
import { Supervisor } from '../../src/runs/queue/supervisor.ts';
import { openStore, type RunStore } from '../../src/runs/store.ts';
import { EventLog } from '../../src/worker/directory/event-log.ts';
import { readEvents } from '../../src/worker/directory/read-events.ts';
import { RunDirectory } from '../../src/worker/directory/run-directory.ts';
import { addRun, metric, started, temporaryDirectory, temporaryStore } from './support.ts';

const limit = { timeout: 600_000 };

/** Brings a store up to date and gives back what was complained of. */
async function refreshed(store: RunStore): Promise<Error[]> {
  const problems: Error[] = [];
  await new Supervisor(store, { problem: (error) => problems.push(error) }).refresh();
  return problems;
}

async function secret(t: TestContext): Promise<string> {
  const file = join(await temporaryDirectory(t), 'secret');
  writeFileSync(file, 'of somebody else\n');
  return file;
}

test(
  'a run directory with something else in the place of a file is one line, and all others are shown',
  limit,
  async (t) => {
    const store = await temporaryStore(t);
    const good = await addRun(store, 0);
    const spoil: Record<string, (file: string) => void> = {
      'a folder': (file) => mkdirSync(file),
      'a link to a device': (file) => symlinkSync('/dev/zero', file),
      'a pipe': (file) => execFileSync('mkfifo', [file]),
      'three gigabytes': (file) => {
        writeFileSync(file, '');
        truncateSync(file, 3 * 2 ** 30);
      },
    };
    const spoiled: string[] = [];
    let seed = 1;
    for (const put of Object.values(spoil)) {
      const id = await addRun(store, seed++);
      const file = new RunDirectory(store.directoryOf(id)).requestFile;
      rmSync(file);
      put(file);
      spoiled.push(id);
    }
    await store.transaction((database) => database.run('DELETE FROM runs WHERE id != ?', [good]));
    const { problems } = await discoverRuns(store);
    assert.equal(problems.length, spoiled.length);
    for (const id of spoiled)
      assert.ok(
        problems.some((problem) => `${problem.place} ${problem.message}`.includes(id) && problem.remedy),
        id,
      );
    assert.deepEqual(await store.ids(), [good]);
  },
);

test('a log that is no regular file is one line, and other runs are followed', limit, async (t) => {
  const store = await temporaryStore(t);
  const [bad, good] = [await addRun(store, 0), await addRun(store, 1)];
  const badLog = new RunDirectory(store.directoryOf(bad)).eventsFile;
  symlinkSync('/dev/zero', badLog);
  const log = EventLog.open(new RunDirectory(store.directoryOf(good)).eventsFile);
  log.append(started);
  log.append({ type: 'completed' });
  log.close();
  const problems = await refreshed(store);
  assert.equal((await store.get(good))!.state, 'completed');
  assert.equal(problems.length, 1);
  assert.match(problems[0]!.message, /events\.jsonl is not a regular file/);
});

test('nothing is written or deleted through a link in the place of a run directory', limit, async (t) => {
  const store = await temporaryStore(t);
  const good = await addRun(store, 99);
  const elsewhere = await temporaryDirectory(t);
  const names = ['student', 'checkpoints', 'control'];
  for (const name of names) mkdirSync(join(elsewhere, name));
  writeFileSync(join(elsewhere, 'control', 'cancel'), '');
  const id = await addRun(store);
  rmSync(store.directoryOf(id), { recursive: true });
  symlinkSync(elsewhere, store.directoryOf(id));
  await store.transaction((database) => database.run("UPDATE runs SET state = 'running', started_at = 1"));
  const problems = await refreshed(store);
  assert.ok(problems.some((problem) => problem.message.includes(id)));
  for (const act of [
    () => append(store, id, started),
    () => stopRun(store, id),
    () => killRun(store, id),
    () => store.setNote(id, 'mine'),
  ])
    await assert.rejects(act(), { name: 'UserError', message: /is not a regular file: a link, a folder/ });
  assert.deepEqual(readdirSync(elsewhere, { recursive: true }).sort(), [
    'checkpoints',
    'control',
    'control/cancel',
    'student',
  ]);
  assert.equal((await store.get(good))!.state, 'failed');
});

test('nothing is swept up behind a link in a data directory', limit, async (t) => {
  const store = await temporaryStore(t);
  const elsewhere = await temporaryDirectory(t);
  mkdirSync(join(elsewhere, 'teacher.123.tmp'));
  for (const name of ['teachers', 'cache']) symlinkSync(elsewhere, join(store.dataDirectory, name));
  mkdirSync(join(elsewhere, 'key'));
  writeFileSync(join(elsewhere, 'key', 'signals.bin.123.tmp'), '');
  await refreshed(store);
  assert.deepEqual(readdirSync(elsewhere, { recursive: true }).sort(), [
    'key',
    'key/signals.bin.123.tmp',
    'teacher.123.tmp',
  ]);
});

test('nothing is written through a link in a run directory', limit, async (t) => {
  const store = await temporaryStore(t);
  for (const name of ['labels.json', 'events.jsonl', 'events.jsonl.reserve', 'control/stop']) {
    const file = await secret(t);
    const id = await addRun(store);
    const link = join(store.directoryOf(id), name);
    mkdirSync(join(link, '..'), { recursive: true });
    symlinkSync(file, link);
    if (name === 'labels.json')
      await assert.rejects(store.setNote(id, 'mine'), /labels\.json is not a regular/);
    else if (name === 'events.jsonl') await assert.rejects(append(store, id, started), /not a regular file/);
    else if (name === 'control/stop') {
      await store.transaction((database) => database.run("UPDATE runs SET state = 'running'"));
      await assert.rejects(stopRun(store, id), /not a regular file/);
    } else await append(store, id, started);
    assert.equal(readFileSync(file, 'utf8'), 'of somebody else\n', name);
  }
});

test('an event with a number that no log can reach is skipped, and the run goes on', limit, async (t) => {
  const store = await temporaryStore(t);
  const id = await addRun(store);
  const { eventsFile } = new RunDirectory(store.directoryOf(id));
  await append(store, id, started);
  const planted = { ...metric(1, { loss: 1 }), seq: Number.MAX_SAFE_INTEGER, time: 1 };
  appendFileSync(eventsFile, `${JSON.stringify(planted)}\n`);
  await append(store, id, { type: 'failed', message: 'Out of luck.', userError: false });
  const { events, problems } = await readEvents(eventsFile);
  assert.deepEqual(
    events.map(({ seq, type }) => [seq, type]),
    [
      [0, 'started'],
      [1, 'failed'],
    ],
  );
  assert.equal(problems.length, 1);
  assert.equal((await store.get(id))!.state, 'failed');
});

test('a damaged row is read again from its run directory, and all others are listed', limit, async (t) => {
  const store = await temporaryStore(t);
  const damages: [string, string][] = [
    ['summary', 'null'],
    ['summary', '{"state":'],
    ['summary', '[]'],
    ['config', 'null'],
    ['config', '{}'],
    ['state', 'asleep'],
  ];
  const good = await addRun(store, 99);
  for (const [column, value] of damages) {
    const id = await addRun(store);
    await append(store, id, started);
    await append(store, id, { type: 'failed', message: 'Out of luck.', userError: false });
    const before = await store.get(id);
    await store.transaction((database) =>
      database.run(`UPDATE runs SET ${column} = ? WHERE id = ?`, [value, id]),
    );
    assert.deepEqual(
      (await store.list()).map((run) => run.id),
      [good],
      `${column} ${value}`,
    );
    await store.list({ resumable: true });
    const supervisor = new Supervisor(store, { problem: (error) => problems.push(error) });
    const problems: Error[] = [];
    await supervisor.start();
    await supervisor.close();
    assert.match(problems[0]!.message, new RegExp(`row of the run ${id} in the database is damaged`));
    assert.deepEqual(await store.get(id), before);
    rmSync(store.directoryOf(id), { recursive: true });
    await store.transaction((database) => database.run('DELETE FROM runs WHERE id = ?', [id]));
  }
});

test('no database is opened behind a link, or waited for', limit, async (t) => {
  for (const name of ['', '-wal', '-journal'])
    for (const plant of [
      (file: string, target: string) => symlinkSync(target, file),
      (file: string) => execFileSync('mkfifo', [file]),
    ]) {
      const dataDirectory = await temporaryDirectory(t);
      const target = await secret(t);
      plant(`${databaseFile(dataDirectory)}${name}`, target);
      await assert.rejects(openStore(dataDirectory), { name: 'UserError', message: /is not a regular file/ });
      await assert.rejects(openDatabaseReadOnly(databaseFile(dataDirectory)), /is not a regular file/);
      assert.equal(readFileSync(target, 'utf8'), 'of somebody else\n');
    }
});

test('a worker refuses to share teachers and caches through links', limit, async (t) => {
  const elsewhere = await temporaryDirectory(t);
  for (const name of ['teachers', 'cache', 'teachers/abc.training', 'cache/abc']) {
    const store = await temporaryStore(t);
    const directory = new RunDirectory(store.directoryOf(await addRun(store)));
    await directory.requireOwnFolders();
    const link = join(store.dataDirectory, name);
    mkdirSync(join(link, '..'), { recursive: true });
    symlinkSync(elsewhere, link);
    await assert.rejects(directory.requireOwnFolders(), {
      name: 'UserError',
      message: /is not a regular file/,
    });
  }
});

test('a worker refuses a run directory whose folders are links', limit, async (t) => {
  const elsewhere = await temporaryDirectory(t);
  for (const name of ['checkpoints', 'student', 'candidates', 'control']) {
    const store = await temporaryStore(t);
    const id = await addRun(store);
    const directory = new RunDirectory(store.directoryOf(id));
    rmSync(join(directory.path, name), { recursive: true, force: true });
    symlinkSync(elsewhere, join(directory.path, name));
    await assert.rejects(directory.requireOwnFolders(), /is not a regular file/);
    assert.ok(existsSync(elsewhere));
  }
});

test('a damaged row that cannot be read again is told once, however often it is met', limit, async (t) => {
  const store = await temporaryStore(t);
  const id = await addRun(store);
  rmSync(new RunDirectory(store.directoryOf(id)).requestFile);
  await store.transaction((database) => database.run("UPDATE runs SET summary = 'null'"));
  const problems: Error[] = [];
  const supervisor = new Supervisor(store, { problem: (error) => problems.push(error) });
  for (let look = 0; look < 3; look++) {
    await store.list();
    await supervisor.look();
  }
  await supervisor.close();
  assert.deepEqual(
    problems.map(({ message }) => message.includes(id)),
    [true],
  );
});
