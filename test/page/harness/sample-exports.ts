import type { ExportedModel } from '../../../webview/protocol/exports.ts';

const day = Date.UTC(2026, 0, 2, 10, 30);

const check = (agreement: number, largestDifference: number, madeUp: string | null = null) => ({
  by: 'onnxruntime',
  samples: 128,
  madeUp,
  agreement,
  largestDifference,
  latencyMs: 0.18,
});

/** What a run may have been exported to: whole, in doubt, gone, and in vain; the latest first. */
export const sampleExports: ExportedModel[] = [
  {
    model: 'student',
    folder: '/home/ada/sites/digits/models/digits-response',
    time: day + 7_200_000,
    there: true,
    problem: null,
    files: [
      { file: 'onnx/model.onnx', precision: 'fp32', bytes: 204_812, remark: null, check: check(1, 2.4e-6) },
      {
        file: 'onnx/model_fp16.onnx',
        precision: 'fp16',
        bytes: 103_120,
        remark: null,
        check: check(1, 0.0031),
      },
      {
        file: 'onnx/model_quantized.onnx',
        precision: 'int8',
        bytes: 54_210,
        remark: null,
        check: check(0.992, 0.084),
      },
      {
        file: 'onnx/model_q4.onnx',
        precision: 'int4',
        bytes: 31_040,
        remark: null,
        check: check(0.914, 0.71),
      },
      { file: 'model.safetensors', precision: 'fp32', bytes: 203_640, remark: null, check: null },
    ],
  },
  {
    model: 'student',
    folder: '/home/ada/experiments/elsewhere',
    time: day + 3_600_000,
    there: false,
    problem: null,
    files: [
      {
        file: 'model.onnx',
        precision: 'fp32',
        bytes: 204_812,
        remark: null,
        check: check(1, 2.4e-6, '/data/mnist/t10k-images-idx3-ubyte.gz is not there.'),
      },
    ],
  },
  {
    model: 'student',
    folder: '/home/ada/models/whale',
    time: day + 1_800_000,
    there: true,
    problem: null,
    files: [
      {
        file: 'model-q8_0.gguf',
        precision: 'int8',
        bytes: 90_080,
        remark: 'llama.cpp does not compose letters.',
        check: { ...check(0.958, 0.33), by: 'distillery', latencyMs: null },
      },
    ],
  },
  {
    model: 'student',
    folder: '/mnt/full/disk',
    time: day,
    there: true,
    problem: 'There is no room left at /mnt/full/disk. Make room, and export again.',
    files: [],
  },
];
