import type { OnnxGraphConfig } from '../../experiment/architectures/onnx-graph.ts';
import type { ClassHead, Construction, TokenHead } from '../architectures/construction.ts';
import { exitAnswer } from './exits/answer.ts';
import { cutGraph } from './exits/cut.ts';
import { graphNetwork } from './network.ts';
import { openedGraph } from './opened.ts';

/** Its answers are fixed in the graph: no weight of it is drawn anew. */
const classHead: ClassHead<OnnxGraphConfig> = {
  answers: 'classes',
  weights: /(?!)/,
  output: () => '',
  truncated: cutGraph,
  truncatedAt: cutGraph,
  exit: exitAnswer,
};

const tokenHead: TokenHead = { answers: 'tokens', embeddings: '', predictor: '' };

/** No configuration says what goes with what: units are found by following them through the graph. */
const followed = (): never => {
  throw new Error('Units of a graph are not told by its configuration.');
};

/** How a model whose network is an ONNX graph is built and cut, as other architectures are. */
export function graphConstruction(config: OnnxGraphConfig): Construction {
  const construction: Construction<OnnxGraphConfig> = {
    network: graphNetwork,
    readsSegments: ({ inputs }) => inputs.segments !== undefined,
    layerPrefixes: () => [],
    get tables() {
      return onlyLookedUp(config);
    },
    head: config.goal === 'tokens' ? tokenHead : classHead,
    pruning: { smaller: followed, cuts: followed },
  };
  return construction as unknown as Construction;
}

const multiplies = new Set(['MatMul', 'Gemm', 'Conv', 'FusedMatMul']);
/** What leaves a matrix what it is. */
const turns = new Set(['Transpose', 'Reshape', 'Identity', 'Cast', 'Squeeze', 'Unsqueeze']);

/** Names of the weights that nothing is multiplied with, as a matrix. */
function onlyLookedUp(config: OnnxGraphConfig): RegExp {
  const { graph, weights } = openedGraph(config);
  const matrices = new Set<string>();
  for (const { operator, inputs, outputs } of graph.nodes.toReversed())
    if (multiplies.has(operator) || (turns.has(operator) && outputs.some((name) => matrices.has(name))))
      for (const name of inputs) matrices.add(name);
  for (const [name, { parameter }] of weights.tied) if (matrices.has(name)) matrices.add(parameter);
  const others = weights.parameters.flatMap(({ name }) => (matrices.has(name) ? [] : [escaped(name)]));
  return others.length === 0 ? /(?!)/ : new RegExp(`^(${others.join('|')})$`);
}

const escaped = (name: string) => name.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
