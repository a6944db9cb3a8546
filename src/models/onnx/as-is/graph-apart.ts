import type { HostTensor } from '../../../device/device.ts';
import type { OnnxGraphConfig } from '../../../experiment/architectures/onnx-graph.ts';
import {
  type Apart,
  type ApartOptions,
  type ApartSession,
  answersGiven,
  type HostModelInput,
  hiddenName,
} from '../../apart.ts';
import { openedGraph } from '../opened.ts';
import { GraphSession, type ProbedValue, type ProbeSample } from '../probe.ts';
import { storedParameters } from './stored-parameters.ts';

/** How a graph is run by ONNX Runtime as it is: quantized, or of operators that have no gradients here. */
export function graphApart(
  config: OnnxGraphConfig,
  reason: string,
  { hiddenShapes, namedShapes }: Pick<Apart, 'hiddenShapes' | 'namedShapes'>,
): Apart {
  const opened = openedGraph(config);
  return {
    reason,
    parameters: storedParameters(opened.graph, opened.weights),
    hiddenShapes,
    namedShapes,
    async open(states, options) {
      const names = new Map([
        ['logits', config.answer],
        ...states.map((layer) => [hiddenName(layer), nameOf(config, layer)] as const),
      ]);
      return openApart(config, names, options);
    },
  };
}

const nameOf = ({ states, values = [] }: OnnxGraphConfig, layer: number | string): string =>
  typeof layer === 'number' ? states[layer]!.name : values.find(({ asked }) => asked === layer)!.name;

/** Whether a hidden state that has a name was needed. */
export const wasAsked = (asked: string): boolean => hiddenName(asked) in answersGiven();

/** What a graph that ran as it is answered, as the operations of a graph that is trained would give it. */
export const valueApart = (name: string) => {
  const value = answersGiven()[name];
  if (!value) throw new Error(`"${name}" of a model that runs apart was not asked for before it ran.`);
  return value;
};

async function openApart(
  config: OnnxGraphConfig,
  names: ReadonlyMap<string, string>,
  { sessionOptions, exclusive = (run) => run() }: ApartOptions,
): Promise<ApartSession> {
  const wanted = [...new Set(names.values())];
  const session = await GraphSession.open(openedGraph(config), config, wanted, sessionOptions);
  return {
    async run(input) {
      const values = await exclusive(() => session.run(sampleOf(input), wanted));
      return Object.fromEntries([...names].map(([name, own]) => [name, asHostTensor(values.get(own)!)]));
    },
    release: () => session.release(),
  };
}

/** One batch as a model here sees it, as a graph is given it. */
export function sampleOf({ pixels, ids, mask, segments }: HostModelInput): ProbeSample {
  if (pixels) {
    const [batch, height, width, channels] = pixels.shape as [number, number, number, number];
    return { batch, length: 1, image: [height, width, channels], pixels: pixels.data as Float32Array };
  }
  const [batch, length] = ids!.shape as [number, number];
  return {
    batch,
    length,
    ids: ids!.data,
    ...(mask && { mask: mask.data }),
    ...(segments && { segments: segments.data }),
  };
}

const asHostTensor = ({ shape, data }: ProbedValue): HostTensor => ({
  data: data instanceof Float32Array ? data : Float32Array.from(data as ArrayLike<number>),
  shape,
  dtype: 'float32',
});
