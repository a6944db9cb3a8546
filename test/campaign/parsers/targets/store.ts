import { join } from 'node:path';
import sqlite3 from 'sqlite3';
import { type Parser, promise } from '../parser.ts';
import { experimentOf } from './sample-experiment.ts';

/** Columns of a run's row in the order in which the first byte of an input chooses one. */
const columns = [
  'summary',
  'config',
  'name',
  'note',
  'state',
  'started_at',
  'ended_at',
  'created_at',
  'accuracy',
  'last_seq',
  'log_bytes',
  'strategy',
  'family',
] as const;

/** Rows of the database, of which one is damaged: it is told of or repaired, and all others are shown. */
export const rows: Parser = {
  name: 'database rows',
  form: 'json',
  block: 250,
  words: ['running', 'queued', 'state', 'from', 'result', 'student', 'accuracy', '"dataset"', '"strategy"'],
  async open(folder, root) {
    const { openStore } = await import('../../../../src/runs/store.ts');
    const { createRuns } = await import('../../../../src/runs/create-run.ts');
    const { repairDamagedRows } = await import('../../../../src/runs/database/damaged-rows.ts');
    const { Supervisor } = await import('../../../../src/runs/queue/supervisor.ts');
    const data = join(folder, '.distillery');
    const store = await openStore(data);
    const { experiment, file } = experimentOf(root);
    const ids = await createRuns(store, { experiment, file, directory: folder }, { seeds: [1, 2, 3] });
    const others = new sqlite3.Database(join(data, 'distillery.db'));
    const all = (sql: string, values: readonly unknown[] = []) =>
      new Promise<Record<string, string | null>[]>((resolve, reject) =>
        others.all(sql, values, (error, found) => (error ? reject(error) : resolve(found as []))),
      );
    await all('PRAGMA busy_timeout = 5000');
    const [row] = await all('SELECT * FROM runs WHERE id = ?', [ids[0]]);
    return {
      seeds: [row!.summary!, row!.config!, 'null', '17', '"a"'].map((text) => Buffer.from(text)),
      withoutFile: true,
      async read(input) {
        const column = columns[input.length % columns.length]!;
        const text = input.toString();
        await all(`UPDATE runs SET ${column} = ? WHERE id = ?`, [
          /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text,
          ids[0],
        ]).catch(() => []);
        const listed = await store.list();
        for (const id of ids.slice(1))
          promise(
            listed.some((run) => run.id === id),
            'a run is not shown that is whole',
          );
        const told = await repairDamagedRows(store);
        await new Supervisor(store).refresh();
        promise((await store.list()).length >= 2, 'runs are gone after a row was damaged');
        await all(`UPDATE runs SET ${columns.map((name) => `${name} = ?`).join(', ')} WHERE id = ?`, [
          ...columns.map((name) => row![name]),
          ids[0],
        ]);
        return `${column} ${told.length} ${listed.length}`;
      },
      async close() {
        others.close();
        await store.close();
      },
    };
  },
};

/** The lease on the queue: whatever stands there, it is taken or it is not. */
export const lease: Parser = {
  name: 'lease',
  form: 'json',
  block: 1000,
  words: ['pid', 'host', 'start', 'token', '-1', 'elsewhere/17/x'],
  async open(folder) {
    const { openStore } = await import('../../../../src/runs/store.ts');
    const { Lease } = await import('../../../../src/runs/queue/lease.ts');
    const { thisProcess } = await import('../../../../src/base/locks/process-identity.ts');
    const store = await openStore(join(folder, '.distillery'));
    const self = await thisProcess();
    const holders = [
      { ...self, token: 'a' },
      { ...self, start: 'x', token: 'b' },
      { ...self, host: 'y', token: 'c' },
    ];
    return {
      seeds: holders.map((holder) => Buffer.from(JSON.stringify(holder))),
      withoutFile: true,
      async read(input) {
        const until = [0, Date.now() + 1e6, 2 ** 53, -1][input.length % 4]!;
        await store.transaction((database) =>
          database.run('INSERT OR REPLACE INTO leases (name, holder, expires_at) VALUES (?, ?, ?)', [
            'queue',
            input.toString(),
            until,
          ]),
        );
        const own = new Lease(store, 'queue');
        const taken = await own.take();
        promise(!taken || (await own.take()), 'a lease that was taken cannot be renewed');
        await own.release();
        return `${taken}`;
      },
      close: () => store.close(),
    };
  },
};
