import { z } from 'zod';

const name = z.string().min(1).max(1024);

/** What inputs are called where models of transformers are exported, and what each is here. */
export const inputRoles = {
  input_ids: 'ids',
  attention_mask: 'mask',
  token_type_ids: 'segments',
  position_ids: 'positions',
  pixel_values: 'pixels',
} as const;
export type InputRole = keyof typeof inputRoles;

const shape = z.array(z.int().min(0)).max(8);

const inputNames = z
  .strictObject({
    input_ids: name.optional().describe('The input that takes token ids, (batch, length).'),
    attention_mask: name
      .optional()
      .describe('The input that says which tokens are real, (batch, length): 1, and 0 for padding.'),
    token_type_ids: name
      .optional()
      .describe(
        'The input that says which of two texts a token is of, (batch, length): 0 and 1 of pairs, else zeros.',
      ),
    position_ids: name
      .optional()
      .describe('The input that says where each token stands, (batch, length): 0, 1, 2…'),
    pixel_values: name
      .optional()
      .describe('The input that takes images, (batch, channels, height, width), or with channels last.'),
  })
  .superRefine((inputs, context) => {
    const known = new Map<string, string>();
    for (const [role, input] of Object.entries(inputs)) {
      if (input === undefined) continue;
      const other = known.get(input);
      if (other !== undefined)
        context.addIssue({
          code: 'custom',
          path: [role],
          message: `"${input}" is named as both "${other}" and "${role}".`,
          params: { code: 'contradiction', remedy: 'Name another input of the graph for one of them.' },
        });
      known.set(input, role);
    }
  })
  .describe('Names of the graph’s inputs by what they take, where they are called otherwise than usual.');

/** What a graph itself does not say: the names of its parts by what they are here. */
export const graphNamesSchema = z
  .strictObject({
    inputs: inputNames.optional(),
    logits: name
      .optional()
      .describe(
        'Name of the value that is the answer, before any softmax: scores of classes, (batch, classes), or of the next token at each place, (batch, length, vocabulary). An output, or any value inside of the graph. Left out: the output "logits", or the only one.',
      ),
  })
  .describe(
    'What an ONNX model’s graph does not say by itself. Left out: inputs and answer are recognized by usual names and shapes. It is kept with the trained student. `distillery inspect` shows what a graph has.',
  );
export type GraphNames = z.output<typeof graphNamesSchema>;

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

/** (batch, heads, tokens before, size) */
const pastInput = z.strictObject({
  name,
  heads: z.int().min(1).max(65_536),
  size: z.int().min(1).max(65_536),
});
export type PastInput = z.output<typeof pastInput>;

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
  /** Inputs for keys and values of tokens that were read before: each text is read whole, and there are none. */
  past: z.array(pastInput).optional(),
  /** The input by which a graph is told whether there are any. */
  usesPast: name.optional(),
  /** The value that is the answer. */
  answer: name,
  /** What goes into the first layer, and what comes out of each. */
  states: z.array(z.strictObject({ name, shape })),
  /** Further values that a strategy asks for, by what it asks. */
  values: z.array(z.strictObject({ asked: name, name, shape })).optional(),
  /** The place of each class among the answers of the graph, where its order is another. */
  order: z.array(z.int().min(0)).optional(),
  /** Why it is run as it is and never trained, as a clause; left out: it can be trained. */
  asIs: z.string().optional(),
  /** Values that are dropped in training, by their names in the graph. */
  dropout: z.strictObject({ rate: z.number().min(0).max(0.95), at: z.array(name) }).optional(),
  /** What somebody had to say of it. */
  names: graphNamesSchema.optional(),
});

export type OnnxGraphConfig = z.output<typeof onnxGraphSchema>;
export type GraphInputs = z.output<typeof graphInputs>;

/** Whether a model is a graph that came in a checkpoint. */
export const isGraphConfig = (config: { readonly architecture: string }): config is OnnxGraphConfig =>
  config.architecture === 'onnx';
