import { html, type TemplateResult } from 'lit';

/** Nothing to show, why, and what to do about it. */
export function emptyState(title: string, text: string, action?: TemplateResult): TemplateResult {
  return html`<div class="placeholder">
    <svg viewBox="0 0 64 64" aria-hidden="true" class="flask">
      <path d="M25 6h14M28 6v18L12 52q-3 6 4 6h32q7 0 4-6L36 24V6" />
      <path class="fill" d="M19 44h26l6 10q1 3-2 3H15q-3 0-2-3z" />
    </svg>
    <h2>${title}</h2>
    <p>${text}</p>
    ${action}
  </div>`;
}

export function loadingState(text: string): TemplateResult {
  return html`<div class="placeholder" role="status">
    <vscode-progress-ring aria-label=${text}></vscode-progress-ring>
    <p>${text}</p>
  </div>`;
}

export function errorState(
  message: string,
  remedy: string | undefined,
  action?: TemplateResult,
): TemplateResult {
  return html`<div class="placeholder error" role="alert">
    <h2>${message}</h2>
    <p>${remedy}</p>
    ${action}
  </div>`;
}
