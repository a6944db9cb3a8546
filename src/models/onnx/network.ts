import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { UserError } from '../../base/user-error.ts';
import type { TaskShape } from '../../data/dataset.ts';
import { tf } from '../../device/tensorflow.ts';
import type { OnnxGraphConfig } from '../../experiment/architectures/onnx-graph.ts';
import { hiddenName } from '../apart.ts';
import type { ForwardOptions, ForwardResult, ModelInput } from '../model.ts';
import type { Network } from '../network.ts';
import { meanOverTokens } from '../text-input.ts';
import type { WeightRegistry } from '../weights.ts';
import { graphApart, valueApart, wasAsked } from './as-is/graph-apart.ts';
import { evaluateGraph } from './evaluate.ts';
import { type Graph, type GraphNode, type GraphTensor, readBy } from './graph.ts';
import { openedGraph } from './opened.ts';
import { HostValue, tensorOf, typeOf, type Value } from './operators/value.ts';

/**
 * The shape in which a tensor of the graph is kept: kernels of convolutions have their places first, as everywhere here.
 * storedShape() leads back.
 */
export function keptShape(shape: readonly number[]): readonly number[] {
  if (shape.length !== 4) return shape;
  const [outputs, inputs, height, width] = shape as [number, number, number, number];
  return [height, width, inputs, outputs];
}

/** A variable with the axes of the tensor it stands for. */
export const asInGraph = (variable: Tensor): Tensor =>
  variable.rank === 4 ? tf.transpose(variable, [3, 2, 0, 1]) : variable;

/** A network over a graph that was opened: its operators become operations with gradients, its floats weights. */
export function graphNetwork(config: OnnxGraphConfig, task: TaskShape, weights: WeightRegistry): Network {
  const { graph, weights: found } = openedGraph(config);
  const variables = new Map<string, Variable>();
  const add = (kind: 'parameter' | 'buffer', { name, shape }: GraphTensor) =>
    variables.set(name, weights[kind](name, keptShape(shape), 'zeros'));
  if (config.asIs !== undefined) return asIsNetwork(config, task, config.asIs);
  for (const tensor of found.parameters) add('parameter', tensor);
  for (const tensor of found.buffers) add('buffer', tensor);
  const constants = found.constants.map(
    ({ name, kind, shape, data }) => [name, new HostValue(kind, shape, data)] as const,
  );
  const { states, answer, values = [], dropout: said } = config;
  const dropout = said && { rate: said.rate, at: new Set(said.at) };
  const nodes = neededNodes(graph, [answer, ...[...states, ...values].map(({ name }) => name)]);

  const forward = (input: ModelInput, options: ForwardOptions): ForwardResult => {
    const known = new Map<string, Value>(constants);
    for (const [name, variable] of variables) known.set(name, asInGraph(variable));
    for (const [name, { parameter, transposed }] of found.tied) {
      const same = known.get(parameter) as Tensor;
      known.set(name, transposed ? tf.transpose(same) : same);
    }
    feed(known, graph, config, input);
    evaluateGraph(graph, nodes, known, { ...options, dropout });
    return {
      logits: answered(tensorOf(known.get(answer)!), config, task),
      hiddenStates: states.map(({ name }) => asHiddenState(tensorOf(known.get(name)!), config)),
      ...(values.length > 0 && {
        named: new Map(
          values.map(({ asked, name }) => [asked, asHiddenState(tensorOf(known.get(name)!), config)]),
        ),
      }),
    };
  };
  return { ...shapesOf(config, task), forward, pool: pooled };
}

function shapesOf({ states, values = [] }: OnnxGraphConfig, { text }: TaskShape) {
  const whole = (shape: readonly number[]) => (text && shape.length === 2 ? [text.length, shape[1]!] : shape);
  return {
    layerCount: Math.max(0, states.length - 1),
    hiddenShapes: states.map(({ shape }) => whole(shape)),
    namedShapes: new Map(values.map(({ asked, shape }) => [asked, whole(shape)])),
  };
}

