/** The name under which dragged runs are dropped among the editors; no such file lies anywhere. */
export const droppedRuns = {
  viewType: 'distillery.droppedRuns',
  name: 'Distillery Runs',
  fileName: 'runs.distillery-runs',
} as const;
