/** A missing or endless figure is a dash. */
export const percent = (fraction: number | null | undefined): string =>
  typeof fraction === 'number' && Number.isFinite(fraction) ? `${(100 * fraction).toFixed(2)} %` : dash;

export const decimal = (value: number | null | undefined, digits: number): string =>
  typeof value === 'number' && Number.isFinite(value) ? value.toFixed(digits) : dash;

export const dash = '–';

/** Text as itself: no markup, no HTML, on one line. */
export const escapeMarkdown = (text: string): string =>
  text
    .replaceAll(/\s+/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/[\\`*_{}[\]()#+!|>~-]/g, String.raw`\$&`);
