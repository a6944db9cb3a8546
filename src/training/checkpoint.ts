import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Variable } from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { tf } from '../device/tensorflow.ts';
import {
  readSafetensors,
  SafetensorsFile,
  type TensorToStore,
  writeSafetensors,
} from '../models/checkpoint/safetensors.ts';

const randomState = z.array(z.int());

const trainingStateSchema = z.object({
  /** What is trained on what and how; a checkpoint of anything else is not gone on with. */
  identity: z.string(),
  /** Epochs done. */
  epoch: z.int().min(0),
  /** Optimizer steps done within the epoch that follows. */
  stepInEpoch: z.int().min(0),
  /** Optimizer steps done in all. */
  step: z.int().min(0),
  /** Scores on the held-out split, one per epoch done. */
  history: z.array(
    z.object({
      epoch: z.int(),
      accuracy: z.number().nullable(),
      loss: z.number().nullable(),
      score: z.number().nullable().optional(),
    }),
  ),
  /** State of each generator; that of the shuffle before it drew the order of the epoch that follows. */
  random: z.object({ shuffle: randomState, training: randomState }),
  /** Seconds spent in training steps so far. */
  seconds: z.number(),
});

/** Everything but tensors that training needs to go on as if it had never stopped. */
export type TrainingState = z.infer<typeof trainingStateSchema>;
export type CheckpointName = 'last' | 'best';

/**
 * The checkpoints of one training: `last`, to go on from, and `best`, to end with. Each is one safetensors file whose
 * metadata holds the state, so that a single rename makes tensors and state visible at once: whatever stops the
 * process in mid-write leaves the former checkpoint.
 */
export class Checkpoints {
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  path(name: CheckpointName): string {
    return join(this.directory, `${name}.safetensors`);
  }

  /** @throws UserError if the place cannot be written or the disk is full; the former checkpoint stays. */
  async save(
    name: CheckpointName,
    variables: ReadonlyMap<string, Variable>,
    state: TrainingState,
  ): Promise<void> {
    const tensors = new Map<string, TensorToStore>();
    for (const [key, variable] of variables)
      tensors.set(key, { shape: variable.shape, data: (await variable.data()) as Float32Array });
    await mkdir(this.directory, { recursive: true });
    await writeSafetensors(this.path(name), tensors, { state: JSON.stringify(state) });
  }

  /**
   * Gives the variables their values from a checkpoint.
   * @returns its state; undefined, with the variables untouched, where there is none, it is of something else, or it
   * is broken.
   */
  async restore(
    name: CheckpointName,
    identity: string,
    variables: ReadonlyMap<string, Variable>,
  ): Promise<TrainingState | undefined> {
    const file = this.path(name);
    if (!(await exists(file))) return undefined;
    const content = await readSafetensors(file).catch(() => undefined);
    const state = content && parseState(content.metadata.state);
    if (!content || state?.identity !== identity) return undefined;
    const fits = [...variables].every(([key, variable]) => {
      const stored = content.tensors.get(key);
      return stored?.dtype === 'F32' && stored.shape.join() === variable.shape.join();
    });
    if (!fits) return undefined;
    for (const [key, variable] of variables) {
      const { data } = content.tensors.get(key)!;
      tf.tidy(() => variable.assign(tf.tensor(data as Float32Array, variable.shape)));
    }
    return state;
  }

  /** The state of a checkpoint, whatever it is of; undefined where there is none or it is broken. */
  async peek(name: CheckpointName): Promise<TrainingState | undefined> {
    const file = await SafetensorsFile.open(this.path(name)).catch(() => undefined);
    await file?.close();
    return parseState(file?.metadata.state);
  }

  /** Removes what a writer that died has left. */
  async sweep(): Promise<void> {
    for (const name of await readdir(this.directory).catch(() => [] as string[]))
      if (name.endsWith('.tmp')) await rm(join(this.directory, name), { force: true });
  }

  /** Removes one of them, or all with their folder. */
  async remove(name?: CheckpointName): Promise<void> {
    await rm(name ? this.path(name) : this.directory, { recursive: true, force: true });
  }
}

const exists = (file: string) =>
  stat(file).then(
    () => true,
    () => false,
  );

function parseState(text: string | undefined): TrainingState | undefined {
  if (text === undefined) return undefined;
  try {
    return trainingStateSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
