import { html, nothing, type TemplateResult } from 'lit';

/** A heading of a level that depends on where it stands. */
export function heading(level: number, content: unknown, id?: string): TemplateResult {
  switch (level) {
    case 2:
      return html`<h2 id=${id ?? nothing}>${content}</h2>`;
    case 3:
      return html`<h3 id=${id ?? nothing}>${content}</h3>`;
    default:
      return html`<h4 id=${id ?? nothing}>${content}</h4>`;
  }
}
