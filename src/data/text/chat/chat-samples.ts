import { UserError } from '../../../base/user-error.ts';
import type { MakeSamples } from '../language-samples.ts';
import { ofConversations, PromptTally } from '../prompt-tally.ts';
import { TokenStore } from '../token-store.ts';
import type { Stretch } from './template.ts';

/**
 * A sample of each conversation, in which the tokens of the assistant alone are learned; those that are longer than a
 * sample are cut off.
 * @throws UserError if the tokenizer has no template, or it fails
 */
export const chatSamples: MakeSamples = async (pieces, tokenizer, length) => {
  const { vocabulary, unknownId } = tokenizer;
  const chat = tokenizer.chat?.();
  if (!chat)
    throw new UserError(
      'The texts are conversations, and the tokenizer has no chat template to write them with.',
      {
        remedy:
          'Take the tokenizer of a model that was trained on conversations, or put its chat_template.jinja beside tokenizer.json.',
        option: 'tokenizer',
      },
    );
  const tokens = new TokenStore(vocabulary);
  const prompts = new PromptTally(ofConversations);
  const amount = { bytes: 0, tokens: 0, unknown: 0 };
  for await (const { conversation } of pieces) {
    if (!conversation) throw new Error('A text that is no conversation has no template.');
    const { text, learned } = chat.render(conversation);
    const { ids, ends } = tokenizer.encodePlaced(text);
    const targets = learned.flatMap((stretch) => tokensIn(text, stretch, ends));
    prompts.texts++;
    for (const [start, end] of learned) amount.bytes += Buffer.byteLength(text.slice(start, end));
    for (const [start, end] of targets) {
      amount.tokens += end - start;
      for (let at = start; at < end; at++) if (ids[at] === unknownId) amount.unknown++;
    }
    // The first token is never predicted.
    const kept = targets.flatMap(([start, end]): Stretch[] => {
      const stretch: Stretch = [Math.max(1, start), Math.min(end, length)];
      return stretch[0] < stretch[1] ? [stretch] : [];
    });
    if (kept.length === 0) {
      prompts.leftOut++;
      continue;
    }
    if (ids.length > length) prompts.cutOff++;
    tokens.add(ids.slice(0, length), kept[0]![0], kept);
  }
  return { tokens, prompts, amount };
};

/**
 * The tokens that have a part in a stretch of the text, as transformers counts them.
 * @param ends where each token ends, in bytes
 */
function tokensIn(text: string, [start, end]: Stretch, ends: readonly number[]): Stretch[] {
  const from = Buffer.byteLength(text.slice(0, start));
  const to = from + Buffer.byteLength(text.slice(start, end));
  let first = 0;
  while (first < ends.length && ends[first]! <= from) first++;
  let behind = first;
  while (behind < ends.length && (behind === 0 ? 0 : ends[behind - 1]!) < to) behind++;
  return first < behind ? [[first, behind]] : [];
}
