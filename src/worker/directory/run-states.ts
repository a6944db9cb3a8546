/** What holds of a run in one of its states. */
interface StateFacts {
  /** Whether nothing more happens to the run by itself. */
  readonly ended: boolean;
  /** Whether a run that ended so can go on; a run that was discarded kept nothing to go on from. */
  readonly resumes: 'no' | 'yes' | 'unless discarded';
  /** Whether it ended with nothing said of how good it is, though nothing is wrong with it: its sweep goes on with it. */
  readonly leftOff: boolean;
}

/** Every list of states, every condition on them and every menu that depends on one follows from this table. */
const facts = {
  queued: { ended: false, resumes: 'no', leftOff: false },
  running: { ended: false, resumes: 'no', leftOff: false },
  completed: { ended: true, resumes: 'no', leftOff: false },
  failed: { ended: true, resumes: 'yes', leftOff: false },
  cancelled: { ended: true, resumes: 'unless discarded', leftOff: true },
  interrupted: { ended: true, resumes: 'yes', leftOff: true },
  /** A sweep ended it early because others were ahead of it; nobody asked for that run by itself. */
  dropped: { ended: true, resumes: 'yes', leftOff: false },
} as const satisfies Record<string, StateFacts>;

export type RunState = keyof typeof facts;

export const runStates = Object.keys(facts) as readonly RunState[] as readonly [RunState, ...RunState[]];

/** States of a run that has ended. */
export const endStates = runStates.filter((state) => facts[state].ended);
/** States of a run that has yet to end. */
export const activeStates = runStates.filter((state) => !facts[state].ended);
/** States in which a run can always go on. */
export const resumableStates = statesThatResume('yes');
/** States in which a run can go on where it was not discarded. */
export const perhapsResumableStates = statesThatResume('unless discarded');

/** Whether a run has yet to end. */
export const isActive = (state: RunState): boolean => activeStates.includes(state);

/** Whether `resumeRun` would take the run: it ended before its end, and what it would go on from was kept. */
export const isResumable = (run: { readonly state: RunState; readonly cancelReason?: string }): boolean =>
  resumableStates.includes(run.state) ||
  (perhapsResumableStates.includes(run.state) && run.cancelReason !== 'cancel');

/** Whether a sweep that is started again goes on with a run that ended so. */
export const isLeftOff = (state: RunState): boolean => facts[state].leftOff;

function statesThatResume(how: StateFacts['resumes']): readonly RunState[] {
  return runStates.filter((state) => facts[state].resumes === how);
}
