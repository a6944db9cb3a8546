import { UserError } from '../../base/user-error.ts';
import type { Dataset, Split } from '../../data/dataset.ts';
import { lengthBuckets } from '../../data/length-buckets.ts';
import { TextSplit } from '../../data/text/text-split.ts';
import { TokenStore } from '../../data/text/token-store.ts';
import type { Tokenizer } from '../../data/text/tokenizers/tokenizer.ts';
import type { ServerConfig } from '../../experiment/schema/server-schema.ts';
import type { GeneratedConfig } from '../../experiment/strategies/generated/record.ts';
import {
  readWritten,
  type TextToContinue,
  textsToContinue,
  type WrittenText,
  writtenSchema,
} from '../../models/server/texts.ts';
import { answersOfServer, type ServerAnswers, type ServerOptions } from './answers-of-server.ts';

export interface WrittenSplit extends Pick<ServerAnswers, 'used' | 'asked' | 'seconds'> {
  /** What the student trains on. */
  readonly split: Split;
  /** Identifies it. */
  readonly digest: string;
  /** Texts that were asked for, and of which nothing came that could be learned. */
  readonly texts: number;
  readonly empty: number;
  /** Texts that ended where they were cut off. */
  readonly cut: number;
}

/**
 * Training samples that a model behind a server wrote (Kim & Rush 2016), read as the student's tokens.
 * @throws UserError, Interruption as {@link answersOfServer}; UserError if nothing came that could be learned
 */
export async function textsOfServer(
  dataset: Dataset,
  config: GeneratedConfig,
  options: ServerOptions,
): Promise<WrittenSplit> {
  const wanted = await textsToContinue(dataset, config, options.server);
  const answers = await answersOfServer(
    wanted.map(({ question }) => question),
    readWritten,
    options,
  );
  try {
    const { padId, length } = dataset.task.text!;
    const tokens = new TokenStore(dataset.task.classes);
    let cut = 0;
    for (const text of wanted) {
      const written = writtenSchema.parse(await answers.answerTo(text.question));
      const sample = sampleOf(text, written, dataset.tokenizer!, length, options.server);
      if (!sample) continue;
      if (!written.ended) cut++;
      tokens.add(sample.ids, sample.prompt);
    }
    if (tokens.count === 0)
      throw new UserError(
        'Nothing that the server wrote fits into a sample of the student behind its prompt.',
        {
          remedy: 'Set "length" of the dataset higher, or "promptLength" of the strategy lower.',
        },
      );
    const { used, asked, seconds } = answers;
    return {
      split: new TextSplit(
        'subset',
        { tokens, idOffset: 0 },
        Int32Array.from({ length: tokens.count }, (_, index) => index),
        { padId, buckets: lengthBuckets(length) },
      ),
      digest: tokens.digest(),
      ...{ used, asked, seconds },
      texts: wanted.length,
      empty: wanted.length - tokens.count,
      cut,
    };
  } finally {
    await answers.close();
  }
}

/** A prompt and what was written behind it; undefined where there is nothing to learn. */
function sampleOf(
  { start, prompt }: TextToContinue,
  { text, ended }: WrittenText,
  tokenizer: Tokenizer,
  length: number,
  server: Pick<ServerConfig, 'interface'>,
): { ids: number[]; prompt: number } | undefined {
  if (text.trim() === '') return undefined;
  const begun = start.own
    ? [...start.prompt]
    : [...beginOf(start.prompt, tokenizer), ...tokenizer.encode(prompt)];
  // Whoever answers a message begins anew, without the space between two words.
  const anew = server.interface === 'chat' && !start.own && /^[\p{L}\p{N}]/u.test(text);
  const end = ended && tokenizer.endId !== undefined ? [tokenizer.endId] : [];
  const ids = [...begun, ...tokenizer.encode(anew ? ` ${text}` : text), ...end].slice(0, length);
  return ids.length > Math.max(1, begun.length) ? { ids, prompt: begun.length } : undefined;
}

/** Tokens that begin a document, where the sample begins with one. */
const beginOf = (ids: Int32Array, { begin }: Tokenizer): readonly number[] =>
  begin.every((id, at) => ids[at] === id) ? begin : [];
