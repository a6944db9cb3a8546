import { UserError } from '../../base/user-error.ts';
import { unsupported } from '../huggingface/description.ts';

/** Which layers look at the whole text, where the others look at what is near. */
export interface ReachOptions {
  readonly layers: number;
  /** One of so many layers. */
  readonly globalEvery: number;
  /** Their numbers from 1, where they follow no regular pattern. */
  readonly globalLayers?: number[] | undefined;
}

type Pattern = Pick<ReachOptions, 'globalEvery' | 'globalLayers'>;

/** How far the layers of a model look. @param first the first layer that looks at the whole text, of one in so many */
export class Reach {
  readonly #first: (every: number) => number;

  constructor(first: (every: number) => number) {
    this.#first = first;
  }

  #follows(every: number, layer: number): boolean {
    return layer >= this.#first(every) && (layer - this.#first(every)) % every === 0;
  }

  /** Whether a layer looks at the whole text. @param layer from 1 */
  looksAtAll({ globalEvery, globalLayers }: Pattern, layer: number): boolean {
    return globalLayers ? globalLayers.includes(layer) : this.#follows(globalEvery, layer);
  }

  /** The same for all layers, the first one first. */
  of(config: ReachOptions): boolean[] {
    return Array.from({ length: config.layers }, (_, index) => this.looksAtAll(config, index + 1));
  }

  /**
   * The options that say which layers look at the whole text; a list only where no regular pattern says it.
   * @param whole for each layer
   * @param usual the pattern that is taken where several fit
   */
  patternOf(whole: readonly boolean[], usual: number): Pattern {
    const patterns = [usual, ...whole.map((_, index) => index + 1)];
    const globalEvery = patterns.find((every) =>
      whole.every((is, index) => is === this.#follows(every, index + 1)),
    );
    if (globalEvery !== undefined) return { globalEvery };
    return { globalEvery: usual, globalLayers: whole.flatMap((is, index) => (is ? [index + 1] : [])) };
  }

  /** A model of these of its layers, each of which looks as far as it did. @param layers from 1 */
  withLayers<C extends ReachOptions>(config: C, layers: readonly number[]): C {
    const { globalLayers: _, ...rest } = config;
    const whole = layers.map((layer) => this.looksAtAll(config, layer));
    return { ...rest, layers: layers.length, ...this.patternOf(whole, config.globalEvery) } as unknown as C;
  }

  /** What a layer does that its weights do not tell. */
  kindOf(config: Pattern, layer: number): string {
    return this.looksAtAll(config, layer) ? 'looks at the whole text' : 'looks at what is near';
  }
}

/** @throws UserError if layers are named that are not there. */
export function requireReach({ layers, globalLayers = [] }: ReachOptions): void {
  const beyond = globalLayers.find((layer) => layer > layers);
  if (beyond !== undefined)
    throw new UserError(`globalLayers names layer ${beyond}, but the model's layers are 1 to ${layers}.`, {
      remedy: `Name layers from 1 to ${layers}.`,
    });
}

const full = 'full_attention';
const sliding = 'sliding_attention';

/** What transformers calls the types of layers (`layer_types`). */
export const layerTypesOf = (whole: readonly boolean[]): string[] => whole.map((is) => (is ? full : sliding));

/**
 * Which layers look at the whole text by their types in a config.json.
 * @throws UserError if there are not as many as layers, or others
 */
export function wholeOfTypes(types: readonly string[], layers: number, file: string): boolean[] {
  if (types.length !== layers)
    throw new UserError(
      `${file}: "layer_types" names ${types.length} layers, but "num_hidden_layers" is ${layers}.`,
      { remedy: 'Restore the config.json that came with the weights.', place: file },
    );
  return types.map((type) => {
    if (type === full || type === sliding) return type === full;
    throw unsupported(file, `a layer of the type "${type}"`);
  });
}
