import type { HostTensor } from '../../device/device.ts';
import { OrtSession } from '../../device/runtime/session.ts';
import { OrtTensor } from '../../device/runtime/tensor.ts';
import type { Model } from '../../models/model.ts';

/** An exported graph as others run it: by its standard inputs, on ONNX Runtime's processor. */
export class ExportedModel {
  readonly #session: OrtSession;
  readonly #model: Model;

  private constructor(session: OrtSession, model: Model) {
    this.#session = session;
    this.#model = model;
  }

  /** @param model the one the graph was made of; its weights are not used */
  static async open(file: string, model: Model): Promise<ExportedModel> {
    return new ExportedModel(await OrtSession.create(file, { logSeverityLevel: 3 }), model);
  }

  /**
   * Answers a batch, a whole text at once.
   * @param input `pixels`, or `ids`, `mask` and of pairs `segments`, as the model takes them
   * @returns logits, as the model gives them
   */
  async answer(input: Readonly<Record<string, HostTensor>>): Promise<Float32Array> {
    const { logits } = await this.#session.run(
      input.pixels ? pixelFeeds(input.pixels) : this.#textFeeds(input),
    );
    return logits!.data as Float32Array;
  }

  #textFeeds({ ids, mask, segments }: Readonly<Record<string, HostTensor>>): Record<string, OrtTensor> {
    const [batch, length] = ids!.shape as [number, number];
    const whole = (values: ArrayLike<number>) =>
      new OrtTensor(
        'int64',
        BigInt64Array.from({ length: batch * length }, (_, at) => BigInt(values[at]!)),
        [batch, length],
      );
    const { memory } = this.#model;
    const feeds: Record<string, OrtTensor> = {
      input_ids: whole(ids!.data),
      attention_mask: whole(mask!.data),
      ...(segments &&
        this.#session.inputNames.includes('token_type_ids') && { token_type_ids: whole(segments.data) }),
    };
    if (!memory) return feeds;
    feeds.position_ids = whole(Array.from({ length: batch * length }, (_, at) => at % length));
    for (let layer = 0; layer < memory.layers; layer++)
      for (const part of ['key', 'value'])
        feeds[`past_key_values.${layer}.${part}`] = new OrtTensor('float32', new Float32Array(0), [
          batch,
          memory.heads,
          0,
          memory.headSize,
        ]);
    return feeds;
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}

/** Images of (height, width, channels) as (channels, height, width). */
function pixelFeeds({ data, shape }: HostTensor): Record<string, OrtTensor> {
  const [batch, height, width, channels] = shape as [number, number, number, number];
  const places = height * width;
  const turned = new Float32Array(data.length);
  for (let image = 0; image < batch; image++)
    for (let place = 0; place < places; place++)
      for (let channel = 0; channel < channels; channel++)
        turned[(image * channels + channel) * places + place] =
          data[(image * places + place) * channels + channel]!;
  return { pixel_values: new OrtTensor('float32', turned, [batch, channels, height, width]) };
}
