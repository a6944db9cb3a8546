import { z } from 'zod';
import { belowOne, count } from './option.ts';

export const loraSchema = z
  .strictObject({
    targets: z
      .array(z.string().min(1).max(1024))
      .min(1)
      .max(256)
      .describe(
        'Layers that get an adapter: the ends of their names, as in PEFT, whole names, or patterns in which * stands for any characters. ["q_proj", "v_proj"] are queries and values of all layers of a Llama, ["c_attn"] of a GPT-2, ["*"] all layers that multiply by a matrix, embeddings and what predicts tokens or classes left out. `distillery inspect MODEL --json` lists them as adaptable.',
      ),
    rank: count('Rank of what is added to a layer: A is rank × inputs, B is outputs × rank.')
      .max(4096)
      .default(8),
    alpha: z
      .number()
      .gt(0)
      .max(1e6)
      .default(16)
      .describe('What is added is multiplied by alpha / rank, so that the rank can be changed alone.'),
    dropout: belowOne('Share of a layer’s inputs that its adapter does not see in a training step.').default(
      0,
    ),
    keepAdapter: z
      .boolean()
      .default(false)
      .describe(
        'Whether the adapter is kept beside the merged weights, too: the folder adapter of the student, with adapter_config.json and adapter_model.safetensors, as PEFT opens it.',
      ),
  })
  .meta({
    examples: [{ targets: ['q_proj', 'v_proj'], rank: 8, alpha: 16 }],
  })
  .describe(
    'Low-rank adaptation (LoRA, Hu et al. 2021): the weights of the checkpoint stay as they are, and beside each layer named two small matrices A and B are trained, with B·A added to its weight. Only they get gradients and state of the optimizer, and a head that tells classes apart, which learns whole. The saved student is an ordinary one: what was learnt is merged into its weights. Peers of the strategy online are new models, and learn whole. Left out: all weights are trained.',
  );

export type LoraConfig = z.output<typeof loraSchema>;
