import { createHash } from 'node:crypto';
import onnxProto, { type onnx } from 'onnx-proto';
import { UserError } from '../../../base/user-error.ts';
import type { TaskShape } from '../../../data/dataset.ts';
import {
  type GraphNames,
  type InputRole,
  inputRoles,
  type OnnxGraphConfig,
} from '../../../experiment/architectures/onnx-graph.ts';
import type { LayerReference } from '../../../experiment/strategies/layer-reference.ts';
import { type Graph, type GraphTensor, readBy } from '../graph.ts';
import { neededNodes } from '../network.ts';
import { type KnownGraph, knownGraph, openedGraph, rememberGraph } from '../opened.ts';
import type { GraphWeights } from '../weights.ts';
import { type ExitClassifier, exitClassifier, tensorProto } from './classifier.ts';

const { DataType } = onnxProto.onnx.TensorProto;

/** The classifier at the end of each graph that was cut, by what identifies the graph. */
const classifiers = new Map<string, ExitClassifier>();

/** The classifier at the end of a graph that {@link cutGraph} made. */
export const classifierOf = ({ graph }: OnnxGraphConfig): ExitClassifier => classifiers.get(graph)!;

interface State {
  readonly name: string;
  readonly shape: readonly number[];
}

/**
 * The part of a graph that a hidden state is computed by, with a classifier on it, as a graph of its own. It shares the
 * numbers of the whole one, and lies in the same place of a folder when it is saved.
 * @param layer a number of the layers, or a value that was asked for
 * @throws UserError if an exit cannot stand there
 */
export function cutGraph(config: OnnxGraphConfig, layer: LayerReference, task: TaskShape): OnnxGraphConfig {
  const state =
    typeof layer === 'number' ? config.states[layer]! : config.values?.find(({ asked }) => asked === layer);
  if (!state) throw new Error(`the graph was not asked for "${layer}"`);
  const known = openedGraph(config);
  requireBefore(known.graph, state, config);
  const hash = createHash('sha256')
    .update(JSON.stringify([config, state.name, task.classes, task.text !== undefined]))
    .digest('hex')
    .slice(0, 16);
  const cut = new Cut(known, config, state, task);
  if (!knownGraph(hash)) {
    const { graph, proto, weights, classifier } = cut.build();
    rememberGraph(hash, { graph, proto }, known.place, weights);
    classifiers.set(hash, classifier);
  }
  return { ...cut.describe(classifiers.get(hash)!), graph: hash };
}

/** @throws UserError if a value says nothing of a sample, or is made of the answer */
function requireBefore(graph: Graph, { name }: State, { inputs, answer }: OnnxGraphConfig): void {
  const nodes = neededNodes(graph, [name]);
  const made = new Set(nodes.flatMap(({ outputs }) => outputs));
  const source = inputs.ids ?? inputs.pixels!;
  const wrong = (message: string) =>
    new UserError(`No exit can stand on "${name}" of ${graph.file}: ${message}.`, {
      remedy: 'Name a value on the way from the input to the answer; `distillery inspect` shows the layers.',
      place: graph.file,
    });
  if (made.has(answer)) throw wrong(name === answer ? 'it is the answer' : 'it comes after the answer');
  if (!nodes.some((node) => readBy(node).includes(source))) throw wrong(`it does not depend on "${source}"`);
}

/** One value and what it is computed by. */
class Cut {
  readonly #known: KnownGraph;
  readonly #config: OnnxGraphConfig;
  readonly #state: State;
  readonly #task: TaskShape;
  readonly #nodes: ReadonlySet<Graph['nodes'][number]>;
  /** All that they read and give. */
  readonly #names: ReadonlySet<string>;

  constructor(known: KnownGraph, config: OnnxGraphConfig, state: State, task: TaskShape) {
    this.#known = known;
    this.#config = config;
    this.#state = state;
    this.#task = task;
    const nodes = neededNodes(known.graph, [state.name]);
    this.#nodes = new Set(nodes);
    this.#names = new Set(nodes.flatMap((node) => [...readBy(node), ...node.outputs]));
  }

