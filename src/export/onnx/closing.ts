import { join } from 'node:path';
import { z } from 'zod';
import { readRegular } from '../../base/regular-file.ts';
import { type EditableGraph, operandsOf } from '../../compression/onnx/editable-graph.ts';
import { templateOf } from '../../data/text/tokenizer-json/template.ts';
import { nodeProto } from '../../device/onnx/graph/node-proto.ts';

/** What stands behind every text that was classified in training, long ones too, which were cut before it. */
export interface Closing {
  /** Special tokens, [SEP] for a BERT; at least one. */
  readonly suffix: readonly number[];
  /** Tokens of the longest text, these counted. */
  readonly length: number;
}

const definitionSchema = z.object({ post_processor: z.looseObject({ type: z.string() }).nullish() });
const settingsSchema = z.object({ model_max_length: z.int().min(1).max(1e7) });
const longestFile = 256e6;

/**
 * Reads from the tokenizer beside a model that classifies texts how these end.
 * @returns undefined where nothing stands behind texts, or nothing tells what
 */
export async function closingOf(folder: string): Promise<Closing | undefined> {
  const read = async <S extends z.ZodType>(name: string, schema: S): Promise<z.output<S>> =>
    schema.parse(JSON.parse((await readRegular(join(folder, name), longestFile)).toString('utf8')));
  try {
    const { post_processor } = await read('tokenizer.json', definitionSchema);
    const { model_max_length: length } = await read('tokenizer_config.json', settingsSchema);
    const { suffix } = templateOf(post_processor);
    return suffix.length > 0 && suffix.length < length ? { suffix, length } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Has a graph in standard form end texts that fill all places as training ended them. transformers.js cuts a long text
 * where its places end, and its last special tokens with it; as other readers cut texts this changes nothing.
 */
export function closeCutTexts(graph: EditableGraph, { suffix, length }: Closing): void {
  const nodes: (typeof graph)['nodes'] = [];
  const node = (type: string, inputs: readonly string[], attributes: Record<string, number> = {}) => {
    const name = graph.fresh('closing');
    nodes.push(nodeProto(type, inputs, name, attributes));
    return name;
  };
  const whole = (value: number, shape: readonly number[] = []) =>
    graph.addTensor('closing', 'int64', shape, BigInt64Array.of(BigInt(value)));
  const tokens = node('ReduceSum', ['attention_mask', whole(1, [1])], { keepdims: 1 });
  const full = node('Equal', [tokens, whole(length)]);
  const places = node('Gather', [node('Shape', ['input_ids']), whole(1)]);
  const place = node('Range', [whole(0), places, whole(1)]);
  let ids = 'input_ids';
  for (const [at, token] of suffix.entries()) {
    const here = node('Equal', [place, whole(length - suffix.length + at)]);
    ids = node('Where', [node('And', [full, here]), whole(token), ids]);
  }
  const others = graph.nodes.map((one) =>
    operandsOf(one).includes('input_ids')
      ? { ...one, input: one.input!.map((name) => (name === 'input_ids' ? ids : name)) }
      : one,
  );
  graph.nodes = [...nodes, ...others];
}
