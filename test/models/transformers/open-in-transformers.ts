import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Tensor } from '@tensorflow/tfjs-core';

export interface Opened {
  /** The class it is opened as. */
  readonly class: string;
  readonly logits: number[];
  readonly labels: Readonly<Record<string, string>>;
  /** Weights that are missing or unexpected. */
  readonly wrong: object;
}

/**
 * Checkpoints as transformers opens them, with what they answer to texts.
 * @param folder that has them, each in a folder of its name
 */
export const openInTransformers = (
  python: string,
  folder: string,
  input: { readonly names: readonly string[]; readonly ids: number[][]; readonly mask: number[][] },
): Record<string, Opened> => ask(python, ['open-checkpoints.py', folder], input);

/**
 * The same of checkpoints that see images.
 * @param pixels by the names of the checkpoints
 */
export const openImagesInTransformers = (
  python: string,
  folder: string,
  pixels: Readonly<Record<string, Tensor>>,
): Record<string, Opened> =>
  ask(
    python,
    ['image-checkpoints.py', '--open', folder],
    Object.fromEntries(
      Object.entries(pixels).map(([name, tensor]) => [
        name,
        { shape: tensor.shape, data: [...tensor.dataSync()] },
      ]),
    ),
  );

function ask(python: string, [name, ...given]: [string, ...string[]], input: object): Record<string, Opened> {
  const script = join(import.meta.dirname, '../../reference', name);
  const { stdout, stderr, status } = spawnSync(python, [script, ...given], {
    input: JSON.stringify(input),
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}
