import { type SharedPrompt, sharedPrompts } from '../../continuations.ts';
import type { Comparison } from '../../figures.ts';
import { html, type Markup, name } from './markup.ts';
import { dot } from './sections.ts';

/** How texts of the test set go on, by themselves and by each model, side by side. */
export function continuationCards(comparison: Comparison): Markup {
  const prompts = sharedPrompts(comparison);
  if (prompts.length === 0) return html``;
  return html`<h2>Sample continuations</h2>
    <p class="soft small">Beginnings of test texts, how each goes on, and what the models drew for it, from the likeliest tokens that have 90 % of the probability together.</p>
    ${prompts.map(card)}`;
}

const card = ({ prompt, reference, writings }: SharedPrompt): Markup => html`<section class="card samples">
    <p><b><bdi>${prompt}</bdi> …</b></p>
    <dl>
      <div><dt class="soft">The text itself</dt><dd><bdi>${reference}</bdi></dd></div>
      ${writings.map((one) => html`<div><dt class="soft labelled">${dot(one)}${name(one.label)}</dt><dd><bdi>${one.text}</bdi></dd></div>`)}
    </dl>
  </section>`;
