import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RunEventBody } from '../../../src/worker/directory/events.ts';
import { addRun, metric, numbered, result, started, temporaryStore } from '../support.ts';

const body: fc.Arbitrary<RunEventBody> = fc.oneof(
  fc
    .record({
      step: fc.nat(6),
      value: fc.option(fc.integer({ min: -9, max: 9 })),
      name: fc.constantFrom('a', 'b'),
    })
    .map(({ step, value, name }) => metric(step, { [name]: value, both: step })),
  fc.constant(started),
  fc
    .nat(9)
    .map(
      (done) => ({ type: 'progress', phase: 'train', done, total: 9, unit: 'steps', rate: null }) as const,
    ),
  fc.constantFrom<RunEventBody>(
    { type: 'phase', phase: 'train' },
    result(0.5),
    { type: 'checkpoint', epoch: 1, best: true, path: 'checkpoints/best' },
    { type: 'warning', message: 'Careful.' },
    { type: 'warning', message: 'The teacher is no better than chance.', doubt: 'teacher-quality' },
    { type: 'warning', message: 'The class names differ.', doubt: 'class-names' },
    { type: 'exported', export: { model: 'student', folder: '../a', files: [] } },
    { type: 'exported', export: { model: 'student', folder: '../a', files: [], problem: 'No room.' } },
    { type: 'exported', export: { model: 'student', folder: '../b', files: [] } },
    { type: 'interrupted', message: 'Gone.' },
    { type: 'cancelled', reason: 'stop' },
    { type: 'completed' },
  ),
);

test('events arriving in any pieces, order and number of times leave the store as one reading of the log does', async (t) => {
  const store = await temporaryStore(t);
  const content = async (id: string) => {
    const { id: _id, directory: _directory, createdAt: _createdAt, ...record } = (await store.get(id))!;
    const series = (await store.series([id])).get(id)!.sort((a, b) => (a.name < b.name ? -1 : 1));
    return {
      record,
      series,
      points: await Promise.all(series.map(({ model, name }) => store.points(id, model, name))),
      events: await store.events(id),
      artifacts: await store.artifacts(id),
    };
  };
  await fc.assert(
    fc.asyncProperty(
      fc.array(body, { maxLength: 12 }).chain((bodies) =>
        fc.record({
          bodies: fc.constant(bodies),
          pieces: fc.array(fc.subarray([...bodies.keys()]), { maxLength: 6 }),
          order: fc.shuffledSubarray([...bodies.keys()], { minLength: bodies.length }),
        }),
      ),
      async ({ bodies, pieces, order }) => {
        const events = numbered(bodies);
        const [whole, piecewise] = [await addRun(store), await addRun(store)];
        await store.ingest(whole, events);
        const fresh: number[] = [];
        for (const piece of [...pieces, ...order.map((index) => [index]), order]) {
          const added = await store.ingest(
            piecewise,
            piece.map((index) => events[index]!),
          );
          fresh.push(...added!.map(({ seq }) => seq));
        }
        assert.deepEqual(
          fresh.sort((a, b) => a - b),
          events.map(({ seq }) => seq),
          'each event is new exactly once',
        );
        assert.deepEqual(await content(piecewise), await content(whole));
      },
    ),
    { numRuns: 60 },
  );
});

test('a run that was queued again stays so until its log says something new', async (t) => {
  const store = await temporaryStore(t);
  const id = await addRun(store);
  const log = numbered([started, { type: 'interrupted', message: 'Gone.' }]);
  await store.ingest(id, log);
  await store.transaction((database) => database.run("UPDATE runs SET state = 'queued' WHERE id = ?", [id]));
  await store.ingest(id, log, 200);
  await store.ingest(id, numbered([{ type: 'warning', message: 'Late.' }], 2), 300);
  assert.equal((await store.get(id))!.state, 'queued');
  assert.deepEqual(await store.position(id), { logBytes: 300, lastSeq: 2 });
  await store.ingest(id, numbered([started], 3));
  assert.equal((await store.get(id))!.state, 'running');
});

test('events of a run that is not in the store are refused', async (t) => {
  const store = await temporaryStore(t);
  assert.equal(await store.ingest('20260101-000000-gone-s0-aaaa', numbered([started])), undefined);
});
