import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import sqlite3 from 'sqlite3';
import type { RunRecord } from '../../../src/runs/database/run-records.ts';
import { openStoreReadOnly } from '../../../src/runs/store.ts';
import { readEvents } from '../../../src/worker/directory/read-events.ts';

/** The runs of a data directory as its database has them; none where there is none yet. */
export async function runsOf(dataDirectory: string): Promise<RunRecord[]> {
  if (!existsSync(join(dataDirectory, 'distillery.db'))) return [];
  const store = await openStoreReadOnly(dataDirectory);
  try {
    return await store.list();
  } finally {
    await store.close();
  }
}

/** What killed processes leave, and whoever comes next is to sweep up. */
const leftover = /\.json\.\d+$|\.tmp$|\.old$|\.training$|\.lock|\.reserve$|\.takeover$|^\.removed-/;

/** Files and folders that nobody needs any more, by their paths. */
export function leftoversIn(dataDirectory: string): string[] {
  const paths = readdirSync(dataDirectory, { recursive: true }).map(String);
  return paths.filter(
    (path) => leftover.test(path.split('/').at(-1)!) && !isYoungClaim(join(dataDirectory, path)),
  );
}

/** A claim to a lock that says nothing may be about to be written; it goes when it is two minutes old. */
const isYoungClaim = (file: string) =>
  /\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(file) &&
  statSync(file).size === 0 &&
  Date.now() - statSync(file).mtimeMs < 120_000;

/**
 * Compares the database with the run directories.
 * @returns what is wrong, a line each
 */
export async function disagreements(dataDirectory: string): Promise<string[]> {
  const found: string[] = [];
  const integrity = await integrityOf(join(dataDirectory, 'distillery.db'));
  if (integrity !== 'ok') found.push(`the database is damaged: ${integrity}`);
  const runs = await runsOf(dataDirectory);
  const folders = readdirSync(join(dataDirectory, 'runs'));
  for (const name of folders)
    if (!runs.some(({ id }) => id === name)) found.push(`runs/${name} is not in the database`);
  const store = await openStoreReadOnly(dataDirectory);
  try {
    for (const { id } of runs) {
      if (!folders.includes(id)) {
        found.push(`the run ${id} of the database has no directory`);
        continue;
      }
      const { events } = await readEvents(join(dataDirectory, 'runs', id, 'events.jsonl'));
      const stored = await store.events(id);
      if (stored.length !== events.length)
        found.push(`of ${events.length} events of ${id} ${stored.length} are stored`);
    }
  } finally {
    await store.close();
  }
  return found;
}

function integrityOf(file: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const database = new sqlite3.Database(file, sqlite3.OPEN_READONLY, (error) => {
      if (error) return resolve(error.message);
      database.get<{ integrity_check: string }>('PRAGMA integrity_check', (failed, row) => {
        database.close();
        if (failed) reject(failed);
        else resolve(row.integrity_check);
      });
    });
  });
}
