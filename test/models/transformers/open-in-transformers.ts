import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

export interface Opened {
  readonly logits: number[];
  readonly labels: Readonly<Record<string, string>>;
  /** Weights that are missing or unexpected. */
  readonly wrong: object;
}

/**
 * Checkpoints as transformers opens them, with what they answer.
 * @param folder that has them, each in a folder of its name
 */
export function openInTransformers(
  python: string,
  folder: string,
  input: { readonly names: readonly string[]; readonly ids: number[][]; readonly mask: number[][] },
): Record<string, Opened> {
  const script = join(import.meta.dirname, '../../reference/open-checkpoints.py');
  const { stdout, stderr, status } = spawnSync(python, [script, folder], {
    input: JSON.stringify(input),
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}
