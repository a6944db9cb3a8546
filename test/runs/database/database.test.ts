import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../../src/base/user-error.ts';
import { Database } from '../../../src/runs/database/database.ts';
import { databaseVersion } from '../../../src/runs/database/migrations.ts';
import { newRunId } from '../../../src/runs/run-id.ts';
import { openStore, openStoreReadOnly } from '../../../src/runs/store.ts';
import { program } from '../../program.ts';
import { oldDatabase } from '../old-database.ts';
import { addRun, numbered, started, temporaryDirectory, temporaryStore } from '../support.ts';

const refused =
  (...parts: RegExp[]) =>
  (error: UserError) => {
    assert.ok(error instanceof UserError, String(error));
    assert.ok(error.remedy, 'a remedy is named');
    for (const part of parts) assert.match(`${error.message} ${error.place} ${error.remedy}`, part);
    return true;
  };

test('a database of a newer version is refused, naming both versions, and left whole', async (t) => {
  const directory = await temporaryDirectory(t);
  const store = await openStore(directory);
  await addRun(store);
  await store.transaction((database) => database.run(`PRAGMA user_version = ${databaseVersion + 7}`));
  await store.close();
  await assert.rejects(
    openStore(directory),
    refused(new RegExp(`version ${databaseVersion + 7}.*up to ${databaseVersion}`), /Update Distillery/),
  );
});

test('a file that is no database is refused with a remedy', async (t) => {
  const directory = await temporaryDirectory(t);
  await writeFile(join(directory, 'distillery.db'), 'This is not a database. '.repeat(100));
  await assert.rejects(openStore(directory), refused(/damaged/, /distillery rebuild/));
});

test('a data directory that cannot be made or written is refused with its place', async (t) => {
  const directory = await temporaryDirectory(t);
  const file = join(directory, 'file');
  await writeFile(file, '');
  await assert.rejects(openStore(file), refused(/a file is in its place/, /--data-dir/));
  await assert.rejects(openStore(join(file, '.distillery')), refused(/cannot be made/, /--data-dir/));
  if (process.platform === 'linux')
    await assert.rejects(openStore('/proc/distillery'), refused(/cannot be (made|written)/, /proc/));
});

test('a transaction is kept whole or not at all, and transactions of one process take turns', async (t) => {
  const store = await temporaryStore(t);
  await assert.rejects(
    store.transaction(async (database) => {
      await database.run("INSERT INTO settings VALUES ('half', '1')");
      throw new Error('no further');
    }),
    /no further/,
  );
  assert.equal(await store.setting('half'), undefined);
  await Promise.all(
    Array.from({ length: 20 }, () =>
      store.transaction(async (database) => {
        const row = await database.get<{ value: string }>("SELECT value FROM settings WHERE name = 'n'");
        await database.run('INSERT OR REPLACE INTO settings VALUES (?, ?)', [
          'n',
          `${Number(row?.value ?? 0) + 1}`,
        ]);
      }),
    ),
  );
  assert.equal(await store.setting('n'), '20');
});

test('a database deleted under us is noticed and made anew', async (t) => {
  const directory = await temporaryDirectory(t);
  const store = await openStore(directory);
  t.after(() => store.close());
  await addRun(store);
  assert.equal(await store.reopenIfReplaced(), false);
  for (const suffix of ['', '-wal', '-shm'])
    await rm(join(directory, `distillery.db${suffix}`), { force: true });
  assert.equal(await store.reopenIfReplaced(), true);
  assert.equal(await store.count(), 0);
  await addRun(store);
  assert.equal(await store.count(), 1);
});

/** Every file of a folder with its bytes. */
async function contentOf(directory: string): Promise<Record<string, string>> {
  const names = (await readdir(directory, { withFileTypes: true })).filter((entry) => entry.isFile());
  return Object.fromEntries(
    await Promise.all(
      names.map(async ({ name }) => [name, await readFile(join(directory, name), 'base64')] as const),
    ),
  );
}

