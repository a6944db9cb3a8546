import { z } from 'zod';
import { choice, count } from './option.ts';

/** Where a name of a variable of the environment is meant, a key itself must not stand. */
const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;

const problem = (message: string, remedy: string) => ({
  message,
  params: { code: 'server', remedy },
});

function onAddress(address: string, context: z.RefinementCtx): void {
  const refuse = (message: string, remedy: string) =>
    context.addIssue({ code: 'custom', ...problem(message, remedy) });
  if (!URL.canParse(address) || !/^https?:\/\//i.test(address)) {
    refuse(
      `"${address}" is no address of a server.`,
      'Write one that begins with http:// or https://, such as "http://localhost:8080/v1".',
    );
    return;
  }
  const { username, password, search, hash } = new URL(address);
  if (username !== '' || password !== '')
    refuse(
      'The address of the server holds a name or a password, which would stay in the file and in every run.',
      'Take it out, and name the variable that holds the key in "keyFrom".',
    );
  if (search !== '' || hash !== '')
    refuse(
      'The address of the server ends in a query, and paths are added to it.',
      'Write it up to its path, which mostly is /v1.',
    );
}

const price = z
  .strictObject({
    input: z.number().min(0).max(1e6).describe('For a million tokens that the server reads.'),
    output: z.number().min(0).max(1e6).describe('For a million tokens that it writes.'),
    currency: z
      .string()
      .trim()
      .min(1)
      .max(16)
      .default('USD')
      .describe('What the numbers are in, for display alone. Default USD.'),
  })
  .describe('What tokens cost, so that an estimate can be given before, and money can be counted.');

const budget = z
  .strictObject({
    requests: count(
      'Most requests for this experiment, those of earlier runs included.',
      'requests',
    ).optional(),
    tokens: count('Most tokens, read and written together.', 'tokens').optional(),
    cost: z
      .number()
      .positive()
      .max(1e9)
      .optional()
      .describe('Most money, in the currency of "price", which it needs.'),
  })
  .describe(
    'What may be used up, counted over all runs that share the answers. A request that might go beyond is not sent, and the run ends there; what was answered is kept.',
  );

/** A teacher that answers through the interface that vLLM, llama.cpp, Ollama, TGI, LM Studio and hosted models share. */
export const serverSchema = z
  .strictObject({
    url: z
      .string()
      .trim()
      .min(1)
      .max(2048)
      .superRefine(onAddress)
      .meta({
        description:
          'Where the interface begins, mostly up to /v1: "http://localhost:8080/v1" for llama.cpp, "http://localhost:8000/v1" for vLLM, "http://localhost:11434/v1" for Ollama, "https://api.openai.com/v1".',
        examples: ['http://localhost:8080/v1'],
      }),
    model: z
      .string()
      .trim()
      .min(1)
      .max(512)
      .meta({
        description:
          'The model as the server calls it. A name that always means the same weights, with its date where there is one: answers are kept by it, and a run ends where the server begins to answer as another model.',
        examples: ['qwen2.5-7b-instruct'],
      }),
    keyFrom: z
      .string()
      .trim()
      .min(1)
      .max(256)
      .superRefine((name, context) => {
        if (!variableName.test(name))
          context.addIssue({
            code: 'custom',
            ...problem(
              '"keyFrom" is the name of a variable of the environment, and this is no such name.',
              'Write the name, such as "OPENAI_API_KEY". Never write the key itself into a file: if you did, have it replaced.',
            ),
          });
      })
      .optional()
      .meta({
        description:
          'The variable of the environment that holds the key of the server, such as OPENAI_API_KEY. In VS Code the key can also be kept in its secret storage under this name. Left out: the server is asked without a key.',
        examples: ['OPENAI_API_KEY'],
      }),
    interface: choice(
      {
        chat: 'chat/completions, for models that were taught to follow instructions. Every server has it.',
        completions:
          'completions, which goes on with a plain text: for base models, on servers that have it (vLLM, llama.cpp, Ollama, TGI).',
      },
      'By which of the two interfaces the server is asked. Default chat.',
    ).default('chat'),
    instruction: z
      .string()
      .min(1)
      .max(20_000)
      .refine((text) => text.includes('{text}'), {
        ...problem(
          'The instruction has no {text}, so the server would not see the sample.',
          'Add {text} where the text of the sample belongs.',
        ),
      })
      .optional()
      .describe(
        'What the server is told, with {text} in the place of the sample and, to classify, {classes} in that of the classes. Left out: strategy response asks for the class; generated asks to go on with the text, where samples with prompts of their own, and the interface completions, get the text alone.',
      ),
    maxTokens: count(
      'Most tokens of one answer of strategy generated. Left out: as many as a sample of the student has room for.',
      'tokens',
    )
      .max(32_768)
      .optional(),
    logProbabilities: z.int().min(0).max(1000).default(20).meta({
      description:
        'To classify: so many of the most probable tokens are asked for, of which those that begin a class become soft labels; 0 takes the answer alone, as a hard label. Default 20, the most that hosted models give.',
      unit: 'tokens',
    }),
    calibrate: z
      .boolean()
      .default(true)
      .describe(
        'To classify: the probabilities of the classes are divided by those that the server gives for texts without content ("N/A", "[MASK]" and an empty one), and normalized: contextual calibration (Zhao et al. 2021). It takes away what the model leans to whatever it reads. Default true; the run says how often the answers agree with the labels with and without.',
      ),
    parallel: count(
      'Requests that are on their way at once. Default 4; a server of one’s own may want more, a hosted one limits them.',
      'requests',
    )
      .max(256)
      .default(4),
    timeout: z.number().min(1).max(290).default(120).meta({
      description:
        'How long one answer may take before it is asked for again. Default 120: long texts from large models take a while.',
      unit: 'seconds',
    }),
    attempts: count(
      'Attempts in a row that bring nothing, with pauses that double, before the run ends. Default 5: about ten seconds. A server that says how long it wants to be left alone (Retry-After) is.',
      'attempts',
    )
      .max(100)
      .default(5),
    price: price.optional(),
    budget: budget.optional(),
  })
  .superRefine(({ budget: most, price: known }, context) => {
    if (most?.cost !== undefined && known === undefined)
      context.addIssue({
        code: 'custom',
        path: ['budget', 'cost'],
        ...problem(
          'Money is to be limited, and what tokens cost is not said.',
          'Add "price", or limit "requests" or "tokens".',
        ),
      });
  })
  .describe(
    'A teacher behind a server: its answers are asked for once, and kept for every later run. For the strategies generated, and response on texts to classify.',
  );

export type ServerConfig = z.output<typeof serverSchema>;
