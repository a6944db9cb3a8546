import { heed, type StopRequested } from '../../base/interruption.ts';
import { UserError } from '../../base/user-error.ts';
import { forwardStep } from '../../compression/forward-step.ts';
import { roundedCopy } from '../../compression/rounded-copy.ts';
import type { HostTensor } from '../../device/device.ts';
import type { OnnxDevice } from '../../device/onnx/onnx-device.ts';
import type { Model } from '../../models/model.ts';
import { groupSize, type Precision, precisions } from '../forms.ts';
import type { WrittenGraph } from './export-onnx.ts';
import { ExportedModel } from './exported-model.ts';

export type Inputs = Readonly<Record<string, HostTensor>>;

/** How an exported graph answers, beside the model it was made of. */
export interface GraphCheck {
  readonly samples: number;
  /** Of all logits: the largest difference from the trained model's. */
  readonly largestDifference: number;
  /** Of all answers, of tokens where it continues texts: the share in which both choose the same class, 0…1. */
  readonly agreement: number;
  /** Median milliseconds of one sample. */
  readonly latencyMs: number;
}

export interface CheckOptions {
  readonly device: OnnxDevice;
  readonly model: Model;
  readonly precision: Precision;
  readonly file: string;
  readonly written: WrittenGraph;
  /** Batches of samples. */
  readonly batches: readonly Inputs[];
  readonly stopRequested?: StopRequested;
}

/** Of the largest logit: what sums in another order come to in float32. */
const tolerance = 1e-3;
const timedRounds = 15;

/**
 * Holds an exported graph against the trained model on samples, and against the same model with its weights rounded as
 * they are stored: of that it may differ by no more than the order of sums makes.
 * @throws UserError if it differs by more
 */
export async function checkGraph(options: CheckOptions): Promise<GraphCheck> {
  const { device, model, precision, file, written, batches, stopRequested } = options;
  const { scheme } = precisions[precision];
  const rounded =
    scheme === undefined ? undefined : await roundedCopy(model, { scheme, groupSize }, written.quantized);
  const trained = device.compile(forwardStep(model));
  const expected = rounded && device.compile(forwardStep(rounded));
  const exported = await ExportedModel.open(file, model);
  try {
    let [samples, answers, agreed, largest, unexplained, scale] = [0, 0, 0, 0, 0, 0];
    for (const batch of batches) {
      if (stopRequested) heed(stopRequested);
      const found = await exported.answer(batch);
      const own = (await trained.run(batch)).logits as Float32Array;
      const stored = expected ? ((await expected.run(batch)).logits as Float32Array) : own;
      const real = realRows(batch, model);
      samples += Object.values(batch)[0]!.shape[0]!;
      const { classes } = model.task;
      for (const row of real) {
        const of = (logits: Float32Array) => logits.subarray(row * classes, (row + 1) * classes);
        const [theirs, ours, rounds] = [of(found), of(own), of(stored)];
        answers++;
        if (indexOfLargest(theirs) === indexOfLargest(ours)) agreed++;
        for (let at = 0; at < classes; at++) {
          largest = Math.max(largest, Math.abs(theirs[at]! - ours[at]!));
          unexplained = Math.max(unexplained, Math.abs(theirs[at]! - rounds[at]!));
          scale = Math.max(scale, Math.abs(ours[at]!));
        }
      }
    }
    // NaN, on whichever side, is within nothing.
    if (!(unexplained <= tolerance * Math.max(scale, 1)))
      throw new UserError(
        `The exported ${precision} model answers differently from the trained one: logits differ by up to ${unexplained.toPrecision(3)} where their largest is ${scale.toPrecision(3)}.`,
        {
          remedy:
            'Nothing was exported. Please report this with the experiment: it is a fault of Distillery.',
        },
      );
    return {
      samples,
      largestDifference: largest,
      agreement: agreed / answers,
      latencyMs: await latency(exported, oneOf(batches[0]!)),
    };
  } finally {
    trained.dispose();
    expected?.dispose();
    rounded?.dispose();
    await exported.release();
  }
}

/** Rows of the logits that answer something: all, but for those of padding. */
function realRows(batch: Inputs, { memory }: Model): number[] {
  const rows = memory ? [...batch.mask!.data.keys()] : [...Array(Object.values(batch)[0]!.shape[0]!).keys()];
  return memory ? rows.filter((row) => batch.mask!.data[row] !== 0) : rows;
}

function indexOfLargest(values: Float32Array): number {
  let best = 0;
  for (let at = 1; at < values.length; at++) if (values[at]! > values[best]!) best = at;
  return best;
}

/** The first sample of a batch. */
function oneOf(batch: Inputs): Inputs {
  return Object.fromEntries(
    Object.entries(batch).map(([name, { data, shape, dtype }]) => {
      const [count, ...rest] = shape as [number, ...number[]];
      return [name, { data: data.slice(0, data.length / count), shape: [1, ...rest], dtype } as HostTensor];
    }),
  );
}

async function latency(exported: ExportedModel, sample: Inputs): Promise<number> {
  const times: number[] = [];
  for (let round = -3; round < timedRounds; round++) {
    const started = performance.now();
    await exported.answer(sample);
    if (round >= 0) times.push(performance.now() - started);
  }
  return times.sort((a, b) => a - b)[Math.floor(timedRounds / 2)]!;
}
