import { heed, type StopRequested } from '../../base/interruption.ts';
import { UserError } from '../../base/user-error.ts';
import { forwardStep } from '../../compression/forward-step.ts';
import { roundedCopy } from '../../compression/rounded-copy.ts';
import type { HostTensor } from '../../device/device.ts';
import type { OnnxDevice } from '../../device/onnx/onnx-device.ts';
import type { Model } from '../../models/model.ts';
import { Comparison, faultRemedy, type Inputs } from '../answers.ts';
import { groupSize, type Precision, precisions } from '../forms.ts';
import type { WrittenGraph } from './export-onnx.ts';
import { ExportedModel } from './exported-model.ts';

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
export const tolerance = 1e-3;
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
    const besideTrained = new Comparison(model);
    const besideStored = new Comparison(model);
    for (const batch of batches) {
      if (stopRequested) heed(stopRequested);
      const found = await exported.answer(batch);
      const own = (await trained.run(batch)).logits as Float32Array;
      besideTrained.add(batch, found, own);
      besideStored.add(batch, found, expected ? ((await expected.run(batch)).logits as Float32Array) : own);
    }
    const { scale, samples, largestDifference, agreement } = besideTrained;
    const { largestDifference: unexplained } = besideStored;
    // NaN, on whichever side, is within nothing.
    if (!(unexplained <= tolerance * Math.max(scale, 1)))
      throw new UserError(
        `The exported ${precision} model answers differently from the trained one: logits differ by up to ${unexplained.toPrecision(3)} where their largest is ${scale.toPrecision(3)}.`,
        { remedy: faultRemedy },
      );
    const one = firstSample(batches[0]!);
    return {
      samples,
      largestDifference,
      agreement,
      latencyMs: await medianTime(() => exported.answer(one)),
    };
  } finally {
    trained.dispose();
    expected?.dispose();
    rounded?.dispose();
    await exported.release();
  }
}

/** The first sample of a batch. */
export function firstSample(batch: Inputs): Inputs {
  return Object.fromEntries(
    Object.entries(batch).map(([name, { data, shape, dtype }]) => {
      const [count, ...rest] = shape as [number, ...number[]];
      return [name, { data: data.slice(0, data.length / count), shape: [1, ...rest], dtype } as HostTensor];
    }),
  );
}

/** Median milliseconds that answering takes. */
export async function medianTime(answer: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = -3; round < timedRounds; round++) {
    const started = performance.now();
    await answer();
    if (round >= 0) times.push(performance.now() - started);
  }
  return times.sort((a, b) => a - b)[Math.floor(timedRounds / 2)]!;
}
