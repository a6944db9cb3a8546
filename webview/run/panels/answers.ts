import { html } from 'lit';
import '../../answers/answers-view.ts';
import { remembered } from '../../state/remembered.ts';
import { panel } from '../panel.ts';

export const answersPanel = panel({
  id: 'answers',
  title: 'What the two answered',
  needs: ['answers'],
  draw: ({ answers }, { dashboard, row: { id } }) =>
    answers
      ? html`<distillery-answers .dashboard=${dashboard} .runs=${runs(id)}></distillery-answers>`
      : undefined,
});

/** The same list for the same run. */
const runs = remembered((run: string): readonly string[] => [run]);
