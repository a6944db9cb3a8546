import type { Tensor } from '@tensorflow/tfjs-core';
import { UserError } from '../base/user-error.ts';
import type { StrategyConfig } from '../experiment/schema/strategy-schema.ts';
import type { LayerReference } from '../experiment/strategies/layer-reference.ts';
import { createExit } from './exit.ts';
import { type HiddenShapes, hiddenShapes } from './hidden-shapes.ts';
import { shapeOf } from './layer-pairs.ts';
import { distillationLoss } from './losses/distillation-kl.ts';
import { hardLoss } from './losses/hard-loss.ts';
import { requireState } from './require.ts';
import {
  type AttachedStrategy,
  type LossTerm,
  noTeacher,
  type Strategy,
  type StrategyParts,
} from './strategy.ts';

type SelfConfig = Extract<StrategyConfig, { kind: 'self' }>;

/**
 * The layers that exits stand after, the deepest left out: L/K, 2L/K … of L, rounded, each once.
 * @throws UserError where the model is too shallow to have one.
 */
export function exitLayers(layerCount: number, exits: number): readonly number[] {
  if (layerCount < 2)
    throw new UserError(
      `Self-distillation needs a layer before the last, and the student has ${layerCount === 1 ? 'only one' : 'none'}.`,
      {
        remedy:
          'Give the student two layers or more, name values of an ONNX model as "layers", or take another strategy.',
      },
    );
  const layers = Array.from({ length: exits - 1 }, (_, index) =>
    Math.max(1, Math.round(((index + 1) * layerCount) / exits)),
  );
  return [...new Set(layers)].filter((layer) => layer < layerCount);
}

/**
 * The layers that a student's exits stand after: those named, or as many as are asked for, spread evenly.
 * @throws UserError where one is not there, or none can be
 */
export function placesOf(
  { exits, layers }: Pick<SelfConfig, 'exits' | 'layers'>,
  shapes: HiddenShapes,
): readonly LayerReference[] {
  const last = shapes.length - 1;
  if (!layers) return exitLayers(last, exits);
  for (const layer of layers) {
    shapeOf('student', layer, shapes);
    if (typeof layer === 'number' && layer >= last)
      throw new UserError(`Layer ${layer} is the last of the student: its own classifier stands there.`, {
        remedy: last > 1 ? `Name layers from 1 to ${last - 1}.` : 'Take another strategy.',
      });
  }
  return layers;
}

/** What exits are called in metrics, weights and folders: by the number of their layer, or letters of its name. */
function exitNames(layers: readonly LayerReference[]): string[] {
  const names: string[] = [];
  for (const layer of layers) {
    const plain = String(layer)
      .replaceAll(/[^A-Za-z0-9_]+/g, '-')
      .replaceAll(/^-|-$/g, '')
      .slice(-longestName);
    const name = `exit-${plain || 'value'}`;
    const same = names.filter((other) => other === name || other.startsWith(`${name}-again`)).length;
    names.push(same === 0 ? name : `${name}-again${same}`);
  }
  return names;
}

/** Of folders. */
const longestName = 60;

function attach(config: SelfConfig, parts: StrategyParts): AttachedStrategy {
  const { temperature, scaleByTemperature } = config;
  const { student } = parts;
  const shapes = hiddenShapes(student);
  const layers = placesOf(config, shapes);
  const names = exitNames(layers);
  const exits = layers.map((layer, at) =>
    createExit(names[at]!, layer, shapeOf('student', layer, shapes), parts),
  );
  const parameters = new Map(exits.flatMap((exit) => [...exit.parameters]));
  const buffers = new Map(exits.flatMap((exit) => [...exit.buffers]));
  return {
    parameters,
    buffers,
    loss(context) {
      const { student, rows, batch } = context;
      const { logits } = student;
      const share = 1 / (exits.length + 1);
      const labels = (own: Tensor): LossTerm => ({
        weight: share * config.labelWeight,
        value: hardLoss(context, own),
      });
      const terms: Record<string, LossTerm> = { labels: labels(logits) };
      for (const exit of exits) {
        const own = exit.answer(requireState(student, exit.layer), batch.input);
        terms[`${exit.name}.labels`] = labels(own);
        // distillationLoss lets no gradient into its teacher, here the deepest exit.
        const value = distillationLoss(logits, own, temperature, rows, scaleByTemperature);
        terms[`${exit.name}.self`] = { weight: share * config.weight, value };
      }
      return terms;
    },
    candidates: () => exits.map((exit) => exit.candidate()),
    dispose() {
      for (const variable of [...parameters.values(), ...buffers.values()]) variable.dispose();
    },
  };
}

/**
 * Mean over exits k of labelWeight·CE(labels, z_k) + [k < K]·weight·T²·KL(softmax(stop(z_K)/T) ‖ softmax(z_k/T)); exits
 * classify pooled states, maps after a bottleneck; the deepest is the student's own (Zhang et al. 2019). T² is left out
 * where asked.
 */
export function self(config: SelfConfig): Strategy {
  return {
    kind: 'self',
    needs({ student }) {
      placesOf(config, student);
      return noTeacher;
    },
    attach: (parts) => attach(config, parts),
  };
}
