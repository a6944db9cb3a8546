import { UserError } from '../../base/user-error.ts';
import { dropout } from '../layers/dropout.ts';
import type { ForwardOptions } from '../model.ts';
import { type Graph, type GraphNode, isGraph, type SubGraph } from './graph.ts';
import { operatorNamed } from './operators/all.ts';
import { Call, CannotTrain } from './operators/operator.ts';
import { HostValue, isHost, type Value } from './operators/value.ts';

/** More steps than any exporter leaves in a loop of known length. */
const mostSteps = 4096;

export interface EvaluationOptions extends ForwardOptions {
  /** Values that are dropped in training; of Dropout nodes it goes before their own ratio. */
  readonly dropout?: { readonly rate: number; readonly at: ReadonlySet<string> } | undefined;
}

/**
 * Runs a graph in operations of TensorFlow.js; inside tf.tidy or a compiled step.
 * @param known the inputs and weights by name; everything that is computed is added
 * @param nodes those of the graph that are needed, in its order
 * @throws UserError if an operator is not known, or what it needs is only known later
 */
export function evaluateGraph(
  graph: Graph,
  nodes: readonly GraphNode[],
  known: Map<string, Value>,
  options: EvaluationOptions,
): void {
  for (const node of nodes) evaluateNode(node, graph, known, options);
}

function evaluateNode(
  node: GraphNode,
  graph: Pick<Graph, 'file' | 'opset'>,
  known: Map<string, Value>,
  options: EvaluationOptions,
): void {
  try {
    const results = resultsOf(node, graph, known, options);
    for (const [at, name] of node.outputs.entries()) {
      const value = results[at];
      if (name !== '' && value !== undefined) known.set(name, dropped(value, name, node, options));
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `${graph.file}: the node "${node.name}" (${node.operator}) cannot be trained through: ${(error as Error).message}.`,
      {
        remedy:
          error instanceof CannotTrain
            ? 'Export the model for training, without optimizations, or use another one.'
            : 'If onnxruntime runs the model, please report it.',
        place: graph.file,
        cause: error,
      },
    );
  }
}

function dropped(
  value: Value,
  name: string,
  { operator }: GraphNode,
  { dropout: asked, ...options }: EvaluationOptions,
): Value {
  if (!asked?.at.has(name) || operator === 'Dropout' || isHost(value)) return value;
  return dropout(value, asked.rate, options);
}

function resultsOf(
  node: GraphNode,
  graph: Pick<Graph, 'file' | 'opset'>,
  known: Map<string, Value>,
  options: EvaluationOptions,
): readonly (Value | undefined)[] {
  const inputs = node.inputs.map((name) => (name === '' ? undefined : known.get(name)));
  const call = new Call(node, graph.opset, inputs, options);
  if (node.domain === '' && node.operator === 'If') return branch(call, graph, known, options);
  if (node.domain === '' && node.operator === 'Loop') return loop(call, graph, known, options);
  const operator = operatorNamed(node.operator, node.domain);
  if (!operator) throw new CannotTrain('this operator has no gradients here');
  const { dropout: asked } = options;
  const given = asked && node.operator === 'Dropout' && asked.at.has(node.outputs[0]!);
  const result = operator(given ? call.over(inputs[0], HostValue.scalar('float', asked.rate)) : call);
  return Array.isArray(result) ? result : [result as Value];
}

/** A choice that is known before the step runs. */
function branch(
  call: Call,
  graph: Pick<Graph, 'file' | 'opset'>,
  known: ReadonlyMap<string, Value>,
  options: EvaluationOptions,
): Value[] {
  const chosen = call.attribute(call.host(0, 'condition').data[0] ? 'then_branch' : 'else_branch');
  if (!isGraph(chosen)) throw new CannotTrain('it lacks a branch');
  return run(chosen, new Map(known), graph, options);
}

function run(
  body: SubGraph,
  known: Map<string, Value>,
  graph: Pick<Graph, 'file' | 'opset'>,
  options: EvaluationOptions,
): Value[] {
  for (const { name, kind, shape, data } of body.tensors.values())
    known.set(name, new HostValue(kind, shape, data));
  for (const node of body.nodes) evaluateNode(node, graph, known, options);
  return body.outputs.map((name) => known.get(name)!);
}

/** Steps of a known number, one after the other; what each step gives beside its state is not collected. */
function loop(
  call: Call,
  graph: Pick<Graph, 'file' | 'opset'>,
  known: ReadonlyMap<string, Value>,
  options: EvaluationOptions,
): Value[] {
  const body = call.attribute('body');
  if (!isGraph(body)) throw new CannotTrain('it lacks its body');
  const steps = call.has(0) ? call.host(0, 'number of steps').data[0]! : Number.POSITIVE_INFINITY;
  let state = Array.from({ length: Math.max(0, call.count - 2) }, (_, at) => call.value(at + 2));
  if (body.outputs.length !== state.length + 1) throw new CannotTrain('it collects what each step gives');
  let condition: Value = call.has(1) ? call.host(1, 'condition') : HostValue.scalar('boolean', 1);
  for (let step = 0; step < steps; step++) {
    if (!isHost(condition)) throw new CannotTrain('how long it runs is only known while the model runs');
    if (!condition.data[0]) break;
    if (step >= mostSteps) throw new CannotTrain(`it runs for more than ${mostSteps} steps`);
    const [iteration, proceeding, ...names] = body.inputs;
    const inner = new Map(known);
    inner.set(iteration!, HostValue.scalar('integer', step));
    inner.set(proceeding!, condition);
    for (const [at, name] of names.entries()) inner.set(name, state[at]!);
    [condition, ...state] = run(body, inner, graph, options) as [Value, ...Value[]];
  }
  return state;
}
