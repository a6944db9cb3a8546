import { missing } from './formatting.ts';

/** How a file answers beside the trained model, as far as it can be in doubt. */
interface Answers {
  readonly agreement: number | null;
  readonly madeUp?: string | undefined;
}

/** A file that gives fewer of the trained model's answers is in doubt: more than one answer in twenty is another. */
export const fewestSameAnswers = 0.95;

export const answersOtherwise = ({ agreement }: Answers): boolean =>
  agreement === null || !(agreement >= fewestSameAnswers);

/** A largest difference of logits: "0.0013", "2.4e-7". */
export const formatDifference = (difference: number | null): string =>
  difference === null ? missing : String(Number(difference.toPrecision(2)));
