import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Parser, promise } from '../parser.ts';

const line = (seq: number, body: object) => `${JSON.stringify({ seq, time: 1e12 + seq, ...body })}\n`;
const log = [
  line(0, {
    type: 'started',
    pid: 1,
    host: 'here',
    device: 'CPU',
    deviceKind: 'cpu',
    versions: { node: '20' },
    threads: 1,
  }),
  line(1, { type: 'phase', phase: 'train' }),
  line(2, { type: 'metric', model: 'student', step: 1, epoch: 0.1, values: { loss: 1, accuracy: null } }),
  line(3, { type: 'progress', phase: 'train', done: 1, total: 2, unit: 'steps', rate: null }),
  line(4, { type: 'checkpoint', epoch: 1, best: true, path: '/x/last.safetensors' }),
  line(5, { type: 'warning', message: 'odd', doubt: 'kind' }),
  line(6, { type: 'failed', message: 'no', userError: true, remedy: 'yes' }),
].join('');

/** events.jsonl, which a killed worker leaves torn and anybody may have edited. */
export const events: Parser = {
  name: 'events.jsonl',
  ending: 'events.jsonl',
  form: 'text',
  block: 3000,
  words: ['"seq":', '9007199254740991', '"type":"metric"', '"completed"', '\n', '{}\n', '\r\n', 'null\n'],
  async open(folder) {
    const { readEvents } = await import('../../../../src/worker/directory/read-events.ts');
    const { EventLog } = await import('../../../../src/worker/directory/event-log.ts');
    const file = join(folder, 'events.jsonl');
    return {
      seeds: [Buffer.from(log), Buffer.from(log.slice(0, -30)), Buffer.from('')],
      async read(input) {
        writeFileSync(file, input);
        const { events: before, problems } = await readEvents(file);
        for (const { seq } of before)
          promise(
            Number.isSafeInteger(seq) && seq >= 0 && seq <= input.length,
            `an event has the number ${seq}`,
          );
        const opened = EventLog.open(file);
        opened.append({ type: 'phase', phase: 'train' });
        opened.close();
        const { events: after, offset } = await readEvents(file);
        promise(after.length === before.length + 1, 'events are lost when the log is gone on with');
        promise(offset === readFileSync(file).length, 'the log does not end with a whole line');
        const most = before.reduce((last, { seq }) => Math.max(last, seq), -1);
        promise(after.at(-1)!.seq === most + 1, 'a number is left out or stands twice');
        return `${before.length > 0} ${problems.length > 0 ? problems[0]!.message.slice(0, 40) : ''}`;
      },
    };
  },
};

/** The frozen experiment of a run. */
export const request: Parser = {
  name: 'experiment.json',
  ending: 'experiment.json',
  form: 'json',
  block: 3000,
  words: ['/etc', '../..', 'dataDirectory', 'seed', 'auto', 'cpu'],
  async open(folder, root) {
    const { RunDirectory } = await import('../../../../src/worker/directory/run-directory.ts');
    const { parseExperiment } = await import('../../../../src/experiment/parsing/parse.ts');
    const directory = new RunDirectory(join(folder, 'runs', 'one'));
    const text = readFileSync(join(root, 'examples/mnist-response.distill.json'), 'utf8');
    await directory.create({
      experiment: parseExperiment(text).experiment!,
      file: join(folder, 'a.distill.json'),
      directory: folder,
      dataDirectory: folder,
      seed: 1,
      device: 'cpu',
      name: 'One',
      group: 'group',
    });
    return {
      seeds: [readFileSync(directory.requestFile)],
      read(input) {
        writeFileSync(directory.requestFile, input);
        const read = directory.readRequest();
        promise(read.dataDirectory === folder, 'a run leaves its data directory');
        return read.experiment.strategy.kind;
      },
    };
  },
};

/** labels.json: what cannot be read counts as not there. */
export const labels: Parser = {
  name: 'labels.json',
  ending: 'labels.json',
  form: 'json',
  block: 8000,
  words: ['name', 'note', 'tags', 'baseline'],
  async open(folder) {
    const { readLabels } = await import('../../../../src/runs/directory/labels.ts');
    const sound = { name: 'One', note: '', tags: ['a', 'b'], baseline: true };
    return {
      seeds: [Buffer.from(JSON.stringify(sound))],
      async read(input) {
        writeFileSync(join(folder, 'labels.json'), input);
        const read = await readLabels(folder);
        promise(read === undefined || typeof read.name === 'string', 'labels have no name');
        return `${read !== undefined}`;
      },
    };
  },
};

