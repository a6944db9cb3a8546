import { type AskedTask, taskRecord } from '../../../experiment/tasks/all.ts';
import type { Tokenizer } from './tokenizer.ts';

/** Ids that a tokenizer puts around every text, whatever the text says. */
export interface SpecialTokens {
  readonly before: readonly number[];
  readonly behind: readonly number[];
}

/** What stands around a text of a task. The end of a document to continue is the data's, so it is not counted here. */
export const specialTokensOf = (
  { prefix, suffix, begin }: Pick<Tokenizer, 'prefix' | 'suffix' | 'begin'>,
  task: AskedTask,
): SpecialTokens =>
  taskRecord(task).continuesTexts ? { before: begin, behind: [] } : { before: prefix, behind: suffix };

/**
 * Where two tokenizers put other special tokens around every text: `before a text stands "[CLS]" for the teacher, but
 * nothing for the student`.
 * @param tokens what the ids of both mean
 * @param names of whose tokenizers they are
 */
export function specialTokensDifferences(
  first: SpecialTokens,
  second: SpecialTokens,
  tokens: Tokenizer['tokens'],
  names: readonly [string, string],
): string[] {
  const nameOf = new Map([...tokens].map(([token, id]) => [id, token]));
  const shown = (ids: readonly number[]) =>
    ids.length === 0
      ? 'nothing'
      : ids.map((id) => (nameOf.has(id) ? JSON.stringify(nameOf.get(id)) : `id ${id}`)).join(' ');
  return (['before', 'behind'] as const).flatMap((place) =>
    first[place].join() === second[place].join()
      ? []
      : [
          `${place} a text stands ${shown(first[place])} for ${names[0]}, but ${shown(second[place])} for ${names[1]}`,
        ],
  );
}
