import type { QuantizeConfig } from '../experiment/strategies/quantize/record.ts';

/** Forms a model is exported in, and what reads them. */
export const formats = {
  onnx: 'model.onnx beside its configuration, as Optimum reads it',
  'transformers-js': 'the same in a folder onnx, as transformers.js reads it',
  safetensors: 'float32 weights, as transformers reads them',
  gguf: 'language models, as llama.cpp and Ollama run them',
} as const;

export type Format = keyof typeof formats;

/** Formats that are ONNX graphs, with the folder of the export in which they lie. */
export const graphFolders: Readonly<Partial<Record<Format, string>>> = {
  onnx: '',
  'transformers-js': 'onnx/',
};

/** Whether there is a file of each precision. */
export const hasPrecisions = (format: Format): boolean =>
  graphFolders[format] !== undefined || format === 'gguf';

/**
 * How exported weights are stored: the name by which transformers.js looks for the file of a graph, how the weights of
 * that are rounded, and the name of a GGUF file.
 */
export const precisions = {
  fp32: {
    file: 'model.onnx',
    gguf: 'model-f32.gguf',
    scheme: undefined,
    description: 'float32, as trained',
  },
  fp16: {
    file: 'model_fp16.onnx',
    gguf: 'model-f16.gguf',
    scheme: 'float16',
    description: 'float16, half the size',
  },
  int8: {
    file: 'model_quantized.onnx',
    gguf: 'model-q8_0.gguf',
    scheme: 'int8-weights',
    description: '8 bits, a quarter of the size',
  },
  int4: {
    file: 'model_q4.onnx',
    gguf: 'model-q4_0.gguf',
    scheme: 'int4-weights',
    description: '4 bits, the smallest',
  },
} as const satisfies Readonly<
  Record<
    string,
    { file: string; gguf: string; scheme: QuantizeConfig['scheme'] | undefined; description: string }
  >
>;

export type Precision = keyof typeof precisions;

/** How many weights of 4 bits share a scale. */
export const groupSize = 32;

interface Plan {
  readonly formats: readonly Format[];
  readonly precisions: readonly Precision[];
}

/** A file that holds an ONNX graph. */
export interface GraphFile {
  readonly file: string;
  readonly precision: Precision;
  readonly format: Format;
}

/** The graphs that formats and precisions come to. */
export function graphFiles({ formats, precisions: wanted }: Plan): GraphFile[] {
  return formats.flatMap((format) => {
    const folder = graphFolders[format];
    if (folder === undefined) return [];
    return wanted.map((precision) => ({
      file: `${folder}${precisions[precision].file}`,
      precision,
      format,
    }));
  });
}
