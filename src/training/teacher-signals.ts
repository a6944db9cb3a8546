import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { batchCount, batches, inOrder } from '../data/batches.ts';
import type { Split } from '../data/dataset.ts';
import type { Device } from '../device/device.ts';
import { stableHash } from '../experiment/identity.ts';
import type { Model } from '../models/model.ts';
import type { TeacherNeeds } from '../strategies/strategy.ts';
import { breathe } from './breathe.ts';
import { modelInput, prefixed } from './inputs.ts';
import { heed, type StopRequested } from './interruption.ts';
import { SignalFile, SignalFileWriter } from './signal-file.ts';
import { signalsOf, type TeacherSource, toSignals } from './teacher-source.ts';
import { onceAcrossProcesses } from './wait-for-lock.ts';

const formatVersion = 1;
const largestBatch = 256;

export interface SignalOptions {
  readonly device: Device;
  readonly teacher: Model;
  /** Identifies the teacher's weights. */
  readonly teacherHash: string;
  readonly needs: TeacherNeeds;
  /** Samples for which signals are wanted. */
  readonly split: Split;
  /** Of the dataset. */
  readonly fingerprint: string;
  /** The folder of all caches; each has one of its own in it. */
  readonly cacheDirectory: string;
  readonly onProgress?: (done: number, total: number) => void;
  readonly stopRequested?: StopRequested;
}

export interface CachedSignals extends TeacherSource {
  /** Whether they had been computed by an earlier run. */
  readonly found: boolean;
  /** What one pass of the teacher over the samples took when they were computed. */
  readonly secondsPerPass: number;
  close(): void;
}

/**
 * The teacher's signals for all samples of a split, computed once and kept on disk by sample id, at temperature 1. A
 * file that was made for anything else, or is not whole, is not used but made anew.
 *
 * @throws Interruption if asked to end early
 * @throws UserError if the disk is full or the place cannot be written; nothing is left half-written then
 */
export async function cachedSignals(options: SignalOptions): Promise<CachedSignals> {
  const ids = sampleIdsOf(options.split);
  const key = signalKey(options, ids);
  const directory = join(options.cacheDirectory, key);
  const file = join(directory, 'signals.bin');
  await mkdir(directory, { recursive: true }).catch(() => {});
  let found = true;
  const signals = await onceAcrossProcesses(
    join(directory, 'lock'),
    () => SignalFile.open(file, key),
    async () => {
      found = false;
      await compute(options, file, key, ids);
      const made = await SignalFile.open(file, key);
      if (!made) throw new Error(`${file} cannot be read although it was just written.`);
      return made;
    },
    { stopRequested: options.stopRequested },
  );
  return {
    found,
    secondsPerPass: signals.seconds,
    inputs: (sampleIds, batchSize) => signals.read(sampleIds, batchSize),
    signals: (_input, cached) => toSignals(cached),
    close: () => signals.close(),
  };
}

function signalKey({ teacherHash, fingerprint, needs, split }: SignalOptions, ids: Int32Array): string {
  const byNumber = (layers: readonly number[]) => [...layers].sort((one, other) => one - other);
  return stableHash({
    formatVersion,
    teacherHash,
    fingerprint,
    needs: {
      ...needs,
      hiddenStates: byNumber(needs.hiddenStates),
      pooled: byNumber(needs.pooled),
    },
    split: split.name,
    ids: stableHash(Buffer.from(ids.buffer, ids.byteOffset, ids.byteLength).toString('base64')),
  });
}

function sampleIdsOf(split: Split): Int32Array {
  const ids = new Int32Array(split.size);
  let at = 0;
  for (const batch of batches(split, inOrder(split), largestBatch)) {
    ids.set(batch.sampleIds, at);
    at += batch.sampleIds.length;
  }
  return ids;
}

async function compute(
  { device, teacher, needs, split, onProgress, stopRequested }: SignalOptions,
  file: string,
  key: string,
  ids: Int32Array,
): Promise<void> {
  const batchSize = Math.min(largestBatch, split.size);
  const total = batchCount(split.size, batchSize);
  const shapes = new Map<string, readonly number[]>();
  const step = device.compile((inputs) => {
    const signals = signalsOf(teacher, needs, modelInput(inputs));
    for (const [name, tensor] of Object.entries(signals)) shapes.set(name, tensor.shape);
    return signals;
  });
  const writer = new SignalFileWriter(file, key, ids);
  const started = performance.now();
  try {
    let done = 0;
    for (const batch of batches(split, inOrder(split), batchSize)) {
      if (stopRequested) heed(stopRequested);
      const outputs = await step.run(prefixed('input', batch.input));
      const rows = Object.fromEntries(
        Object.entries(outputs).map(([name, data]) => [
          name,
          { data: data as Float32Array, shape: shapes.get(name)! },
        ]),
      );
      await writer.add(rows, batch.sampleIds.length);
      onProgress?.(++done, total);
      await breathe();
    }
    await writer.finish((performance.now() - started) / 1000);
  } catch (error) {
    await writer.abandon();
    throw error;
  } finally {
    step.dispose();
  }
}