/** Lock files: whoever holds what makes sense is told, and what makes none is taken over. */
export const lock: Parser = {
  name: 'lock',
  ending: 'worker.lock',
  form: 'json',
  block: 800,
  words: ['pid', 'host', 'start', 'token', '"another"', '-1', '1'],
  async open(folder) {
    const { ExclusiveLock } = await import('../../../../src/base/locks/exclusive-lock.ts');
    const { thisProcess } = await import('../../../../src/base/locks/process-identity.ts');
    const file = join(folder, 'worker.lock');
    const owner = await thisProcess();
    return {
      seeds: [
        { owner, token: 'a' },
        { owner: { ...owner, start: 'x' }, token: 'b' },
        { owner: { ...owner, host: 'another' }, token: 'c' },
      ].map((content) => Buffer.from(JSON.stringify(content))),
      async read(input) {
        writeFileSync(file, input);
        const held = await ExclusiveLock.tryAcquire(file);
        if (!(held instanceof ExclusiveLock)) {
          promise(held.pid > 0, 'a lock is held by a group of processes');
          return 'held';
        }
        await held.release();
        promise(!existsSync(file), 'a lock that was released is there');
        return 'free';
      },
    };
  },
};

/** What training keeps to go on from or to use again: damaged, it counts as not there. */
export const kept: Parser = {
  name: 'checkpoints and caches',
  form: 'bytes',
  block: 2500,
  words: ['state', 'identity', 'DSTSIG03', 'samples', 'signals', 'F32', 'I32'],
  async open(folder) {
    const { Checkpoints } = await import('../../../../src/training/checkpoint.ts');
    const { SignalFile } = await import('../../../../src/training/teacher/signal-file.ts');
    const { SignalFileWriter } = await import('../../../../src/training/teacher/signal-file-writer.ts');
    const { readGenerated, writeGenerated } = await import(
      '../../../../src/training/generation/generated-file.ts'
    );
    const { writeSafetensors } = await import('../../../../src/models/checkpoint/safetensors.ts');
    const { TokenStore } = await import('../../../../src/data/text/token-store.ts');
    const [signals, texts, last] = ['signals.bin', 'texts.safetensors', 'last.safetensors'].map((name) =>
      join(folder, name),
    );
    const writer = new SignalFileWriter(signals!, 'key', Int32Array.of(0, 1), Int32Array.of(0, 0));
    const logits = { name: 'logits', shape: [2], perToken: false, dtype: 'float32' as const };
    await writer.add([logits], { logits: { data: Float32Array.of(1, 2, 3, 4), length: 1 } }, 2);
    await writer.finish(1);
    const tokens = new TokenStore(50);
    tokens.add(Int32Array.of(1, 2, 3), 1);
    await writeGenerated(texts!, 'key', { tokens, seconds: 1 });
    const state = {
      identity: 'i',
      epoch: 1,
      stepInEpoch: 0,
      step: 4,
      history: [],
      seconds: 1,
      random: { shuffle: [1], training: [2] },
    };
    const weight = { shape: [2], data: Float32Array.of(1, 2) };
    await writeSafetensors(last!, new Map([['a', weight]]), { state: JSON.stringify(state) });
    const seeds = [signals!, texts!, last!].map((file) => readFileSync(file));
    return {
      seeds,
      withoutFile: true,
      async read(input) {
        for (const file of [signals!, texts!, last!]) writeFileSync(file, input);
        const file = await SignalFile.open(signals!, 'key');
        file?.read(Int32Array.of(0), 1);
        file?.close();
        const generated = await readGenerated(texts!, 'key', 50);
        for (let index = 0; index < (generated?.tokens.count ?? 0); index++) generated!.tokens.ids(index);
        const peeked = await new Checkpoints(folder).peek('last');
        return `${file !== undefined} ${generated !== undefined} ${peeked !== undefined}`;
      },
    };
  },
};
