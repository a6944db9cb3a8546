import { acrossOf } from '../../experiment/schema/own-tokens.ts';
import type { Check } from '../context.ts';
import { hasConversations } from '../data/known-tokenizer.ts';

/** Two tokenizers write a conversation in two ways, so that their texts are not the same to be compared. */
export const checkConversations: Check = ({ experiment }) => {
  if (!hasConversations(experiment.dataset)) return [];
  return acrossOf(experiment).map(({ path }) => ({
    message:
      'Conversations are written by the chat template of a tokenizer, so two tokenizers read other texts, which cannot be compared token by token.',
    remedy: 'Remove "across" and let teacher and student share a tokenizer, or use the strategy "generated".',
    path: ['strategy', ...path],
    severity: 'error',
    code: 'across',
  }));
};
