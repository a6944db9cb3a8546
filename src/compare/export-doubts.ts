import { missing } from './formatting.ts';

/** A file that gives fewer of the trained model's answers is in doubt: more than one answer in twenty is another. */
export const fewestSameAnswers = 0.95;

export const answersOtherwise = ({ agreement }: { readonly agreement: number | null }): boolean =>
  agreement === null || !(agreement >= fewestSameAnswers);

/** A largest difference of logits: "0.0013", "2.4e-7". */
export const formatDifference = (difference: number | null): string =>
  difference === null ? missing : String(Number(difference.toPrecision(2)));

/** Whether a file was not run but read back, so that its weights answered in Distillery's own model. */
export const wasReadBack = ({ by }: { readonly by?: string | null | undefined }): boolean =>
  by === 'distillery';

/** What that means. */
export const readBackNote =
  'GGUF files were read back, and Distillery’s own model answered with their weights: llama.cpp is no part of it.';
