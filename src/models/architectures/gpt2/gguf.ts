import type { Gpt2Config } from '../../../experiment/architectures/gpt2.ts';
import { type GgufForm, mostGgufLayers } from '../../gguf/form.ts';
import { float32, uint32 } from '../../gguf/values.ts';
import { evenHeads } from '../heads-pruning.ts';

/** What stands outside of layers. */
const outside: Readonly<Record<string, string>> = {
  'transformer.wte': 'token_embd',
  'transformer.wpe': 'position_embd',
  'transformer.ln_f': 'output_norm',
  lm_head: 'output',
};

const inLayer: Readonly<Record<string, string>> = {
  ln_1: 'attn_norm',
  'attn.c_attn': 'attn_qkv',
  'attn.c_proj': 'attn_output',
  ln_2: 'ffn_norm',
  'mlp.c_fc': 'ffn_up',
  'mlp.c_proj': 'ffn_down',
};

const layerWeight = /^transformer\.h\.(\d+)\.(.+)\.(weight|bias)$/;
const multiplied = /\.c_\w+\.weight$/;

/** llama.cpp's `gpt2`. */
export const gpt2Gguf: GgufForm<Gpt2Config> = {
  architecture: () => 'gpt2',
  beyond(config) {
    if (config.activation !== 'gelu_new') return `the activation "${config.activation}" in GPT-2`;
    if (!evenHeads(config)) return 'heads of GPT-2 that do not share out the hidden size, as after pruning';
    if (config.layers > mostGgufLayers) return `more than ${mostGgufLayers} layers`;
    return undefined;
  },
  keys: (config, { text }) => ({
    context_length: uint32(config.positions ?? text!.length),
    embedding_length: uint32(config.hiddenSize),
    block_count: uint32(config.layers),
    feed_forward_length: uint32(config.intermediateSize ?? 4 * config.hiddenSize),
    'attention.head_count': uint32(config.heads),
    'attention.layer_norm_epsilon': float32(config.layerNormEpsilon),
    vocab_size: uint32(text!.vocabulary),
  }),
  place(name, { tieEmbeddings }) {
    const [, layer, part, kind] = layerWeight.exec(name) ?? [];
    if (layer !== undefined)
      return { name: `blk.${layer}.${inLayer[part!]!}.${kind}`, transposed: multiplied.test(name) };
    const stem = name.replace(/\.(weight|bias)$/, '');
    return {
      name: name.replace(stem, outside[stem]!),
      exact: stem === 'transformer.wpe',
      predicts: stem === (tieEmbeddings ? 'transformer.wte' : 'lm_head'),
    };
  },
};
