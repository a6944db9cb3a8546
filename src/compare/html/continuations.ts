import type { Comparison } from '../figures.ts';
import type { RunGroup } from '../groups.ts';
import { html, type Markup, name } from './markup.ts';

const mostGroups = 12;

/** How the language models of each group go on with texts of the test set. */
export function continuationCards(comparison: Comparison): Markup {
  const groups = comparison.groups.filter(({ samples }) => samples !== null);
  if (groups.length === 0) return html``;
  const rest = groups.length - mostGroups;
  return html`<h2>Sample continuations</h2>
    <p class="soft small">Beginnings of test texts, how each goes on, and what the models drew for it, from the likeliest tokens that have 90 % of the probability together.</p>
    <div class="cards">${groups.slice(0, mostGroups).map(card)}</div>
    ${rest > 0 ? html`<p class="soft small">And ${rest} more experiments.</p>` : ''}`;
}

const card = ({ label, samples }: RunGroup): Markup => html`<section class="card samples">
    <h3 class="inline">${name(label)} <span class="soft">seed ${samples!.seed}</span></h3>
    ${samples!.continuations.map(
      ({ prompt, reference, texts }) => html`<p class="small"><b><bdi>${prompt}</bdi> …</b></p>
    <dl class="small">${[['the text', reference] as const, ...Object.entries(texts)].map(
      ([who, text]) => html`<dt class="soft">${who}</dt><dd><bdi>${text}</bdi></dd>`,
    )}</dl>`,
    )}
  </section>`;
