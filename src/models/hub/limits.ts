import { UserError } from '../../experiment/user-error.ts';

/** What is borne from a hub. A server may be slow, broken or malicious; none may hang a run or fill a disk. */
export interface HubLimits {
  /** Milliseconds until an answer begins, connecting included. */
  readonly answerMs: number;
  /** Milliseconds without a byte, once an answer has begun. */
  readonly silenceMs: number;
  /** Milliseconds that a server may ask to be left alone for (Retry-After). */
  readonly waitMs: number;
  /** Attempts at a file in a row that bring nothing of it. */
  readonly attempts: number;
  /** Milliseconds before the second attempt at a file; each further pause is twice as long. */
  readonly pauseMs: number;
  /** Redirects of one request. */
  readonly redirects: number;
  /** Answers about one model: the list of its files comes in pages. */
  readonly pages: number;
  /** Bytes of one answer that is not a file. */
  readonly answerBytes: number;
  /** Bytes of one file that is read whole: configurations, tokenizers, the index of the weights. */
  readonly textBytes: number;
  /** Bytes of all files of a model. */
  readonly modelBytes: number;
}

/** The one that all tools of the Hub read, in seconds. */
export const timeoutVariable = 'HF_HUB_DOWNLOAD_TIMEOUT';
export const sizeVariable = 'DISTILLERY_LARGEST_MODEL_GB';

const usualSeconds = 30;
const usualGigabytes = 100;

/** @throws UserError if the environment names a limit that is none */
export function hubLimits(): HubLimits {
  const patienceMs = 1000 * positive(timeoutVariable, usualSeconds, 'seconds', 86_400);
  return {
    answerMs: patienceMs,
    silenceMs: patienceMs,
    waitMs: 60_000,
    attempts: 4,
    pauseMs: 500,
    redirects: 5,
    pages: 100,
    answerBytes: 16 << 20,
    textBytes: 256 << 20,
    modelBytes: 1e9 * positive(sizeVariable, usualGigabytes, 'gigabytes', 1e6),
  };
}

function positive(variable: string, usual: number, unit: string, most: number): number {
  const given = process.env[variable]?.trim() ?? '';
  if (given === '') return usual;
  const value = Number(given);
  if (value > 0 && value <= most) return value;
  throw new UserError(`${variable} is "${given}".`, {
    remedy: `Set it to a number of ${unit} up to ${most}, or not at all.`,
  });
}
