import { html, type TemplateResult } from 'lit';
import type { SharedPrompt } from '../../src/compare/continuations.ts';
import { strategyMark, userText } from './marks.ts';

/** So much of a text is read; a model that never ends must not fill the page. */
const most = 2000;

/** How texts of the test set go on: by themselves, and by each model, side by side. */
export function continuationList(prompts: readonly SharedPrompt[]): TemplateResult {
  return html`<p class="hint">
      Beginnings of test texts, how each goes on, and what the models drew for it, from the likeliest tokens that have 90 % of
      the probability together.
    </p>
    <ol class="continuations">
      ${prompts.map(
        ({ prompt, reference, writings }) => html`<li class="card">
          <p class="prompt"><bdi>${prompt.slice(0, most)}</bdi><span aria-hidden="true"> …</span></p>
          <dl>
            <div>
              <dt>The text itself</dt>
              <dd><bdi>${reference.slice(0, most)}</bdi></dd>
            </div>
            ${writings.map(
              (writing) => html`<div>
                <dt class="labelled">${strategyMark(writing)}${userText(writing.label)}</dt>
                <dd>${writing.text === '' ? html`<i>nothing</i>` : html`<bdi>${writing.text.slice(0, most)}</bdi>`}</dd>
              </div>`,
            )}
          </dl>
        </li>`,
      )}
    </ol>`;
}
