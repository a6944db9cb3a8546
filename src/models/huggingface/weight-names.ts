import type { ModelConfig } from '../../experiment/schema/schema.ts';
import { constructionOf } from '../architectures/all.ts';

/** How transformers stores a model; only asked for one that came from there. */
const layoutOf = (config: ModelConfig) => constructionOf(config).huggingFace!;

/**
 * Causal masks, positions and wavelengths that old versions of transformers stored though they follow from the rest, and
 * how many batches a normalisation has seen, which nothing asks for.
 */
const derived = /(^|\.)(position_ids|attn\.(bias|masked_bias)|rotary_emb\.inv_freq|num_batches_tracked)$/;

/**
 * Brings the names in a checkpoint to those of the model with its head: adds the prefix that checkpoints of the bare
 * model lack, and turns TensorFlow's gamma and beta into weight and bias.
 * @returns stored names by standard name
 */
export function standardNames(config: ModelConfig, names: Iterable<string>): Map<string, string> {
  const prefix = layoutOf(config).prefix(config);
  const all = [...names];
  const bare = !all.some((name) => name.startsWith(prefix));
  const standard = new Map<string, string>();
  for (const name of all) {
    const renamed = name
      .replace(/LayerNorm\.gamma$/, 'LayerNorm.weight')
      .replace(/LayerNorm\.beta$/, 'LayerNorm.bias');
    standard.set(bare && !isHead(renamed) ? prefix + renamed : renamed, name);
  }
  return standard;
}

/** Heads of this and other tasks, which stand beside the base model. */
const isHead = (name: string) =>
  /^(classifier|pre_classifier|lm_head|cls|score|qa_outputs|vocab_\w+)\./.test(name);

/**
 * Whether a stored weight that the model does not have can be left aside: it belongs to the head of another task, or
 * follows from the rest. Any other says that the model is not the one the weights belong to.
 */
export function canBeIgnored(config: ModelConfig, standardName: string): boolean {
  const layout = layoutOf(config);
  if (!standardName.startsWith(layout.prefix(config))) return true;
  return derived.test(standardName) || layout.unused?.test(standardName) === true;
}
