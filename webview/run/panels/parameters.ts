import { html } from 'lit';
import { panel } from '../panel.ts';
import '../parameter-editor.ts';

export const parametersPanel = panel({
  id: 'parameters',
  title: 'Hyperparameters',
  needs: ['parameters', 'writable'],
  draw: ({ parameters, writable }, { dashboard, row }) =>
    html`<distillery-parameters
      .dashboard=${dashboard}
      .run=${row.id}
      .parameters=${parameters}
      .writable=${writable}
    ></distillery-parameters>`,
});
