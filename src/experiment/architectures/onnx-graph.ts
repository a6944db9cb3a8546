import { z } from 'zod';

const name = z.string().min(1).max(1024);

/** What the inputs of a foreign graph are, by what they are here. */
const graphInputs = z.strictObject({
  /** Token ids, (batch, length). */
  ids: name.optional(),
  /** Which tokens are real, (batch, length). */
  mask: name.optional(),
  /** Which of two texts a token belongs to, (batch, length). */
  segments: name.optional(),
  /** Where a token stands, (batch, length). */
  positions: name.optional(),
  /** Images, (batch, channels, height, width), or their channels last. */
  pixels: name.optional(),
});

/**
 * A model whose layers another tool wrote down, as an ONNX graph. No experiment describes one: it comes from a checkpoint,
 * and the graph itself stays in its file.
 */
export const onnxGraphSchema = z.strictObject({
  architecture: z.literal('onnx'),
  /** Identifies the graph that was opened in this process. */
  graph: z.string(),
  /** Whether it answers once for a sample, or at each token. */
  goal: z.enum(['classes', 'tokens']),
  inputs: graphInputs,
  channelsLast: z.boolean(),
  /** The value that is the answer. */
  answer: name,
  /** What goes into the first layer, and what comes out of each. */
  states: z.array(z.strictObject({ name, shape: z.array(z.int().min(0)).max(8) })),
  /** The place of each class among the answers of the graph, where its order is another. */
  order: z.array(z.int().min(0)).optional(),
});

export type OnnxGraphConfig = z.output<typeof onnxGraphSchema>;
export type GraphInputs = z.output<typeof graphInputs>;

/** Whether a model is a graph that came in a checkpoint. */
export const isGraphConfig = (config: { readonly architecture: string }): config is OnnxGraphConfig =>
  config.architecture === 'onnx';
