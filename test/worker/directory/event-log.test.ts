import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { UserError } from '../../../src/base/user-error.ts';
import { EventLog } from '../../../src/worker/directory/event-log.ts';
import type { RunEventBody } from '../../../src/worker/directory/events.ts';
import { readEvents } from '../../../src/worker/directory/read-events.ts';
import { noSmallDisk } from '../../machine/lacks.ts';
import { temporaryDirectory } from '../support.ts';

const directory = temporaryDirectory();
let files = 0;
const freshFile = () => join(directory, `${files++}.jsonl`);

const warning = (message: string): RunEventBody => ({ type: 'warning', message });

function write(file: string, ...messages: string[]): void {
  const log = EventLog.open(file);
  for (const message of messages) log.append(warning(message));
  log.close();
}

const messages = async (file: string, from = 0) =>
  (await readEvents(file, from)).events.map((event) =>
    event.type === 'warning' ? event.message : event.type,
  );

test('events are numbered and stamped', async () => {
  const file = freshFile();
  const before = Date.now();
  write(file, 'one', 'two');
  const { events, problems } = await readEvents(file);
  assert.deepEqual(problems, []);
  assert.deepEqual(
    events.map(({ seq }) => seq),
    [0, 1],
  );
  for (const { time } of events) assert.ok(time >= before && time <= Date.now());
});

test('a later worker goes on with the numbers', async () => {
  const file = freshFile();
  write(file, 'one', 'two');
  write(file, 'three');
  assert.deepEqual(
    (await readEvents(file)).events.map(({ seq }) => seq),
    [0, 1, 2],
  );
});

test('a last line that a crash tore is cut off, wherever it was torn', async () => {
  const whole = freshFile();
  write(whole, 'one', 'zwei – 二');
  const content = readFileSync(whole);
  const secondLine = content.indexOf('\n') + 1;
  for (let length = secondLine; length < content.length; length++) {
    const file = freshFile();
    writeFileSync(file, content.subarray(0, length));
    assert.deepEqual(await messages(file), ['one'], 'before it is cut off, it is left unread');
    write(file, 'three');
    const { events, problems } = await readEvents(file);
    assert.deepEqual(problems, []);
    assert.deepEqual(
      events.map(({ seq }) => seq),
      [0, 1],
    );
  }
});

test('NaN and infinities travel as null', async () => {
  const file = freshFile();
  const log = EventLog.open(file);
  const values = { loss: Number.NaN, other: Number.POSITIVE_INFINITY, accuracy: 0.5 };
  log.append({ type: 'metric', model: 'student', step: 1, epoch: 1, values });
  log.close();
  const [event] = (await readEvents(file)).events;
  assert.ok(event?.type === 'metric');
  assert.deepEqual(event.values, { loss: null, other: null, accuracy: 0.5 });
});

test('reading goes on where it ended', async () => {
  const file = freshFile();
  assert.deepEqual(await readEvents(file), { events: [], offset: 0, problems: [] });
  write(file, 'one');
  const first = await readEvents(file);
  write(file, 'two', 'three');
  assert.deepEqual(await messages(file, first.offset), ['two', 'three']);
  const { offset } = await readEvents(file);
  assert.deepEqual(await readEvents(file, offset), { events: [], offset, problems: [] });
});

test('lines that are no events are skipped and reported with their place', async () => {
  const file = freshFile();
  write(file, 'one');
  const garbage = ['not json', '{"seq":1}', '[]', '{"seq":1,"time":0,"type":"celebrated"}', 'null'];
  appendFileSync(file, `${garbage.join('\n')}\n\n`);
  write(file, 'two');
  const { events, problems } = await readEvents(file);
  assert.equal(events.length, 2);
  assert.equal(events[1]!.seq, 1);
  assert.deepEqual(
    problems.map(({ offset }) => readFileSync(file).subarray(offset).toString().split('\n')[0]),
    garbage,
  );
  assert.match(problems[0]!.message, /not JSON: "not json"/);
});

test('however a file grows, every event is read once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 6 }),
      fc.nat(),
      async (texts, seed) => {
        const whole = freshFile();
        write(whole, ...texts);
        const content = readFileSync(whole);
        const growing = freshFile();
        writeFileSync(growing, '');
        const seen: string[] = [];
        let offset = 0;
        for (let at = 0, step = seed; at < content.length; step = (step * 7 + 3) % 1000) {
          const next = Math.min(content.length, at + 1 + (step % 90));
          appendFileSync(growing, content.subarray(at, next));
          at = next;
          const { events, offset: reached, problems } = await readEvents(growing, offset);
          assert.deepEqual(problems, []);
          for (const event of events) if (event.type === 'warning') seen.push(event.message);
          offset = reached;
        }
        assert.deepEqual(seen, texts);
      },
    ),
    { numRuns: 30 },
  );
});

test('a file of many megabytes, one line longer than any event among them', async () => {
  const file = freshFile();
  write(file, 'first', 'x'.repeat(3 << 20));
  appendFileSync(file, `"${'y'.repeat(17 << 20)}"\n`);
  write(file, 'last');
  const { events, problems } = await readEvents(file);
  assert.deepEqual(
    events.map(({ seq }) => seq),
    [0, 1, 2],
  );
  assert.deepEqual(
    problems.map(({ message }) => message),
    ['longer than any event'],
  );
});

test('a file that has become shorter is read from its start', async () => {
  const file = freshFile();
  write(file, 'a longer message', 'another one');
  const { offset } = await readEvents(file);
  writeFileSync(file, '');
  write(file, 'new');
  assert.deepEqual(await messages(file, offset), ['new']);
});

test('a place that cannot be written gives an error with a remedy', () => {
  assert.throws(() => EventLog.open(join(directory, 'nowhere', 'events.jsonl')), UserError);
});

/** A file system of few kilobytes, where this machine lets us have one. */
function tinyDisk(): string | undefined {
  const path = join(directory, 'tiny');
  mkdirSync(path);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', path], { stdio: 'ignore' });
    return path;
  } catch {
    return undefined;
  }
}

test('a full disk leaves whole events and room for last words', async (context) => {
  const disk = tinyDisk();
  if (!disk) return context.skip(noSmallDisk);
  context.after(() => execFileSync('umount', [disk]));
  const file = join(disk, 'events.jsonl');
  const log = EventLog.open(file);
  let written = 0;
  assert.throws(
    () => {
      for (; written < 1000; written++) log.append(warning('x'.repeat(500)));
    },
    (error) =>
      error instanceof UserError &&
      /disk is full/.test(error.message) &&
      /Free some space/.test(error.remedy!),
  );
  assert.ok(written > 10);
  log.freeReserve();
  log.append({ type: 'failed', message: 'The disk is full.', userError: true });
  log.close();
  const { events, problems } = await readEvents(file);
  assert.deepEqual(problems, []);
  assert.equal(events.length, written + 1);
  assert.equal(events.at(-1)!.type, 'failed');
  assert.deepEqual(readdirSync(disk), ['events.jsonl']);
});

test('what was set aside for last words is given back', () => {
  const file = freshFile();
  const log = EventLog.open(file);
  assert.ok(existsSync(`${file}.reserve`));
  log.close();
  assert.ok(!existsSync(`${file}.reserve`));
});
