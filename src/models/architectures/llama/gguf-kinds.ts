/** One of llama.cpp's models, and what it takes. */
export interface GgufKind {
  readonly architecture: string;
  /** Whether neighboring coordinates turn together, not those half a head apart. */
  readonly turnsNeighbors: boolean;
  /** Whether heads may be wider or narrower than their share of the hidden size. */
  readonly ownHeadSize: boolean;
  /** Whether the output of attention may have biases. */
  readonly outputBias: boolean;
  /** Whether it reads frequencies of rotation that a file gives. */
  readonly frequencies: boolean;
}

const qwen = { turnsNeighbors: false, outputBias: false, frequencies: false };

export const ggufKinds = {
  llama: {
    architecture: 'llama',
    turnsNeighbors: true,
    ownHeadSize: true,
    outputBias: true,
    frequencies: true,
  },
  qwen2: { architecture: 'qwen2', ...qwen, ownHeadSize: false },
  qwen3: { architecture: 'qwen3', ...qwen, ownHeadSize: true },
} as const satisfies Readonly<Record<string, GgufKind>>;
