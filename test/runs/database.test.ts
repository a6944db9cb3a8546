import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../src/experiment/user-error.ts';
import { databaseVersion } from '../../src/runs/migrations.ts';
import { openStore } from '../../src/runs/store.ts';
import { program } from '../program.ts';
import { addRun, temporaryDirectory, temporaryStore } from './support.ts';

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
  await assert.rejects(openStore(directory), refused(/damaged/, /Move this file away/));
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
