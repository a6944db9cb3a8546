import { perhapsResumableStates, type RunState, resumableStates } from '../../worker/directory/run-states.ts';

/** States as a condition on rows of the table "runs". */
export const inStates = (states: readonly RunState[]): string =>
  `runs.state IN (${states.map((state) => `'${state}'`).join(', ')})`;

/** `isResumable` as a condition on rows of the table "runs". */
export const resumableSql = `(${inStates(resumableStates)}
  OR ${inStates(perhapsResumableStates)} AND CASE WHEN json_valid(runs.summary)
    THEN json_extract(runs.summary, '$.cancelReason') IS NOT 'cancel' END)`;
