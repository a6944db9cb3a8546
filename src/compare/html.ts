import { createHash } from 'node:crypto';
import { classCharts } from './charts/class-charts.ts';
import { candidateCharts, comparisonCharts, learningCharts } from './charts/comparison-charts.ts';
import type { Comparison } from './figures.ts';
import { chartFigure } from './html/chart-figure.ts';
import { continuationCards } from './html/continuations.ts';
import { html, type Markup, Markup as MarkupText, name } from './html/markup.ts';
import { reportStyle } from './html/report-style.ts';
import {
  adviceList,
  candidatesTable,
  differencesTable,
  doubtsTable,
  environmentTable,
  mainTable,
  referenceTable,
  runsTable,
  verdictCards,
} from './html/sections.ts';
import type { LearningCurve } from './learning-curves.ts';

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
  const charts = figures(comparisonCharts(comparison));
  const curves = figures(learningCharts(comparison, options.curves ?? []));
  const candidates = figures(candidateCharts(comparison));
  const classes = figures(classCharts(comparison));
  const section = (heading: string, content: readonly Markup[]) =>
    content.length === 0 ? html`` : html`<h2>${heading}</h2><div class="charts">${content}</div>`;

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
${verdictCards(comparison)}
${comparison.runs.length === 0 ? '' : mainTable(comparison)}
${doubtsTable(comparison)}
${section('Charts', charts)}
${section('Learning curves', curves)}
${candidatesTable(comparison)}
${candidates.length === 0 ? '' : html`<div class="charts">${candidates}</div>`}
${section('Answers in detail', classes)}
${continuationCards(comparison)}
${adviceList(comparison)}
${differencesTable(comparison)}
${comparison.runs.length === 0 ? '' : runsTable(comparison)}
${environmentTable(comparison)}
${referenceTable()}
</main>
<footer>Accuracy is measured on the test set; ± is the standard deviation over seeds; sizes are bytes on disk; latency is the median of single samples on the device named above.</footer>
</body>
</html>
`.text;
}

function summary(comparison: Comparison): string {
  const plural = (count: number, word: string) =>
    `${count.toLocaleString('en-US')} ${word}${count === 1 ? '' : 's'}`;
  const unfinished = comparison.runs.filter((run) => run.state !== 'completed').length;
  return [
    plural(comparison.groups.length, 'experiment'),
    plural(comparison.runs.length, 'run'),
    ...(unfinished > 0 ? [`${unfinished} not completed`] : []),
  ].join(' · ');
}
