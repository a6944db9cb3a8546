import { type RequestLimits, requestLimits } from '../../data/network/limits.ts';
import { positiveSetting } from '../../data/network/setting.ts';

/** What is borne from a hub beside what is borne from any server. */
export interface HubLimits extends RequestLimits {
  /** Answers about one model: the list of its files comes in pages. */
  readonly pages: number;
  /** Bytes of one answer that is not a file. */
  readonly answerBytes: number;
  /** Bytes of one file that is read whole: configurations, tokenizers, the index of the weights. */
  readonly textBytes: number;
  /** Bytes of all files of a model. */
  readonly modelBytes: number;
}

export const sizeVariable = 'DISTILLERY_LARGEST_MODEL_GB';

/** @throws UserError if the environment names a limit that is none */
export const hubLimits = (): HubLimits => ({
  ...requestLimits(),
  pages: 100,
  answerBytes: 16 << 20,
  textBytes: 256 << 20,
  modelBytes: 1e9 * positiveSetting(sizeVariable, 100, 'gigabytes', 1e6),
});
