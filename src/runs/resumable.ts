import type { RunState } from '../worker/events.ts';

/** Whether `resumeRun` would take the run: it ended before its end, and what it would go on from was kept. */
export const isResumable = (run: { readonly state: RunState; readonly cancelReason?: string }): boolean =>
  run.state === 'interrupted' ||
  run.state === 'failed' ||
  (run.state === 'cancelled' && run.cancelReason !== 'cancel');

/** The same rule as a condition on rows of the table "runs". */
export const resumableSql = `(runs.state IN ('interrupted', 'failed')
  OR runs.state = 'cancelled' AND CASE WHEN json_valid(runs.summary)
    THEN json_extract(runs.summary, '$.cancelReason') IS NOT 'cancel' END)`;
