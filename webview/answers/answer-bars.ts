import { html, nothing, type TemplateResult } from 'lit';
import { dropdown, textField } from '../parts/controls.ts';
import type { AnswerSide } from '../protocol/answers.ts';
import {
  type AnswerLook,
  type NamedSource,
  nameOfSide,
  shows,
  showsOfOne,
  sideKey,
  sidesOf,
  sortings,
} from './choices.ts';

export interface BarsOptions {
  readonly sources: readonly NamedSource[];
  readonly sides: readonly [AnswerSide, AnswerSide];
  readonly source: NamedSource['source'];
  readonly look: AnswerLook;
  readonly first: string;
  readonly second: string;
  /** Whether both sides are the same model. */
  readonly alone: boolean;
  onSides(sides: readonly [AnswerSide, AnswerSide]): void;
  onLook(change: Partial<AnswerLook>, typed?: boolean): void;
}

const filterHelp =
  'Words of the text, and conditions: a.confidence > 90%, b=wrong, label=spam, lost > 0.5, divergence > 0.1, length < 50, column.NAME:part. A is the first model, b the second; a minus turns one round.';

/** What is laid side by side, which samples of it are shown, and in which order. */
export function answerBars(options: BarsOptions): TemplateResult {
  const { sources, sides, source, look, first, second, alone, onSides, onLook } = options;
  const [a, b] = sides;
  const all = sidesOf(sources);
  const choices = all.map((side) => ({ value: sideKey(side), label: nameOfSide(side, sources) }));
  const chosen = (value: string) => all.find((side) => sideKey(side) === value);
  const pick = (at: 0 | 1) => (value: string) => {
    const side = chosen(value);
    if (side) onSides(at === 0 ? [side, b] : [a, side]);
  };
  const labels = source.classNames.slice(0, mostLabels);
  return html`<div class="toolbar" role="toolbar" aria-label="Answers">
    ${all.length > 1 ? html`${dropdown('First', choices, sideKey(a), pick(0))} ${dropdown('Second', choices, sideKey(b), pick(1))}` : nothing}
    ${
      source.kind === 'classes'
        ? html`${dropdown('Show', alone ? showsOfOne : shows(first, second), look.show, (show) => onLook({ show }))}
          ${dropdown(
            'Label',
            [{ value: '', label: 'Any' }, ...labels.map((label) => ({ value: label, label }))],
            look.label,
            (label) => onLook({ label }),
          )}`
        : nothing
    }
    ${dropdown('Order', sortings(first, second, source), look.sort, (sort) => onLook({ sort }))}
    <span class="field answer-filter"><span class="label" aria-hidden="true">Filter</span>${textField(
      'Filter samples',
      look.filter,
      {
        placeholder: 'words, or b.confidence > 90%',
        title: filterHelp,
        onInput: (filter) => onLook({ filter }, true),
      },
    )}</span>
  </div>`;
}

/** A list of thousands of classes is none to choose from: label=NAME finds the others. */
const mostLabels = 200;
