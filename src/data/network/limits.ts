import { positiveSetting } from './setting.ts';

/** What is borne from a server. It may be slow, broken or malicious; none may hang a run or fill a disk. */
export interface RequestLimits {
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
}

/** The one that all tools of the Hub read, in seconds. */
const timeoutVariable = 'HF_HUB_DOWNLOAD_TIMEOUT';

/** @throws UserError if the environment names a limit that is none */
export function requestLimits(): RequestLimits {
  const patienceMs = 1000 * positiveSetting(timeoutVariable, 30, 'seconds', 86_400);
  return {
    answerMs: patienceMs,
    silenceMs: patienceMs,
    waitMs: 60_000,
    attempts: 4,
    pauseMs: 500,
    redirects: 5,
  };
}
