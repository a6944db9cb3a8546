import { UserError } from '../base/user-error.ts';
import { openDataset } from '../data/open-dataset.ts';
import { tokenizerFileOf } from '../data/text/tokenizers/checkpoint-tokenizer.ts';
import type { HostTensor } from '../device/device.ts';
import { RandomGenerator } from '../device/random-generator.ts';
import type { DatasetConfig } from '../experiment/schema/schema.ts';
import type { Model } from '../models/model.ts';
import type { Inputs } from './answers.ts';
import { longestText } from './onnx/model-graph.ts';

const most = 128;
const batchSize = 16;

/** Samples to hold exported graphs against the model on. */
export interface ExportSamples {
  readonly batches: readonly Inputs[];
  /** Why they are made up, where the data cannot be read. */
  readonly madeUp?: string;
  /** Whether each is two texts that go together. */
  readonly pairs?: boolean;
}

/**
 * Samples of the test set that a run was judged on, made as in its training; made-up ones where its data is gone.
 * @param folder the student's: its tokenizer made the ids it was trained on
 */
export async function exportSamples(
  config: DatasetConfig,
  directory: string,
  folder: string,
  model: Model,
): Promise<ExportSamples> {
  try {
    const file = 'tokenizer' in config ? await tokenizerFileOf(folder) : undefined;
    const { test, task } = await openDataset(
      file === undefined ? config : ({ ...config, tokenizer: { kind: 'file', file } } as DatasetConfig),
      directory,
    );
    if (JSON.stringify(task.image) !== JSON.stringify(model.task.image))
      throw new UserError('its images have another size now');
    if (test.size === 0) throw new UserError('it has no test samples now');
    const batches: Inputs[] = [];
    for (let from = 0; from < Math.min(test.size, most); from += batchSize) {
      const size = Math.min(batchSize, test.size - from, most - from);
      batches.push(
        test.batch(
          Int32Array.from({ length: size }, (_, at) => from + at),
          size,
        ).input,
      );
    }
    return { batches, pairs: task.text?.pairs !== undefined };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { batches: madeUpSamples(model), madeUp: error.message };
  }
}

function madeUpSamples(model: Model): Inputs[] {
  const generator = RandomGenerator.forUse(0, 'export');
  const { image, text } = model.task;
  return Array.from({ length: 4 }, (): Inputs => {
    if (image) {
      const shape = [batchSize, ...image];
      const size = shape.reduce((before, axis) => before * axis, 1);
      const data = Float32Array.from({ length: size }, () => 2 * generator.uniform() - 1);
      return { pixels: { data, shape, dtype: 'float32' } };
    }
    const length = Math.min(longestText(model), 64);
    const shape = [batchSize, length];
    const size = batchSize * length;
    const ids = Int32Array.from({ length: size }, () => generator.below(text!.vocabulary));
    return {
      ids: { data: ids, shape, dtype: 'int32' },
      mask: { data: new Float32Array(size).fill(1), shape, dtype: 'float32' },
      ...(text!.pairs?.types === 2 && { segments: halves(shape) }),
    };
  });
}

/** The second half of each text as a text of its own. */
function halves(shape: readonly number[]): HostTensor {
  const [batch, length] = shape as [number, number];
  const data = Int32Array.from({ length: batch * length }, (_, at) => (at % length < length / 2 ? 0 : 1));
  return { data, shape, dtype: 'int32' };
}