  build() {
    const { graph, proto, weights: all } = this.#known;
    const { ids, mask: own } = this.#config.inputs;
    const taken = new Set(this.#names);
    const fresh = (name: string) => {
      let found = name;
      for (let number = 1; taken.has(found); number++) found = `${name}.${number}`;
      taken.add(found);
      return found;
    };
    const added = ids !== undefined && own === undefined ? fresh('attention_mask') : undefined;
    const mask = own ?? added;
    if (mask !== undefined) taken.add(mask);
    const stored = [...graph.tensors.values()].map(({ stored }) => stored);
    const classifier = exitClassifier({
      state: this.#state.name,
      shape: this.#state.shape,
      channelsLast: this.#config.channelsLast,
      bottleneck: this.#bottleneck(),
      classes: this.#task.classes,
      mask,
      half: stored.some((type) => type === DataType.FLOAT16 || type === DataType.BFLOAT16),
      opset: graph.opset,
      fresh,
    });
    const tensors = [...graph.tensors.values()].filter(({ name }) => this.#names.has(name));
    const weights = this.#weights(all, classifier);
    const further = [...classifier.weights.map(({ tensor }) => tensor), ...classifier.constants];
    // A matrix that is tied to one outside is that one.
    const outside = weights.parameters.filter(({ name }) => !this.#names.has(name));
    const kept = new Set([...this.#names, ...(mask === undefined ? [] : [mask])]);
    const inputs = graph.inputs.filter(({ name }) => kept.has(name));
    const length = graph.inputs.find(({ name }) => name === ids)?.shape;
    if (added !== undefined) inputs.push({ name: added, kind: 'integer', shape: length });
    return {
      classifier,
      weights,
      graph: {
        ...graph,
        nodes: [...this.#nodes, ...classifier.nodes],
        tensors: new Map([...tensors, ...outside, ...further].map((tensor) => [tensor.name, tensor])),
        inputs,
        outputs: [{ name: classifier.answer, kind: 'float' as const, shape: ['batch', this.#task.classes] }],
      } satisfies Graph,
      proto: this.#proto(proto, kept, added, classifier, further),
    };
  }

  /** The cut graph as a model is described, but for what identifies it. */
  describe({ answer, mask }: ExitClassifier): Omit<OnnxGraphConfig, 'graph'> {
    const { architecture, goal, channelsLast, states, inputs: all, names: said } = this.#config;
    const own = Object.entries({ ...all, ...(mask !== undefined && { mask }) }) as [string, string][];
    const inputs = Object.fromEntries(own.filter(([, name]) => name === mask || this.#names.has(name)));
    const named: NonNullable<GraphNames['inputs']> = {};
    for (const [role, name] of Object.entries(said?.inputs ?? {}) as [InputRole, string][])
      if (inputs[inputRoles[role]] === name) named[role] = name;
    if (mask !== undefined && all.mask === undefined && mask !== 'attention_mask')
      named.attention_mask = mask;
    const names: GraphNames = {
      ...(Object.keys(named).length > 0 && { inputs: named }),
      ...(answer !== 'logits' && { logits: answer }),
    };
    return {
      architecture,
      goal,
      channelsLast,
      inputs,
      answer,
      states: states.filter(({ name }) => this.#names.has(name)),
      ...(Object.keys(names).length > 0 && { names }),
    };
  }

  /**
   * Channels of a bottleneck that halves maps as often as the layers beyond do, with the channels these have. Where the last
   * of them ends with one place, as averages do, the maps before it are not known: other channels are one more halving.
   */
  #bottleneck(): number[] {
    const { shape } = this.#state;
    const channels: number[] = [];
    if (shape.length !== 3) return channels;
    let side = Math.max(shape[0]!, shape[1]!);
    for (const { name, shape: beyond } of this.#config.states) {
      if (beyond.length !== 3 || this.#names.has(name)) continue;
      const [height, width, own] = beyond as [number, number, number];
      const to = Math.max(height, width);
      if (to === 1 && own === (channels.at(-1) ?? shape[2])) continue;
      while (side > 1 && Math.ceil(side / 2) >= to) {
        channels.push(own);
        side = Math.ceil(side / 2);
        if (to === 1) break;
      }
    }
    return channels;
  }

  #weights(all: GraphWeights, { weights, constants }: ExitClassifier): GraphWeights {
    const here = ({ name }: GraphTensor) => this.#names.has(name);
    const tied = new Map([...all.tied].filter(([name]) => this.#names.has(name)));
    const needed = new Set([...tied.values()].map(({ parameter }) => parameter));
    const of = (wanted: 'parameter' | 'buffer') =>
      weights.flatMap(({ kind, tensor }) => (kind === wanted ? [tensor] : []));
    return {
      parameters: [
        ...all.parameters.filter((tensor) => here(tensor) || needed.has(tensor.name)),
        ...of('parameter'),
      ],
      buffers: [...all.buffers.filter(here), ...of('buffer')],
      tied,
      constants: [...all.constants.filter(here), ...constants],
      reasons: new Map([...all.reasons].filter(([name]) => this.#names.has(name))),
    };
  }

  #proto(
    proto: onnx.IModelProto,
    kept: ReadonlySet<string>,
    added: string | undefined,
    { protos, answer }: ExitClassifier,
    further: readonly GraphTensor[],
  ): onnx.IModelProto {
    const { graph: whole, ...model } = proto;
    const { nodes } = this.#known.graph;
    const named = ({ name }: { name?: string | null }) => kept.has(name ?? '');
    const input = (whole?.input ?? []).filter(named);
    const ids = input.find(({ name }) => name === this.#config.inputs.ids);
    if (added !== undefined)
      input.push({
        name: added,
        type: { tensorType: { elemType: DataType.INT64, shape: ids?.type?.tensorType?.shape ?? null } },
      });
    const batch = [...input].map(({ type }) => type?.tensorType?.shape?.dim?.[0]?.dimParam).find(Boolean);
    return {
      ...model,
      // Earlier ones list each of their weights among the inputs.
      irVersion: Math.max(4, Number(proto.irVersion ?? 4)),
      graph: {
        ...whole,
        node: [...(whole?.node ?? []).filter((_, at) => this.#nodes.has(nodes[at]!)), ...protos],
        initializer: [...(whole?.initializer ?? []).filter(named), ...further.map(tensorProto)],
        input,
        output: [
          {
            name: answer,
            type: {
              tensorType: {
                elemType: DataType.FLOAT,
                shape: { dim: [{ dimParam: batch || 'batch' }, { dimValue: this.#task.classes }] },
              },
            },
          },
        ],
        valueInfo: (whole?.valueInfo ?? []).filter(named),
        quantizationAnnotation: [],
      },
    };
  }
}
