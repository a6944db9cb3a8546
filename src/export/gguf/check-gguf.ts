import { isDeepStrictEqual } from 'node:util';
import { heed, type StopRequested } from '../../base/interruption.ts';
import { UserError } from '../../base/user-error.ts';
import { forwardStep } from '../../compression/forward-step.ts';
import type { OnnxDevice } from '../../device/onnx/onnx-device.ts';
import type { TensorToStore } from '../../models/checkpoint/safetensors.ts';
import { createModel } from '../../models/create-model.ts';
import type { Model } from '../../models/model.ts';
import { Comparison, faultRemedy, type Inputs } from '../answers.ts';
import { arranged, rearranged } from './arrangement.ts';
import { decodeTensor } from './blocks.ts';
import type { GgufPlan } from './plan.ts';
import { openGguf } from './read-gguf.ts';
import { unexplainedRounding } from './rounding.ts';

/** How the weights of a GGUF file answer in the model they were made of, beside the trained ones. */
export interface GgufCheck {
  readonly samples: number;
  /** Of all logits: the largest difference from the trained model's. */
  readonly largestDifference: number;
  /** Of all tokens: the share after which both choose the same, 0…1. */
  readonly agreement: number;
}

export interface GgufCheckOptions {
  readonly device: OnnxDevice;
  readonly model: Model;
  readonly plan: GgufPlan;
  readonly weights: ReadonlyMap<string, TensorToStore>;
  readonly file: string;
  readonly batches: readonly Inputs[];
  readonly stopRequested?: StopRequested;
}

/**
 * Reads a GGUF file back: no weight may differ by more than its rounding explains. Then its weights answer samples, in
 * Distillery's own model. That llama.cpp computes the same is held by tests; it is no part of Distillery.
 * @throws UserError if anything else was written than was meant
 */
export async function checkGguf(options: GgufCheckOptions): Promise<GgufCheck> {
  const { device, model, batches, stopRequested } = options;
  const values = await weightsIn(options);
  const stored = createModel(model.config, model.task, (name) => values.get(name)!);
  values.clear();
  const trained = device.compile(forwardStep(model));
  const exported = device.compile(forwardStep(stored));
  try {
    const found = new Comparison(model);
    for (const batch of batches) {
      if (stopRequested) heed(stopRequested);
      const theirs = ((await exported.run(batch)).logits as Float32Array).slice();
      found.add(batch, theirs, (await trained.run(batch)).logits as Float32Array);
    }
    const { samples, largestDifference, agreement } = found;
    if (!Number.isFinite(largestDifference)) throw fault('its answers are no numbers');
    return { samples, largestDifference, agreement };
  } finally {
    trained.dispose();
    exported.dispose();
    stored.dispose();
  }
}

const fault = (what: string) =>
  new UserError(`The GGUF file is not what it should be: ${what}.`, { remedy: faultRemedy });

/**
 * All weights of a file as the model has them.
 * @throws UserError if one differs by more than its rounding, or the file says otherwise of the model
 */
export async function weightsIn({
  plan,
  weights,
  file,
  stopRequested,
}: Pick<GgufCheckOptions, 'plan' | 'weights' | 'file' | 'stopRequested'>): Promise<
  Map<string, Float32Array>
> {
  const values = new Map<string, Float32Array>();
  const opened = await openGguf(file).catch((error: Error) => {
    throw fault(error.message);
  });
  try {
    for (const [key, value] of plan.metadata)
      if (!isDeepStrictEqual(opened.metadata.get(key), value)) throw fault(`it says otherwise of ${key}`);
    for (const [name, data] of Object.entries(plan.further))
      if (!isDeepStrictEqual(new Float32Array((await opened.read(name)).buffer), data))
        throw fault(`it holds other numbers in ${name}`);
    for (const [name, { data, shape }] of weights) {
      if (stopRequested) heed(stopRequested);
      const place = plan.place(name);
      const tensor = opened.tensors.get(place.name);
      if (!tensor) throw fault(`it lacks ${place.name}`);
      const stored = decodeTensor(tensor.type, await opened.read(place.name));
      // In the order of the file, where numbers that lie together share a scale.
      const meant = arranged({ shape, data: data as Float32Array }, place);
      if (!isDeepStrictEqual(meant.shape, tensor.shape)) throw fault(`${place.name} has another shape`);
      const beyond = unexplainedRounding(tensor.type, meant.data, stored);
      if (!(beyond <= 1)) throw fault(`${name} differs by ${beyond.toPrecision(3)} times its rounding`);
      values.set(name, rearranged(stored, shape, place));
    }
    return values;
  } finally {
    await opened.close();
  }
}
