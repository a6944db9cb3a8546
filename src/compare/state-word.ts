import type { RunState } from '../worker/directory/run-states.ts';

/**
 * What people read for a state. Events and databases call a run 'cancelled' that was asked to end; whether it kept something
 * to resume from is told beside it, and not by another name.
 */
export const stateWord = (state: RunState): string => (state === 'cancelled' ? 'stopped' : state);
