import type { Draw } from '../../charts/drawing/chart-frame.ts';
import { lightTheme } from '../../charts/drawing/chart-theme.ts';
import { renderSvg } from '../svg.ts';
import { html, Markup } from './markup.ts';

/** A chart for wide and one for narrow pages, with its figures as a table. */
export function chartFigure(draw: Draw, id: string): Markup {
  const wide = draw(lightTheme, { width: 540 });
  const narrow = draw(lightTheme, { width: 330 });
  return html`<figure class="card" role="group" aria-labelledby="${id}-title" aria-describedby="${id}-text">
    <figcaption><h3 id="${id}-title" class="inline">${wide.title}</h3><p class="inline">${wide.caption}</p><p class="hidden" id="${id}-text">${wide.description}</p></figcaption>
    <div class="wide">${new Markup(renderSvg(wide, lightTheme, { width: 540 }, `${id}w`))}</div>
    <div class="narrow">${new Markup(renderSvg(narrow, lightTheme, { width: 330 }, `${id}n`))}</div>
    <details><summary>Figures</summary><div class="scroll" tabindex="0" role="region" aria-label="${`Figures: ${wide.title}`}"><table>
      <thead><tr>${wide.columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
      <tbody>${wide.rows.map((row) => html`<tr>${row.map((cell) => html`<td><bdi>${cell}</bdi></td>`)}</tr>`)}</tbody>
    </table></div></details>
  </figure>`;
}
