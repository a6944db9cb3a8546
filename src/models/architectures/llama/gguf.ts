import type { LlamaConfig } from '../../../experiment/architectures/llama.ts';
import { type GgufForm, mostGgufLayers } from '../../gguf/form.ts';
import { float32, type GgufValue, string, uint32 } from '../../gguf/values.ts';
import { frequencies, type RotaryScaling } from '../../layers/rotary.ts';
import { yarnFactor } from '../../layers/yarn.ts';
import { llamaLayouts } from './layouts.ts';
import { llamaHeadSize, llamaIntermediateSize } from './sizes.ts';

/** What stands outside of layers. */
const outside: Readonly<Record<string, string>> = {
  'model.embed_tokens.weight': 'token_embd.weight',
  'model.norm.weight': 'output_norm.weight',
  'lm_head.weight': 'output.weight',
};

const inLayer: Readonly<Record<string, string>> = {
  input_layernorm: 'attn_norm',
  'self_attn.q_proj': 'attn_q',
  'self_attn.k_proj': 'attn_k',
  'self_attn.v_proj': 'attn_v',
  'self_attn.o_proj': 'attn_output',
  'self_attn.q_norm': 'attn_q_norm',
  'self_attn.k_norm': 'attn_k_norm',
  post_attention_layernorm: 'ffn_norm',
  'mlp.gate_proj': 'ffn_gate',
  'mlp.up_proj': 'ffn_up',
  'mlp.down_proj': 'ffn_down',
};

const layerWeight = /^model\.layers\.(\d+)\.(.+)\.(weight|bias)$/;

const architecture = ({ layout }: LlamaConfig) => llamaLayouts[layout].gguf.architecture;

/** llama.cpp's `llama`, which computes Mistral too, `qwen2` and `qwen3`. */
export const llamaGguf: GgufForm<LlamaConfig> = {
  architecture,
  beyond(config, { text }) {
    const { gguf, outputBias } = llamaLayouts[config.layout];
    const kind = gguf.architecture;
    const { slidingWindow: window, positions = text!.length } = config;
    if (window !== undefined && window < positions)
      return `a sliding window of ${window} tokens among ${positions} positions in a model of kind ${kind}`;
    if (!gguf.ownHeadSize && config.heads * llamaHeadSize(config) !== config.hiddenSize)
      return `heads that do not share out the hidden size in a model of kind ${kind}`;
    if (!gguf.outputBias && outputBias && config.attentionBias === true)
      return `biases in attention of a model of kind ${kind}`;
    if (config.layers > mostGgufLayers) return `more than ${mostGgufLayers} layers`;
    return config.ropeScaling && beyondScaling(config, config.ropeScaling);
  },
  keys: (config, { text }) => ({
    context_length: uint32(config.positions ?? text!.length),
    embedding_length: uint32(config.hiddenSize),
    block_count: uint32(config.layers),
    feed_forward_length: uint32(llamaIntermediateSize(config)),
    'attention.head_count': uint32(config.heads),
    'attention.head_count_kv': uint32(config.keyValueHeads ?? config.heads),
    'attention.key_length': uint32(llamaHeadSize(config)),
    'attention.value_length': uint32(llamaHeadSize(config)),
    'attention.layer_norm_rms_epsilon': float32(config.rmsNormEpsilon),
    'rope.dimension_count': uint32(llamaHeadSize(config)),
    'rope.freq_base': float32(config.ropeTheta),
    ...(config.ropeScaling && scalingKeys(config.ropeScaling)),
    vocab_size: uint32(text!.vocabulary),
  }),
  place(name, config) {
    const [, layer, part, kind] = layerWeight.exec(name) ?? [];
    if (layer === undefined) {
      const predictor = config.tieEmbeddings ? 'model.embed_tokens.weight' : 'lm_head.weight';
      return { name: outside[name]!, predicts: name === predictor };
    }
    const placed = { name: `blk.${layer}.${inLayer[part!]!}.${kind}` };
    // llama.cpp turns neighbors together in Llama, as Meta does, and halves in Qwen, as transformers does.
    if (!llamaLayouts[config.layout].gguf.turnsNeighbors) return placed;
    if (part === 'self_attn.q_proj') return { ...placed, interleaved: config.heads };
    if (part === 'self_attn.k_proj') return { ...placed, interleaved: config.keyValueHeads ?? config.heads };
    return placed;
  },
  further(config): Record<string, Float32Array> {
    const { ropeScaling: scaling, ropeTheta: theta } = config;
    if (scaling?.kind !== 'llama3') return {};
    const size = llamaHeadSize(config);
    const plain = frequencies(size, theta);
    const scaled = frequencies(size, theta, scaling);
    // llama.cpp divides by them.
    return { 'rope_freqs.weight': Float32Array.from(plain, (frequency, pair) => frequency / scaled[pair]!) };
  },
};

/** The constants of YaRN that llama.cpp takes in these models, whatever a file says. */
const fastTurns = 32;
const slowTurns = 1;

function beyondScaling(config: LlamaConfig, scaling: RotaryScaling): string | undefined {
  const { ropeTheta: theta } = config;
  switch (scaling.kind) {
    case 'linear':
    // It changes nothing within the positions of the model, and llama.cpp is told of no more.
    case 'dynamic':
      return undefined;
    case 'llama3':
      return llamaLayouts[config.layout].gguf.frequencies
        ? undefined
        : `rotary scaling "llama3" in a model of kind ${architecture(config)}`;
    case 'yarn': {
      if (!scaling.truncate) return 'rotary scaling "yarn" with truncate false';
      if (scaling.fastTurns !== fastTurns || scaling.slowTurns !== slowTurns)
        return `rotary scaling "yarn" with other turns than ${fastTurns} and ${slowTurns}`;
      // Where the first stretched pair lies behind the last, the two take different ranges.
      const size = llamaHeadSize(config);
      const pairWith = (turns: number) =>
        (size * Math.log(scaling.originalPositions / (turns * 2 * Math.PI))) / (2 * Math.log(theta));
      const ordered =
        Math.max(Math.floor(pairWith(fastTurns)), 0) <= Math.min(Math.ceil(pairWith(slowTurns)), size - 1);
      return ordered ? undefined : 'rotary scaling "yarn" of so few original positions';
    }
  }
}

function scalingKeys(scaling: RotaryScaling): Record<string, GgufValue> {
  switch (scaling.kind) {
    case 'linear':
      return { 'rope.scaling.type': string('linear'), 'rope.scaling.factor': float32(scaling.factor) };
    case 'yarn':
      return {
        'rope.scaling.type': string('yarn'),
        'rope.scaling.factor': float32(scaling.factor),
        'rope.scaling.original_context_length': uint32(scaling.originalPositions),
        // Beside the usual factor, by which llama.cpp multiplies in any case.
        'rope.scaling.attn_factor': float32(yarnFactor(scaling) / (0.1 * Math.log(scaling.factor) + 1)),
      };
    default:
      return {};
  }
}
