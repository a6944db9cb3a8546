import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tensors } from '../device/device.ts';
import type { Model, ModelInput } from '../models/model.ts';

/** A model's forward pass as a step: inputs `pixels`, or `ids`, `mask` and of pairs `segments`; output `logits`. */
export const forwardStep =
  (model: Model) =>
  (inputs: Tensors): { logits: Tensor } => ({
    logits: model.forward(inputs as ModelInput, { training: false }).logits,
  });
