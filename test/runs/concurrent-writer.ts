/** One of several processes that write to the same new store: five runs each, and one counter that all of them raise. */
import { openStore } from '../../src/runs/store.ts';
import { addRun, metric, numbered, started } from './support.ts';

const [directory, writer] = process.argv.slice(2);
const store = await openStore(directory!);
for (let seed = 0; seed < 5; seed++) {
  const id = await addRun(store, seed, `Writer ${writer}`);
  const events = numbered([
    started,
    ...Array.from({ length: 19 }, (_, step) => metric(step, { loss: step })),
  ]);
  for (let first = 0; first < events.length; first += 4) {
    await store.ingest(id, events.slice(first, first + 4));
    await store.transaction(async (database) => {
      const row = await database.get<{ value: string }>("SELECT value FROM settings WHERE name = 'count'");
      await database.run('INSERT OR REPLACE INTO settings VALUES (?, ?)', [
        'count',
        `${Number(row?.value ?? 0) + 1}`,
      ]);
    });
  }
}
await store.close();
