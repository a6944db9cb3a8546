/**
 * One of several processes that change the runs of a data directory at random, as people and workers do. For each message
 * with a number it makes so many changes, then answers with how many of each kind it made.
 */
import { readFile } from 'node:fs/promises';
import { UserError } from '../../../src/base/user-error.ts';
import { createRuns } from '../../../src/runs/create-run.ts';
import { removeRun } from '../../../src/runs/directory/remove.ts';
import { append, stopRun } from '../../../src/runs/queue/control.ts';
import { resumeRun } from '../../../src/runs/queue/resume.ts';
import { openStore } from '../../../src/runs/store.ts';
import { metric, request, result } from '../../runs/support.ts';

const [directory, file, seed] = process.argv.slice(2) as [string, string, string];
const store = await openStore(directory);

// Mulberry32: the same changes for the same seed.
let state = Number(seed);
function random(): number {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}
const oneOf = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
const word = () => `w${Math.floor(random() * 1000)}`;
const runIn = async (...states: string[]) =>
  oneOf((await store.list()).filter((run) => states.length === 0 || states.includes(run.state)))?.id;

const changes: Record<string, () => Promise<unknown>> = {
  async add() {
    const { experiment } = request(directory);
    const described = { ...experiment, description: JSON.stringify({ steps: 3, stepMs: 1 }) };
    const folder = file.slice(0, file.lastIndexOf('/'));
    await createRuns(store, { experiment: described, file, directory: folder }, { seeds: [Number(seed)] });
  },
  stop: async () => stopRun(store, (await runIn('queued', 'running')) ?? '', oneOf(['stop', 'cancel'])),
  resume: async () => resumeRun(store, (await runIn('cancelled', 'failed', 'interrupted')) ?? ''),
  rename: async () => store.rename((await runIn()) ?? '', word()),
  note: async () => store.setNote((await runIn()) ?? '', word()),
  tag: async () => store.tag((await runIn()) ?? '', word(), 'paper'),
  async untag() {
    const id = await runIn();
    if (id) await store.untag(id, ...(await store.get(id))!.tags.slice(0, 1));
  },
  baseline: async () => store.setBaseline(random() < 0.3 ? undefined : await runIn()),
  async remove() {
    if ((await store.count()) > 12)
      await removeRun(store, (await runIn('completed', 'cancelled', 'failed')) ?? '');
  },
  async ingest() {
    const id = await runIn('completed', 'cancelled');
    if (!id) return;
    const step = 100 + Math.floor(random() * 1000);
    await append(store, id, metric(step, { loss: random(), 'validation.accuracy': random() }));
    await append(store, id, result(random()));
    await append(store, id, { type: 'warning', message: word(), doubt: 'not-a-number' });
  },
};

process.on('message', async (count: number) => {
  const made: Record<string, number> = {};
  for (let change = 0; change < count; change++) {
    // Runs are made more often than anything else: else most changes would find none.
    const kind = random() < 0.2 ? 'add' : oneOf(Object.keys(changes))!;
    try {
      await changes[kind]!();
      made[kind] = (made[kind] ?? 0) + 1;
    } catch (error) {
      // Another process, or the worker, was faster: the run is gone, or in another state.
      const late = error instanceof UserError || (error as NodeJS.ErrnoException).code === 'ENOENT';
      if (!late && !/^Not a run id/.test(String((error as Error).message))) throw error;
    }
  }
  process.send!(made);
});
process.on('disconnect', async () => {
  await store.close();
  process.exit(0);
});
process.send!({ ready: await readFile(file, 'utf8').then(() => true) });
