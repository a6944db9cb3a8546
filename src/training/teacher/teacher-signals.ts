import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tensor } from '@tensorflow/tfjs-core';
import { heed, type StopRequested } from '../../base/interruption.ts';
import { onceAcrossProcesses } from '../../base/locks/wait-for-lock.ts';
import { batchCount, batches, inOrder as samplesInOrder } from '../../data/batches.ts';
import type { HostBatch, Split } from '../../data/dataset.ts';
import type { Device } from '../../device/device.ts';
import { stableHash } from '../../experiment/parsing/identity.ts';
import { inOrder } from '../../experiment/strategies/layer-reference.ts';
import type { Model, ModelInput } from '../../models/model.ts';
import type { TeacherNeeds } from '../../strategies/strategy.ts';
import { deviceFor } from '../apart-device.ts';
import { breathe } from '../breathe.ts';
import { forwardBatchSize } from '../evaluation/forward-batch.ts';
import { modelInput, prefixed } from '../inputs.ts';
import { SignalFile } from './signal-file.ts';
import { SignalFileWriter } from './signal-file-writer.ts';
import type { Column } from './signal-format.ts';
import { isPerToken, type ReadyTeacher, storedSignals, toSignals } from './teacher-source.ts';

const formatVersion = 4;

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
  /** Told, where signals must be computed, how many bytes they will take on disk. */
  readonly onBytes?: (bytes: number) => void;
  readonly stopRequested?: StopRequested;
}

export interface CachedSignals extends ReadyTeacher {
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
 * @throws UserError if the disk is full or too small, or the place cannot be written; nothing is left half-written then
 */
export async function cachedSignals(options: SignalOptions): Promise<CachedSignals> {
  const samples = samplesOf(options);
  const key = signalKey(options, samples.ids);
  const directory = join(options.cacheDirectory, key);
  const file = join(directory, 'signals.bin');
  await mkdir(directory, { recursive: true }).catch(() => {});
  let found = true;
  const signals = await onceAcrossProcesses(
    join(directory, 'lock'),
    () => SignalFile.open(file, key),
    async () => {
      found = false;
      await compute(options, file, key, samples);
      const made = await SignalFile.open(file, key);
      if (!made) throw new Error(`${file} cannot be read although it was just written.`);
      return made;
    },
    { stopRequested: options.stopRequested },
  );
  return {
    found,
    secondsPerPass: signals.seconds,
    inputs: ({ sampleIds, labels, input }) => signals.read(sampleIds, labels.shape[0]!, input.ids?.shape[1]),
    signals: (_input, cached) => toSignals(options.teacher, cached),
    close: () => signals.close(),
  };
}

function signalKey({ teacherHash, fingerprint, needs, split }: SignalOptions, ids: Int32Array): string {
  return stableHash({
    formatVersion,
    teacherHash,
    fingerprint,
    needs: {
      ...needs,
      hiddenStates: inOrder(needs.hiddenStates),
      pooled: inOrder(needs.pooled),
    },
    split: split.name,
    ids: stableHash(Buffer.from(ids.buffer, ids.byteOffset, ids.byteLength).toString('base64')),
  });
}

/** Samples in the order in which {@link compute} meets them. */
function samplesOf({ split, teacher }: SignalOptions): { ids: Int32Array; tokens: Int32Array } {
  const [ids, tokens] = [new Int32Array(split.size), new Int32Array(split.size)];
  let at = 0;
  for (const { sampleIds, input } of batches(
    split,
    samplesInOrder(split),
    forwardBatchSize(teacher.task, split),
  )) {
    ids.set(sampleIds, at);
    for (let row = 0; row < sampleIds.length; row++) tokens[at + row] = tokensOf(input, row);
    at += sampleIds.length;
  }
  return { ids, tokens };
}

/** Real tokens of a sample; padding follows them. */
function tokensOf({ ids, mask }: HostBatch['input'], row: number): number {
  if (!ids) return 0;
  const length = ids.shape[1]!;
  if (!mask) return length;
  let count = 0;
  for (let at = row * length; at < (row + 1) * length; at++) if (mask.data[at]! > 0) count++;
  return count;
}

async function compute(
  { device, teacher, needs, split, onProgress, onBytes, stopRequested }: SignalOptions,
  file: string,
  key: string,
  { ids, tokens }: { ids: Int32Array; tokens: Int32Array },
): Promise<void> {
  const batchSize = forwardBatchSize(teacher.task, split);
  const total = batchCount(split.size, batchSize);
  let columns: Column[] = [];
  const states = [...needs.hiddenStates, ...needs.pooled];
  const step = deviceFor(device, teacher, states).compile((inputs) => {
    const input = modelInput(inputs);
    const signals = storedSignals(teacher, needs, input);
    columns = Object.entries(signals).map(([name, tensor]) => columnOf(name, tensor, input));
    return signals;
  });
  const writer = new SignalFileWriter(file, key, ids, tokens, onBytes);
  const started = performance.now();
  try {
    let done = 0;
    for (const batch of batches(split, samplesInOrder(split), batchSize)) {
      if (stopRequested) heed(stopRequested);
      const outputs = await step.run(prefixed('input', batch.input));
      const length = batch.input.ids?.shape[1] ?? 1;
      const signals = Object.fromEntries(
        Object.entries(outputs).map(([name, data]) => [name, { data: data as Float32Array, length }]),
      );
      await writer.add(columns, signals, batch.sampleIds.length);
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

function columnOf(name: string, { shape, rank, dtype }: Tensor, input: ModelInput): Column {
  const perToken = isPerToken(name, rank, input);
  const own = shape.slice(perToken ? 2 : 1);
  return {
    name,
    shape: own,
    perToken,
    dtype: dtype === 'int32' ? 'int32' : 'float32',
  };
}
