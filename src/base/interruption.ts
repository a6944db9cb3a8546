/** 'stop' and 'drop', which is what a sweep asks for, keep what is needed to go on later; 'cancel' does not. */
export type StopReason = 'stop' | 'cancel' | 'drop';

/** Thrown where work ends early because somebody asked for it; whatever had to be kept has been. */
export class Interruption extends Error {
  readonly reason: StopReason;

  constructor(reason: StopReason) {
    super(reason === 'cancel' ? 'Cancelled on request.' : 'Stopped on request.');
    this.name = 'Interruption';
    this.reason = reason;
  }
}

/** Asked between steps, so it must be cheap. */
export type StopRequested = () => StopReason | undefined;

/** @throws Interruption if somebody asked for one. */
export function heed(stopRequested: StopRequested): void {
  const reason = stopRequested();
  if (reason) throw new Interruption(reason);
}
