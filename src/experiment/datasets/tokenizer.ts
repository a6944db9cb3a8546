import { z } from 'zod';
import { count, filePath } from '../schema/option.ts';

const wordsSchema = z
  .strictObject({
    kind: z.literal('words').describe('Words of the training texts.'),
    size: count('Most words, the most frequent ones; others become [UNK]. Default 8192.', 'words')
      .min(8)
      .max(1_000_000)
      .default(8192),
    minCount: count(
      'Words seen fewer times than this become [UNK]. Default 2: a word seen once teaches nothing.',
      'times',
    ).default(2),
    lowercase: z
      .boolean()
      .default(true)
      .describe('Whether capitals and small letters are the same. Default true.'),
  })
  .describe('Each frequent word of the training texts is a token; made anew for each dataset.');

/** Words with every option at its default: what texts are cut into where no checkpoint says otherwise. */
export const defaultWords = wordsSchema.parse({ kind: 'words' });

const kinds = z.discriminatedUnion('kind', [
  z
    .strictObject({
      kind: z.literal('auto').describe('That of the checkpoint, else words.'),
    })
    .describe(
      'The tokenizer that lies beside the teacher’s checkpoint, else beside the student’s, else beside what is made smaller. Without checkpoints: words of the training texts.',
    ),
  wordsSchema,
  z
    .strictObject({ kind: z.literal('bytes').describe('Bytes of UTF-8.') })
    .describe('Each byte of UTF-8 is a token: 259 with the special ones, nothing unknown, long samples.'),
  z
    .strictObject({
      kind: z.literal('file').describe('A tokenizer.json.'),
      file: filePath('tokenizer.json of a pretrained model, as Hugging Face’s tokenizers write it.'),
    })
    .describe(
      'A tokenizer of your own choice. It must have the tokens that teacher and student were trained on.',
    ),
]);

export const tokenizerSchema = kinds
  .prefault({ kind: 'auto' })
  .describe(
    'How texts become tokens. Teacher and student share it, unless the teacher has a "tokenizer" of its own or the strategy goes "across" tokenizers: then it is the student’s. Default: the tokenizer of the teacher’s checkpoint, whose answers depend on it; else of the student’s; else words of the training texts.',
  );

export const ownTokenizerSchema = kinds
  .optional()
  .describe(
    'Language models: how texts become tokens for the teacher alone, "auto" as its checkpoint says. For the strategies that compare nothing token by token: sequence with "across", generated, and direct, self and online, where it stands beside the student. Left out: the teacher reads the dataset’s tokens, or, with "across", those of its checkpoint.',
  );

export type TokenizerConfig = z.output<typeof tokenizerSchema>;
