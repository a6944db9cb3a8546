import { createHash } from 'node:crypto';
import { UserError } from '../../base/user-error.ts';
import type { OnnxGraphConfig } from '../../experiment/architectures/onnx-graph.ts';
import { createModel } from '../../models/create-model.ts';
import type { Model } from '../../models/model.ts';
import { sampleOf } from '../../models/onnx/as-is/graph-apart.ts';
import { openedGraph, rememberGraph } from '../../models/onnx/opened.ts';
import { GraphSession } from '../../models/onnx/probe.ts';
import { graphFrom } from '../../models/onnx/reading/read-graph.ts';
import { observedValues, type Probe } from '../calibrate.ts';
import { halveWeights } from '../onnx/quantize-weights.ts';
import { computesInIntegers, quantizeNodes } from '../quantization-plan.ts';
import { calibrated, type QuantizeOptions } from '../quantize.ts';
import { type GraphPlan, planGraph } from './plan-graph.ts';
import { encodeRewritten, weightedGraph } from './weighted-graph.ts';

/** A graph that was quantized. */
export interface QuantizedGraph extends GraphPlan {
  /** Run by ONNX Runtime as it is; it is saved as the original is. */
  readonly model: Model;
  /** The original, run in the same way, for comparisons. */
  readonly original: Model;
}

/** The most that one file of protocol buffers holds. */
const longestFile = 2 ** 31 - 1;

/**
 * Rewrites the graph of a model so that its weights take fewer bits; names, inputs and outputs stay as they were. The model
 * stays as it is.
 * @throws UserError if nothing of it can be quantized, or ONNX Runtime does not take what comes out
 */
export async function quantizeGraphModel(
  options: QuantizeOptions & { readonly model: { readonly config: OnnxGraphConfig } },
): Promise<QuantizedGraph> {
  const { model, config: strategy, heed } = options;
  const { config } = model;
  const plan = await planGraph(config, strategy);
  heed?.();
  const bytes = await rewritten(config, plan, options);
  if (bytes.length > longestFile)
    throw new UserError(`A graph of ${Math.ceil(bytes.length / 1e9)} GB does not fit into one ONNX file.`, {
      remedy: 'Choose a "scheme" of fewer bits.',
    });
  const { graph, place } = openedGraph(config);
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  rememberGraph(hash, await graphFrom(bytes, graph.file), place);
  return {
    ...plan,
    model: asIs(model, { ...config, graph: hash }, 'its weights are quantized'),
    original: { ...asIs(model, config, 'it is compared with another as its file is'), config },
  };
}

async function rewritten(
  config: OnnxGraphConfig,
  { weights, floatWeights }: GraphPlan,
  options: QuantizeOptions,
): Promise<Uint8Array> {
  const { scheme, groupSize } = options.config;
  if (scheme === 'float16') {
    const halved = new Set(weights.map(({ name }) => name));
    const { graph } = await weightedGraph(config, new Set([...halved, ...floatWeights]));
    halveWeights(graph, new Map([...halved].map((name) => [name, name])));
    return encodeRewritten(graph, config);
  }
  const kept = new Set(floatWeights);
  const { graph, nodes } = await weightedGraph(config, kept);
  const ranges = computesInIntegers(scheme)
    ? await calibrated(options, () => graphProbe(config, nodes, options))
    : undefined;
  quantizeNodes(graph, nodes, { scheme, groupSize, floatWeights: kept, ...(ranges && { ranges }) });
  return encodeRewritten(graph, config);
}

/** The graph as it came, with what goes into and comes out of its products. */
async function graphProbe(
  config: OnnxGraphConfig,
  nodes: Parameters<typeof observedValues>[0],
  { device }: Pick<QuantizeOptions, 'device'>,
): Promise<Probe> {
  const observed = observedValues(nodes);
  const { pixels } = config.inputs;
  const names = [...new Set(observed.map(({ name }) => name))].filter((name) => name !== pixels);
  const session = await GraphSession.open(openedGraph(config), config, names, device.onnx.sessionOptions);
  return {
    observed,
    async run(inputs) {
      const values = await device.onnx.exclusive(() => session.run(sampleOf(inputs), names));
      const floats = new Map<string, Float32Array>(
        [...values].map(([name, { data }]) => [name, Float32Array.from(data as ArrayLike<number>)]),
      );
      if (pixels !== undefined && inputs.pixels) floats.set(pixels, inputs.pixels.data as Float32Array);
      return floats;
    },
    release: () => session.release(),
  };
}

/** A model over a graph that ONNX Runtime runs, whatever could be done with it otherwise. */
function asIs({ task, origin }: Model, config: OnnxGraphConfig, reason: string): Model {
  const model = createModel({ ...config, asIs: reason }, task, (name) => {
    throw new Error(`A graph that runs as it is has no weight "${name}".`);
  });
  return { ...model, ...(origin && { origin }) };
}
