import type { Doubt } from '../../worker/directory/events.ts';

/** Kinds of doubt that are about the teacher's figures beside a student's, and say nothing of one student beside another. */
const ofTeacherAlone = new Set(['other-tokens', 'across-tokenizers']);

/** Whether doubts touch what a verdict is about: students of the same tokens, with a teacher and without. */
export const touchVerdict = (doubts: readonly Pick<Doubt, 'kind'>[]): boolean =>
  doubts.some(({ kind }) => !ofTeacherAlone.has(kind));
