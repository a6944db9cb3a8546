import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TypedArray } from '@tensorflow/tfjs-core';
import { Interruption } from '../../../src/base/interruption.ts';
import { tf } from '../../../src/device/tensorflow.ts';
import type { TeacherNeeds } from '../../../src/strategies/strategy.ts';
import {
  type CachedSignals,
  cachedSignals,
  type SignalOptions,
} from '../../../src/training/teacher/teacher-signals.ts';
import { liveTeacher } from '../../../src/training/teacher/teacher-source.ts';
import { brightRows, openTestDevice, smallModel, temporaryDirectory } from '../support.ts';

const device = await openTestDevice();
const data = brightRows({ train: 300 });
const teacher = smallModel(data, { hidden: [12, 400], dropout: 0.5 });
const needs: TeacherNeeds = { logits: true, hiddenStates: [2], pooled: [1] };

async function open(cacheDirectory: string, more: Partial<SignalOptions> = {}): Promise<CachedSignals> {
  return cachedSignals({
    device,
    teacher,
    teacherHash: 'teacher',
    needs,
    split: data.train,
    fingerprint: data.fingerprint,
    cacheDirectory,
    ...more,
  });
}

const cacheFile = (directory: string) => {
  const [key] = readdirSync(directory);
  return join(directory, key!, 'signals.bin');
};

const positions = Int32Array.of(7, 239, 0, 100);

/** What the source gives for some samples in a batch of five. */
function read(signals: Pick<CachedSignals, 'inputs' | 'signals'>): Record<string, TypedArray> {
  const batch = data.train.batch(positions, 5);
  return tf.tidy(() => {
    const cached = Object.fromEntries(
      Object.entries(signals.inputs(batch)).map(([name, { data: values, shape }]) => [
        name,
        tf.tensor(values, [...shape]),
      ]),
    );
    const pixels = tf.tensor(batch.input.pixels!.data, [...batch.input.pixels!.shape]);
    const { logits, hiddenStates, pooled } = signals.signals({ pixels }, cached);
    return {
      logits: logits!.dataSync(),
      hidden: hiddenStates.get(2)!.dataSync(),
      pooled: pooled.get(1)!.dataSync(),
    };
  });
}

/** What belongs to the samples, not to the row that pads the batch. */
const real = (values: TypedArray) => [...values].slice(0, (positions.length * values.length) / 5);

test('the cache gives what the teacher gives, to the last bit', async () => {
  const signals = await open(temporaryDirectory());
  const cached = read(signals);
  const live = read(liveTeacher(teacher, needs));
  for (const kind of ['logits', 'pooled', 'hidden'])
    assert.deepEqual(real(cached[kind]!), real(live[kind]!), kind);
  assert.ok(live.hidden!.some((value) => value > 0));
  assert.ok(
    cached.logits!.slice(-3).every((value) => value === 0),
    'padding is zero',
  );
  signals.close();
});

test('hidden states beyond the range of half precision come back as they are', async () => {
  const large = smallModel(data, { hidden: [12, 400] });
  const bias = [...large.parameters].find(
    ([name, { shape }]) => name.endsWith('.bias') && shape[0] === 400,
  )![1];
  bias.assign(tf.fill(bias.shape, 123_456.7));
  const signals = await open(temporaryDirectory(), { teacher: large });
  const { hidden } = read(signals);
  assert.deepEqual(real(hidden!), real(read(liveTeacher(large, needs)).hidden!));
  assert.ok(real(hidden!).every((value) => value > 65_504 && Number.isFinite(value)));
  signals.close();
});

test('the bytes that signals will take are told before they are written', async () => {
  const directory = temporaryDirectory();
  const told: number[] = [];
  await open(directory, {
    needs: { logits: false, hiddenStates: [2], pooled: [] },
    onBytes: (bytes) => told.push(bytes),
  });
  assert.deepEqual(told, [data.train.size * 400 * 4]);
  assert.ok(statSync(cacheFile(directory)).size >= told[0]!);
  await open(directory, {
    needs: { logits: false, hiddenStates: [2], pooled: [] },
    onBytes: () => told.push(0),
  });
  assert.equal(told.length, 1, 'nothing is written for signals that are there');
});

test('signals are computed once, and found by the next run', async () => {
  const directory = temporaryDirectory();
  const passes: number[] = [];
  const onProgress = (done: number) => passes.push(done);
  const first = await open(directory, { onProgress });
  assert.equal(first.found, false);
  assert.deepEqual(passes, [1]);
  const second = await open(directory, { onProgress });
  assert.equal(second.found, true);
  assert.deepEqual(passes, [1]);
  assert.equal(second.secondsPerPass, first.secondsPerPass);
  assert.deepEqual(read(first), read(second));
});

test('two runs that want the same signals at once compute them once', async () => {
  const directory = temporaryDirectory();
  const both = await Promise.all([open(directory), open(directory)]);
  assert.deepEqual(both.map(({ found }) => found).sort(), [false, true]);
});

for (const [what, more] of Object.entries<Partial<SignalOptions>>({
  teacher: { teacherHash: 'another' },
  data: { fingerprint: 'another' },
  layers: { needs: { logits: true, hiddenStates: [1], pooled: [] } },
  samples: { split: data.validation },
}))
  test(`signals of another ${what} are never used`, async () => {
    const directory = temporaryDirectory();
    await open(directory);
    const other = await open(directory, more);
    assert.equal(other.found, false);
    assert.equal(readdirSync(directory).length, 2);
  });

const middle = (content: Buffer) => Math.floor(content.length / 2);
for (const [what, damage] of Object.entries<(file: string) => void>({
  'cut short': (file) => truncateSync(file, statSync(file).size - 100),
  empty: (file) => truncateSync(file, 0),
  'altered in one bit': (file) => {
    const content = readFileSync(file);
    content[middle(content)]! ^= 1;
    writeFileSync(file, content);
  },
  'altered in its ids': (file) => {
    const content = readFileSync(file);
    content[12 + content.readUInt32LE(8)]! ^= 1;
    writeFileSync(file, content);
  },
  'of an absurd header': (file) => {
    const content = readFileSync(file);
    content.writeUInt32LE(0xffffffff, 8);
    writeFileSync(file, content);
  },
  garbage: (file) => writeFileSync(file, 'signals? what signals?'),
}))
  test(`a cache that is ${what} is made anew`, async () => {
    const directory = temporaryDirectory();
    const before = read(await open(directory));
    damage(cacheFile(directory));
    const signals = await open(directory);
    assert.equal(signals.found, false);
    assert.deepEqual(read(signals), before);
    assert.equal((await open(directory)).found, true);
  });

test('a cache moved to the place of another is not used', async () => {
  const [one, other] = [temporaryDirectory(), temporaryDirectory()];
  await open(one);
  await open(other, { teacherHash: 'another' });
  writeFileSync(cacheFile(one), readFileSync(cacheFile(other)));
  assert.equal((await open(one)).found, false);
});

test('stopped while computing, nothing is left half-written', async () => {
  const directory = temporaryDirectory();
  await assert.rejects(open(directory, { stopRequested: () => 'stop' }), Interruption);
  const [key] = readdirSync(directory);
  assert.deepEqual(readdirSync(join(directory, key!)), []);
});

test('a sample that the cache does not hold is an error, not a row of zeros', async () => {
  const signals = await open(temporaryDirectory(), { split: data.validation });
  assert.throws(
    () => signals.inputs({ ...data.train.batch(Int32Array.of(0), 1), sampleIds: Int32Array.of(100_000) }),
    /sample 100000/,
  );
});