/** A network that ONNX Runtime runs: what it answered is put into the shape that other networks answer in. */
function asIsNetwork(config: OnnxGraphConfig, task: TaskShape, reason: string): Network {
  const shapes = shapesOf(config, task);
  return {
    ...shapes,
    apart: graphApart(config, reason, shapes),
    forward: () => ({
      logits: answered(valueApart('logits'), config, task),
      hiddenStates: lazily(config.states.length, (layer) =>
        asHiddenState(valueApart(hiddenName(layer)), config),
      ),
      named: new Map(
        (config.values ?? [])
          .filter(({ asked }) => wasAsked(asked))
          .map(({ asked }) => [asked, asHiddenState(valueApart(hiddenName(asked)), config)]),
      ),
    }),
    pool: pooled,
  };
}

/** A list whose elements are made when they are asked for. */
function lazily(length: number, element: (at: number) => Tensor): readonly Tensor[] {
  const list: Tensor[] = [];
  for (let at = 0; at < length; at++)
    Object.defineProperty(list, at, { get: () => element(at), enumerable: true, configurable: true });
  return list;
}

/** Nodes that these values depend on, in the order of the graph. */
export function neededNodes(graph: Graph, values: readonly string[]): GraphNode[] {
  const needed = new Set(values);
  const nodes: GraphNode[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((name) => needed.has(name))) continue;
    nodes.push(node);
    for (const name of readBy(node)) needed.add(name);
  }
  return nodes.reverse();
}

function feed(
  known: Map<string, Value>,
  graph: Graph,
  { inputs, channelsLast, past = [], usesPast }: OnnxGraphConfig,
  { pixels, ids, mask, segments }: ModelInput,
): void {
  const { file } = graph;
  const set = (name: string | undefined, value: Tensor | HostValue | undefined) => {
    if (name === undefined) return;
    if (!value)
      throw new UserError(`${file} takes "${name}", which the data does not have.`, { place: file });
    known.set(name, value);
  };
  set(inputs.pixels, pixels && (channelsLast ? pixels : tf.transpose(pixels, [0, 3, 1, 2])));
  set(inputs.ids, ids);
  const kind = graph.inputs.find(({ name }) => name === inputs.mask)?.kind ?? 'integer';
  // Where a text goes on, nothing is padding that any token sees.
  const real = mask ?? (ids && tf.ones(ids.shape));
  set(inputs.mask, real && (kind === 'float' ? real : tf.cast(real, typeOf(kind))));
  if (!ids) return;
  const [batch, length] = ids.shape as [number, number];
  for (const { name, heads, size } of past)
    known.set(name, new HostValue('float', [batch, heads, 0, size], []));
  if (usesPast !== undefined) known.set(usesPast, new HostValue('boolean', [1], [0]));
  const each = (value: (at: number) => number) =>
    new HostValue(
      'integer',
      [batch, length],
      Int32Array.from({ length: batch * length }, (_, at) => value(at)),
    );
  set(inputs.segments, segments ?? each(() => 0));
  set(
    inputs.positions,
    each((at) => at % length),
  );
}

/** Answers in the order of the data's classes; of a padded vocabulary those that stand for tokens. */
function answered(logits: Tensor, { order, goal }: OnnxGraphConfig, { classes }: TaskShape): Tensor {
  if (order) return tf.gather(logits, tf.tensor1d([...order], 'int32'), 1);
  if (goal === 'classes' || logits.shape.at(-1) === classes) return logits;
  return tf.slice(logits, [0, 0, 0], [-1, -1, classes]);
}

/** Feature maps have their channels last, as those of all models here. */
const asHiddenState = (state: Tensor, { channelsLast }: OnnxGraphConfig): Tensor =>
  state.rank === 4 && !channelsLast ? tf.transpose(state, [0, 2, 3, 1]) : state;

function pooled(state: Tensor, input: ModelInput): Tensor {
  if (state.rank === 4) return tf.mean(state, [1, 2]);
  if (state.rank === 3) return input.ids ? meanOverTokens(state, input) : tf.mean(state, 1);
  return state;
}
