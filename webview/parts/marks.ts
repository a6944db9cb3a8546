import { html, nothing, type TemplateResult } from 'lit';
import { type Coloured, colorName, strategyShape } from '../../src/compare/charts/drawing/chart-theme.ts';
import { partsOf, shortLabels } from '../../src/compare/charts/drawing/short-labels.ts';
import { formatSeconds } from '../../src/compare/formatting.ts';
import { stateWord } from '../../src/compare/state-word.ts';
import type { Verdict } from '../../src/compare/verdicts/verdict.ts';
import type { Doubt } from '../../src/worker/directory/events.ts';
import type { RunState } from '../../src/worker/directory/run-states.ts';
import type { RunRow } from '../protocol/rows.ts';

const states: Readonly<Record<RunState, { readonly sign: string; readonly tone: string }>> = {
  queued: { sign: 'M5 .9a4.1 4.1 0 1 0 .01 0zM5 2.8v2.5l1.7 1', tone: 'quiet' },
  running: { sign: 'M2.5 1.2l6 3.8-6 3.8z', tone: 'accent' },
  completed: { sign: 'M1.3 5.4l2.6 2.7 4.8-6', tone: 'good' },
  failed: { sign: 'M2 2l6 6M8 2l-6 6', tone: 'bad' },
  cancelled: { sign: 'M2 2h6v6h-6z', tone: 'quiet' },
  interrupted: { sign: 'M3.2 1.5v7M6.8 1.5v7', tone: 'unsure' },
  dropped: { sign: 'M5 1.5v6M2.3 5L5 7.7 7.7 5', tone: 'quiet' },
};

const icon = (path: string) =>
  html`<svg class="icon" viewBox="0 0 10 10" aria-hidden="true"><path d=${path}></path></svg>`;

/** What the state of a run says in words, all of it and as little as does; `progress` where a bar shows how far it is. */
export function stateText(row: RunRow): {
  readonly text: string;
  readonly short: string;
  readonly progress: number | null;
} {
  if (row.state !== 'running' || row.progress === null)
    return { text: stateWord(row.state), short: '', progress: null };
  const progress = Math.round(Math.min(1, Math.max(0, row.progress)) * 100);
  return { text: `${row.phase ?? 'running'} ${progress} %`, short: `${progress} %`, progress };
}

/** The state of a run as sign and word, with a bar while it runs. On a narrow page the words give way to the figures. */
export function stateMark(row: RunRow): TemplateResult {
  const { sign, tone } = states[row.state];
  const { text, progress } = stateText(row);
  if (progress === null)
    return html`<span class="state ${tone}" title=${row.problem ?? stateWord(row.state)}
      >${icon(sign)} <span class="word">${text}</span></span
    >`;
  const left = row.remainingSeconds === null ? '' : `, ${formatSeconds(row.remainingSeconds)} left`;
  const phase = row.phase ?? 'running';
  return html`<span class="state ${tone} progress" title="${phase}: ${progress} %${left}">
    <span class="bar" aria-hidden="true"><span .style=${`inline-size:${progress}%`}></span></span>
    <span><span class="word">${phase} </span>${progress} %</span>
  </span>`;
}

const paths: Readonly<Record<string, string>> = {
  circle: 'M5 0a5 5 0 1 0 .01 0z',
  rect: 'M.8 .8h8.4v8.4h-8.4z',
  roundRect: 'M2.5 .8h5q1.7 0 1.7 1.7v5q0 1.7-1.7 1.7h-5q-1.7 0-1.7-1.7v-5q0-1.7 1.7-1.7z',
  triangle: 'M5 0l5 9.4h-10z',
  diamond: 'M5 0l5 5-5 5-5-5z',
  pin: 'M5 10q-4-4.4-4-6.2a4 4 0 0 1 8 0q0 1.8-4 6.2z',
  arrow: 'M5 0l4.4 10-4.4-2.6-4.4 2.6z',
};