test('opened for reading, a database is read and neither it nor its folder changes', async (t) => {
  const directory = await temporaryDirectory(t);
  const writing = await openStore(directory);
  const id = await addRun(writing);
  await writing.ingest(id, numbered([started]));
  await writing.close();
  const before = await contentOf(directory);
  assert.deepEqual(Object.keys(before), ['distillery.db']);
  const reading = await openStoreReadOnly(directory);
  assert.equal((await reading.get(id))?.state, 'running');
  assert.equal((await reading.events(id)).length, 1);
  assert.equal(await reading.reopenIfReplaced(), false);
  await assert.rejects(reading.rename(id, 'other'), refused(/not changed/, /trusted/));
  assert.deepEqual(await contentOf(directory), before, 'while it is open');
  await reading.close();
  assert.deepEqual(await contentOf(directory), before, 'and afterwards');
});

test('opened for reading, a database is followed while somebody else writes', async (t) => {
  const directory = await temporaryDirectory(t);
  await (await openStore(directory)).close();
  const reading = await openStoreReadOnly(directory);
  t.after(() => reading.close());
  const writing = await temporaryStore(t, directory);
  const id = await addRun(writing);
  assert.equal(await reading.reopenIfReplaced(), true, 'nobody wrote when it was opened');
  assert.equal((await reading.get(id))?.name, 'Two by two');
  await writing.rename(id, 'Renamed');
  assert.equal(await reading.reopenIfReplaced(), false);
  assert.equal((await reading.get(id))?.name, 'Renamed');
});

test('opened for reading, a database of an older version is read from a copy and left as it is', async (t) => {
  const directory = await temporaryDirectory(t);
  await (await openStore(directory)).close();
  await rm(join(directory, 'distillery.db'));
  const id = newRunId({ experiment: 'Old', strategy: 'response', seed: 3 });
  await oldDatabase(join(directory, 'distillery.db'), id);
  const before = await contentOf(directory);
  const reading = await openStoreReadOnly(directory);
  const [run, ...others] = await reading.list();
  assert.deepEqual([run?.id, run?.name, run?.tags, others.length], [id, 'An old run', ['paper'], 0]);
  assert.equal(await reading.reopenIfReplaced(), false);
  assert.deepEqual(await contentOf(directory), before);
  await assert.rejects(reading.rename(id, 'other'), refused(/not changed/));
  await reading.close();
  assert.deepEqual(await contentOf(directory), before);
});

test('opened for reading, a database of a newer version is refused and left as it is', async (t) => {
  const directory = await temporaryDirectory(t);
  const store = await Database.open(join(directory, 'distillery.db'), async (statements) => {
    await statements.run(`PRAGMA user_version = ${databaseVersion + 7}`);
  });
  await store.close();
  const before = await contentOf(directory);
  await assert.rejects(openStoreReadOnly(directory), refused(/newer Distillery/));
  assert.deepEqual(await contentOf(directory), before);
});

test('processes that open a new data directory and write at the same time lose nothing', async (t) => {
  const directory = join(await temporaryDirectory(t), '.distillery');
  const [node, ...words] = program('test/runs/concurrent-writer.ts');
  const writers: ChildProcess[] = [];
  for (let writer = 0; writer < 4; writer++)
    writers.push(
      spawn(node, [...words, directory, `${writer}`], { stdio: ['ignore', 'inherit', 'inherit'] }),
    );
  const codes = await Promise.all(writers.map(async (writer) => (await once(writer, 'exit'))[0]));
  assert.deepEqual(codes, [0, 0, 0, 0]);
  const store = await temporaryStore(t, directory);
  assert.equal(await store.count(), 4 * 5);
  assert.equal(await store.setting('count'), `${4 * 25}`);
  for (const id of await store.ids()) assert.equal((await store.events(id)).length, 20);
});
