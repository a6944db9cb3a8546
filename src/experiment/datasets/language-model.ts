import { z } from 'zod';
import { choice, filePath } from '../schema/option.ts';
import type { DatasetRecord } from './dataset-record.ts';
import { languageOptions, tailFraction } from './text-options.ts';

const schema = z
  .strictObject({
    kind: z.literal('language-model').describe('Your own texts to continue.'),
    train: filePath(
      'A text file, a folder of .txt and .md files, or a table (.jsonl, .csv, .tsv, .parquet) with a text a row.',
    ),
    test: filePath(
      'What the model is tested on, in any of the same formats. Left out: the last testFraction of the training texts.',
    ).optional(),
    testFraction: tailFraction,
    textColumn: z
      .string()
      .min(1)
      .default('text')
      .describe('Of a table: column of the texts. Default "text".'),
    promptColumn: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Of a table: column of prompts. A prompt stands before its text and is masked out of the loss; texts whose prompts fill a sample are left out and counted, longer ones cut off. Needs "samples": "documents".',
      ),
    messagesColumn: z
      .string()
      .min(1)
      .optional()
      .meta({
        description:
          'Of a table: column of conversations, each a list of messages with role and content, as chats are stored: [{"role": "user", "content": "…"}, {"role": "assistant", "content": "…"}]. The chat template of the tokenizer writes them, and the tokens of the assistant alone are learned: those in its blocks of {% generation %}, or else what it adds to a conversation at each of the assistant’s turns. A template that writes the day gets 26 July 2024. Needs "samples": "documents" and the tokenizer of a checkpoint or a file.',
        examples: ['messages'],
      }),
    samples: choice(
      {
        packed: 'Documents one after the other, cut into samples of exactly "length" tokens: no padding.',
        documents: 'Each sample lies within one document; shorter ones are padded.',
        'packed-documents':
          'Several whole documents share a sample of at most "length" tokens, and each is read as if it stood alone: none sees another, and positions begin anew. Short documents are learned with little padding, to the same losses.',
      },
      'How documents become samples. Default packed.',
    ).default('packed'),
    ...languageOptions,
  })
  .refine((config) => config.promptColumn === undefined || config.samples !== 'packed', {
    path: ['promptColumn'],
    message: 'Prompts cannot be told apart in packed samples.',
    params: { code: 'contradiction', remedy: 'Set "samples" to "documents", or take "promptColumn" away.' },
  })
  .superRefine((config, context) => {
    if (config.messagesColumn === undefined) return;
    const contradiction = (path: string, message: string, remedy: string) =>
      context.addIssue({ code: 'custom', path: [path], message, params: { code: 'contradiction', remedy } });
    if (config.samples === 'packed')
      contradiction(
        'messagesColumn',
        'Turns cannot be told apart in packed samples.',
        'Set "samples" to "documents", or take "messagesColumn" away.',
      );
    if (config.promptColumn !== undefined)
      contradiction(
        'promptColumn',
        'Conversations have their prompts in them.',
        'Take "promptColumn" away, or "messagesColumn".',
      );
    if (config.tokenizer.kind === 'words' || config.tokenizer.kind === 'bytes')
      contradiction(
        'tokenizer',
        'Conversations are written by the chat template of a tokenizer, and words and bytes have none.',
        'Take "auto", the tokenizer of the checkpoint, or a "file".',
      );
  })
  .describe('Texts for a causal language model, from text files or tables.');

export type LanguageModelConfig = z.output<typeof schema>;

export const languageModel: DatasetRecord<typeof schema> = {
  schema,
  task: 'language-model',
  namedBy: 'train',
};
