import { promptsOfRun } from '../../../src/compare/continuations.ts';
import { continuationList } from '../../parts/continuations.ts';
import { panel } from '../panel.ts';

export const samplesPanel = panel({
  id: 'samples',
  title: 'Sample continuations',
  needs: ['continuations'],
  draw: ({ continuations }, { row: { strategy }, variant }) =>
    continuations.length === 0
      ? undefined
      : continuationList(promptsOfRun(continuations, { label: 'Student', strategy, variant })),
});
