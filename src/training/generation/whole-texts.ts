import type { CompiledStep, Device } from '../../device/device.ts';
import type { Model } from '../../models/model.ts';
import { nextTokenLogits } from '../../models/next-token.ts';
import { type GrowingTexts, lengthOf, type NextTokens, paddedLength } from './next-tokens.ts';

/**
 * Every token costs a pass over the text so far, padded on the right: what stands behind a token does not change what it
 * predicts. The only way for graphs, which keep nothing of what they read, and for models that compute in fewer bits,
 * where a token might be rounded otherwise beside those before it than after them.
 */
export class WholeTexts implements NextTokens {
  readonly #model: Model;
  readonly #step: CompiledStep<'logits'>;

  constructor(device: Device, model: Model) {
    this.#model = model;
    this.#step = device.compile(({ ids, rows }) => ({
      logits: nextTokenLogits(model, { ids: ids! }, rows!),
    }));
  }

  begin(): void {}

  async logits(given: GrowingTexts): Promise<Float32Array> {
    const { texts, growing, longest } = given;
    const length = paddedLength(lengthOf(given), longest);
    const ids = new Int32Array(texts.length * length).fill(this.#model.task.text!.padId);
    const rows = new Int32Array(texts.length);
    for (const index of growing) {
      const text = texts[index]!;
      ids.set(text, index * length);
      rows[index] = index * length + text.length - 1;
    }
    const { logits } = await this.#step.run({
      ids: { data: ids, shape: [texts.length, length], dtype: 'int32' },
      rows: { data: rows, shape: [texts.length], dtype: 'int32' },
    });
    return logits as Float32Array;
  }

  dispose(): void {
    this.#step.dispose();
  }
}
