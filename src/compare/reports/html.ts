import { createHash } from 'node:crypto';
import { classCharts, leftOutOfClassCharts } from '../charts/class-charts.ts';
import { candidateCharts, comparisonCharts, learningCharts } from '../charts/comparison-charts.ts';
import type { LearningCurve } from '../charts/learning-curves.ts';
import type { Comparison } from '../figures.ts';
import { partsOf } from '../sections/parts.ts';
import { verdictMethod } from '../verdicts/verdict-text.ts';
import { chartFigure } from './html/chart-figure.ts';
import { continuationCards } from './html/continuations.ts';
import { html, type Markup, Markup as MarkupText, name } from './html/markup.ts';
import { reportStyle } from './html/report-style.ts';
import {
  adviceList,
  candidatesTable,
  cardsByOutcome,
  differencesTable,
  doubtsTable,
  environmentTable,
  mainTable,
  referenceTable,
  runsTable,
  verdictCards,
} from './html/sections.ts';

export interface HtmlOptions {
  readonly title?: string;
  readonly generatedAt?: Date;
  readonly curves?: readonly LearningCurve[];
}

/**
 * The whole comparison as one page that opens in any browser: no network, no script, everything from users escaped. Its
 * policy allows nothing but the style it carries, so that even a mistake in escaping could run nothing.
 */
export function renderHtml(comparison: Comparison, options: HtmlOptions = {}): string {
  const experiments = [...new Set(comparison.runs.map((run) => run.experiment))];
  const title = options.title ?? (experiments.length === 1 ? experiments[0]! : 'Teacher against student');
  const styleHash = createHash('sha256').update(reportStyle).digest('base64');
  let number = 0;
  const figures = (draws: Parameters<typeof chartFigure>[0][]): Markup[] =>
    draws.map((draw) => {
      number += 1;
      return chartFigure(draw, `c${number}`);
    });
  const section = (heading: string, content: readonly Markup[], note = '') =>
    content.length === 0
      ? html``
      : html`<h2>${heading}</h2>${note && html`<p class="soft small">${note}</p>`}<div class="charts">${content}</div>`;
  const content = (part: Comparison): Markup => {
    const candidates = figures(candidateCharts(part));
    return html`${verdictCards(part)}
${part.runs.length === 0 ? '' : mainTable(part)}
${cardsByOutcome(part)}
${doubtsTable(part)}
${section('Charts', figures(comparisonCharts(part)))}
${section('Learning curves', figures(learningCharts(part, options.curves ?? [])))}
${candidatesTable(part)}
${candidates.length === 0 ? '' : html`<div class="charts">${candidates}</div>`}
${section('Answers in detail', figures(classCharts(part)), leftOutOfClassCharts(part))}
${continuationCards(part)}
${adviceList(part)}
${differencesTable(part)}`;
  };
  const parts = partsOf(comparison);
  const explained = comparison.verdicts.length === 0 ? '' : html`<p class="soft small">${verdictMethod}</p>`;

  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title.slice(0, 200)} – Distillery</title>
<style>${new MarkupText(reportStyle)}</style>
</head>
<body>
<header>
<div class="eyebrow">Distillery</div>
<h1>${name(title)}</h1>
<p>${summary(comparison)}${options.generatedAt ? html` · <time datetime="${options.generatedAt.toISOString()}">${options.generatedAt.toISOString().slice(0, 16).replace('T', ' ')} UTC</time>` : ''}</p>
</header>
<main>
${comparison.runs.length === 0 ? html`<p class="card">There are no runs to compare yet. Start one with <code>distillery run FILE</code>.</p>` : ''}
${parts.length === 1 ? content(comparison) : parts.map((part) => partOf(part, content(part)))}
${explained === '' ? '' : html`<h2>How verdicts are made</h2>${explained}`}
${comparison.runs.length === 0 ? '' : runsTable(comparison)}
${environmentTable(comparison)}
${referenceTable()}
</main>
<footer>Accuracy is measured on the test set; ± is the standard deviation over seeds; sizes are bytes on disk; latency is the median of single samples on the device named above.</footer>
</body>
</html>
`.text;
}

/** The comparison on one of several data, with its headings a level below. */
function partOf({ sections, groups, runs }: Comparison, content: Markup): Markup {
  const deeper = content.text.replace(
    /<(\/?)h([23])\b/g,
    (_, end: string, level: string) => `<${end}h${Number(level) + 1}`,
  );
  const { title, task } = sections[0]!;
  return html`<section class="part"><h2 class="part-title">${name(title)}<small>${task} · ${counted(groups.length, 'experiment')} · ${counted(runs.length, 'run')}</small></h2>
${new MarkupText(deeper)}</section>`;
}

const counted = (count: number, word: string) =>
  `${count.toLocaleString('en-US')} ${word}${count === 1 ? '' : 's'}`;

function summary(comparison: Comparison): string {
  const unfinished = comparison.runs.filter((run) => run.state !== 'completed').length;
  return [
    ...(comparison.sections.length > 1 ? [`${comparison.sections.length} kinds of data`] : []),
    counted(comparison.groups.length, 'experiment'),
    counted(comparison.runs.length, 'run'),
    ...(unfinished > 0 ? [`${unfinished} not completed`] : []),
  ].join(' · ');
}
