import { html, nothing, type TemplateResult } from 'lit';
import { quietButton } from '../parts/controls.ts';
import { type Span, whole } from './picture.ts';

/** The narrowest part that is shown, in percent. */
const least = 2;

/** The part around the middle of another, `factor` times as long, within the whole. */
export function zoomed({ start, end }: Span, factor: number): Span {
  const length = Math.min(100, Math.max(least, (end - start) * factor));
  return moved({ start: (start + end - length) / 2, end: (start + end + length) / 2 }, 0);
}

/** The part further on by a share of its length, as far as there is more. */
export function moved({ start, end }: Span, share: number): Span {
  const length = end - start;
  const from = Math.min(100 - length, Math.max(0, start + share * length));
  return { start: from, end: from + length };
}

/** Ways to look closer at a part of an axis that need no mouse; with one, Control and the wheel, and dragging, do the same. */
export function zoomButtons(span: Span, onSpan: (span: Span) => void): TemplateResult {
  const near = span.end - span.start < 100;
  return html`<span class="zoom" role="group" aria-label="Part shown" title="Control with the wheel zooms; drag to move.">
    ${quietButton('Zoom in', () => onSpan(zoomed(span, 0.5)))}
    ${
      near
        ? html`${quietButton('Zoom out', () => onSpan(zoomed(span, 2)))}
          ${quietButton('◂', () => onSpan(moved(span, -0.5)), 'Show what is before')}
          ${quietButton('▸', () => onSpan(moved(span, 0.5)), 'Show what is after')}
          ${quietButton('Whole', () => onSpan(whole), 'Show the whole axis')}`
        : nothing
    }
  </span>`;
}