/** The mark of a strategy: the colour and shape it has in every chart. */
export function strategyMark(model: Coloured): TemplateResult {
  const shape = strategyShape(model.strategy);
  const hollow = shape.startsWith('empty');
  const name = hollow ? shape.charAt(5).toLowerCase() + shape.slice(6) : shape;
  return html`<svg class="mark ${hollow ? 'hollow' : ''}" viewBox="-1 -1 12 12" aria-hidden="true">
    <path class=${colorName(model)} d=${paths[name] ?? paths.circle!}></path>
  </svg>`;
}

const outcomes = {
  BEATS: { sign: 'M1.3 5.4l2.6 2.7 4.8-6', tone: 'good' },
  'DOES NOT BEAT': { sign: 'M2 2l6 6M8 2l-6 6', tone: 'bad' },
  INCONCLUSIVE: { sign: 'M1 6q2-4 4-1.3t4-1.3', tone: 'unsure' },
} as const;

export function outcomeMark(outcome: Verdict['outcome']): TemplateResult {
  const { sign, tone } = outcomes[outcome];
  return html`<span class="outcome ${tone}">${icon(sign)} ${outcome}</span>`;
}

const doubtSign = 'M5 .9L9.4 8.9H.6zM5 3.7v2.2M5 7.4v.1';

/** A sign that results are in doubt, with the reasons as its tooltip; nothing where they are not. */
export function doubtMark(doubts: readonly Doubt[]): TemplateResult | typeof nothing {
  if (doubts.length === 0) return nothing;
  const reasons = doubts.map(({ message }) => message).join('\n');
  return html`<span class="doubt unsure" role="img" aria-label="In doubt: ${reasons}" title=${reasons}
    >${icon(doubtSign)}</span
  >`;
}

/** The reasons to doubt results, to read; nothing where there are none. */
export function doubtList(doubts: readonly Doubt[]): TemplateResult | typeof nothing {
  if (doubts.length === 0) return nothing;
  return html`<ul class="doubts unsure" aria-label="Doubts">
    ${doubts.map(({ message }) => html`<li>${icon(doubtSign)} <span>${message}</span></li>`)}
  </ul>`;
}

/**
 * A name as somebody wrote it: in a direction of its own, cut where it is too long, whole in the tooltip.
 * @param shown what is to be read of it where there is no room for all
 */
export const userText = (text: string, shown = text): TemplateResult =>
  html`<bdi class="user-text" title=${shown !== text || text.length > 24 ? text.slice(0, 1000) : nothing}>${shown.slice(0, 1000)}</bdi>`;

/** Signs of a name on a narrow page, where it has two lines, and of its settings, which have one. */
const briefSigns = 22;
const briefSettingSigns = 16;

type NameOf = (label: string) => TemplateResult;

/** Several tables stand on a page, and each is drawn again with every change of it. */
const mostKept = 8;
const kept = new Map<string, NameOf>();

/**
 * Names of models that stand beside each other where there may be little room. The name, and the settings that tell it from
 * others of that name, are cut each for itself, and on a narrow page to what tells it from the others. Whole in the tooltip.
 * The same labels are cut once.
 */
export function modelNames(labels: readonly string[]): NameOf {
  const key = JSON.stringify(labels);
  const known = kept.get(key) ?? namesOf(labels);
  kept.delete(key);
  kept.set(key, known);
  if (kept.size > mostKept) kept.delete(kept.keys().next().value!);
  return known;
}

function namesOf(labels: readonly string[]): NameOf {
  const cut = shortLabels(labels, briefSigns, briefSettingSigns);
  const briefs = new Map(labels.map((label, index) => [label, cut[index]!]));
  return (label) => {
    const brief = briefs.get(label) ?? label;
    const { name, settings } = partsOf(label.slice(0, 1000));
    if (settings === '' && brief === label) return userText(label);
    return html`<bdi class="user-text parted" title=${label.slice(0, 1000)}
      ><span class="full">${name}</span>${settings === '' ? nothing : html` <span class="full">(${settings})</span>`}<span
        class="brief"
        aria-hidden="true"
        >${brief}</span
      ></bdi
    >`;
  };
}
