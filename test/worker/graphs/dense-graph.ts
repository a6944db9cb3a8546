import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { nodeProto } from '../../../src/device/onnx/graph/node-proto.ts';
import { encoded, floats, types, valueInfo, writeGraph } from '../../models/onnx/graphs.ts';

/** What of it is what: two outputs say of none that it is the answer. */
export const denseNames = { inputs: { pixel_values: 'images' }, logits: 'scores' };

/** Between 0 and 1, with no order in it. */
const scattered = (at: number) => Math.abs((Math.sin(at) * 43758.5453) % 1);

/** Dense layers over images of 28 × 28, as a graph that nothing here describes. @returns its path */
export function denseGraph(project: string, width: number, version = 13): string {
  const folder = join(project, `graph-${width}-${version}`);
  mkdirSync(folder, { recursive: true });
  const scaled = (name: string, dims: readonly [number, number]) =>
    floats(
      name,
      dims,
      Array.from(
        { length: dims[0] * dims[1] },
        (_, at) => (2 * scattered(at * 12.9898 + width + name.charCodeAt(1)) - 1) / Math.sqrt(dims[1] / 3),
      ),
    );
  const layer = (at: number, from: string, to: string) => [
    nodeProto('Gemm', [from, `w${at}`, `b${at}`], `pre${at}`, { transB: 1 }),
    nodeProto('Relu', [`pre${at}`], to),
  ];
  return writeGraph(
    folder,
    encoded(
      {
        inputs: [valueInfo('images', types.FLOAT, ['n', 1, 28, 28])],
        outputs: [
          valueInfo('probabilities', types.FLOAT, ['n', 10]),
          valueInfo('features', types.FLOAT, ['n', width]),
        ],
        nodes: [
          nodeProto('Flatten', ['images'], 'flat', { axis: 1 }),
          ...layer(0, 'flat', 'h0'),
          ...layer(1, 'h0', 'h1'),
          ...layer(2, 'h1', 'h2'),
          nodeProto('Gemm', ['h2', 'head', 'shift'], 'scores', { transB: 1 }),
          nodeProto('Softmax', ['scores'], 'probabilities', { axis: 1 }),
          nodeProto('Identity', ['h2'], 'features'),
        ],
        initializer: [
          scaled('w0', [width, 784]),
          ...[1, 2].map((at) => scaled(`w${at}`, [width, width])),
          ...[0, 1, 2].map((at) => floats(`b${at}`, [width], new Array(width).fill(0))),
          scaled('head', [10, width]),
          floats('shift', [10], new Array(10).fill(0)),
        ],
      },
      [{ domain: '', version }],
    ),
    'net.onnx',
  );
}
