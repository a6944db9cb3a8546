import assert from 'node:assert/strict';
import { parse } from 'csv-parse/sync';
import type { Locator } from 'playwright-core';
import { type FigureKind, figureKind, figureKinds } from '../../../../src/compare/figures/figure-kinds.ts';
import { type Spread, spreadOf } from '../../../../src/compare/figures/spread.ts';
import { formatPercent, missing } from '../../../../src/compare/formatting.ts';
import type { RunJson } from '../../../../src/compare/reports/json.ts';
import { formatGain } from '../../../../src/compare/verdicts/gain.ts';
import { pairedInterval } from '../../../../src/compare/verdicts/paired-interval.ts';
import { differenceText } from '../../../../src/compare/verdicts/verdict-text.ts';
import { differenceOf } from '../../../../webview/compare/baseline.ts';
import { tick } from '../window.ts';
import { command, compared, inThemes, stage, step } from './stage.ts';

type Numbers = Readonly<Record<string, number | null>>;

/** Figures of a run by the key of their kind, as the command line tells them. */
interface ToldRun extends RunJson {
  readonly student: NonNullable<RunJson['student']>;
  readonly teacher: NonNullable<RunJson['teacher']>;
  readonly told: Numbers;
  readonly toldOfTeacher: Numbers;
}

/** What `compare --json` says of each run, and of what that leaves out, `compare --csv`. */
function told(): ToldRun[] {
  const lines = parse<Record<string, string>>(command('compare', '--csv'), { columns: true });
  const numbers = (line: Record<string, string>, prefix: string): Numbers =>
    Object.fromEntries(
      Object.entries(line)
        .filter(([key]) => key.startsWith(prefix))
        .map(([key, text]) => [key.slice(prefix.length), text === '' ? null : Number(text)]),
    );
  return compared().map((run) => {
    const line = lines.find((one) => one.run === run.run)!;
    const { student, teacher, retention, agreement, compressionRatio } = run as ToldRun;
    const speedup = teacher.latencyMs! / student.latencyMs!;
    return {
      ...(run as ToldRun),
      told: {
        ...{ ...numbers(line, ''), ...numbers(line, 'student.') },
        ...{ ...student, retention, agreement, compressionRatio, speedup },
      },
      toldOfTeacher: { ...numbers(line, 'teacher.'), ...teacher },
    };
  });
}

/** A table by its heads: the text of each cell without what tells the difference to the baseline, and that apart. */
async function read(rows: Locator, heads: Locator) {
  const names = (await heads.allTextContents()).map((text) => text.replace(/[↓↑]\d*/, '').trim());
  const lines = await rows.evaluateAll((elements) =>
    elements.map((element) =>
      [...element.children].map((cell) => {
        const difference = cell.querySelector('.difference');
        const text = difference ? cell.textContent!.replace(difference.textContent!, '') : cell.textContent!;
        return {
          text: text.trim().replace(/\s+/g, ' '),
          difference: difference?.textContent?.trim() ?? null,
        };
      }),
    ),
  );
  return lines.map((cells) => new Map(names.map((name, index) => [name, cells[index]!])));
}

const labelOf = (kind: FigureKind) => (kind.key === 'accuracy' ? 'Student' : kind.label);

/** Shows every column of figures there is. */
async function showEveryFigure(): Promise<void> {
  await stage.clickButton('Columns');
  for (const kind of figureKinds)
    await tick(stage.board.getByRole('checkbox', { name: labelOf(kind), exact: true }));
  await stage.clickButton('Done');
}

export function figureSteps(): void {
  step('the overview shows every figure of every run as compare --json has it', async () => {
    await stage.lines.first().waitFor();
    await inThemes('dashboard-overview');
    await showEveryFigure();
    const expected = told();
    assert.equal(expected.length, 6);
    const shown = await read(stage.lines, stage.board.locator('.grid [role=columnheader]'));
    assert.equal(shown.length, expected.length);
    for (const run of expected) {
      const cells = shown.find(
        (line) => line.get('Strategy')!.text === run.strategy && line.get('Seed')!.text === String(run.seed),
      )!;
      const text = (name: string) => cells.get(name)?.text;
      assert.equal(text('Teacher'), formatPercent(run.teacher.accuracy));
      for (const kind of figureKinds)
        assert.equal(text(labelOf(kind)), kind.format(run.told[kind.key] ?? null), `${run.run} ${kind.key}`);
    }
    await stage.clickButton('Columns');
    await stage.clickButton('Usual columns');
    await stage.clickButton('Done');
  });

  step('compared, every mean, difference and verdict follows from compare --json', async () => {
    await stage.compareAll();
    const region = stage.board.getByRole('region', { name: 'Figures of teachers and strategies' });
    const shown = await read(region.locator('tbody tr'), region.locator('thead th'));
    const all = told();
    const of = (strategy: string) => all.filter((run) => run.strategy === strategy);
    const expected = [
      ['Teacher', spreads(all.map((run) => run.toldOfTeacher))],
      ['direct', spreads(of('direct').map((run) => run.told))],
      ['response', spreads(of('response').map((run) => run.told))],
    ] as const;
    const seed = (run: ToldRun) => of('direct').find((one) => one.seed === run.seed)!.told;
    const pairs = {
      Teacher: of('direct').map((run) => [run.toldOfTeacher, run.told] as const),
      response: of('response').map((run) => [run.told, seed(run)] as const),
    };
    assert.equal(shown.length, expected.length);
    for (const [index, [name, figures]] of expected.entries()) {
      const cells = shown[index]!;
      assert.match(cells.get('Model')!.text, new RegExp(name));
      const seen = figureKinds.filter((kind) => cells.has(kind.label));
      assert.ok(seen.length >= 12, [...cells.keys()].join());
      for (const kind of seen) {
        const { text, difference } = cells.get(kind.label)!;
        const spread = figures.get(kind.key) ?? null;
        assert.equal(text, kind.formatSpread(spread), `${name} ${kind.key}`);
        const toBaseline = name === 'direct' ? null : pairedText(kind, pairs[name]);
        assert.equal(difference, toBaseline, `${name} ${kind.key}, difference`);
      }
    }
    await verdictOf(of('direct'), of('response'));
    await inThemes('dashboard-compare');
  });
}

/** The mean difference over pairs: of the same seed, or a teacher and the student measured in the same run. */
function pairedText(kind: FigureKind, pairs: readonly (readonly [Numbers, Numbers])[]): string | null {
  const known = pairs.flatMap(([ours, theirs]) => {
    const [one, other] = [ours[kind.key] ?? null, theirs[kind.key] ?? null];
    return one === null || other === null ? [] : [[one, other] as const];
  });
  if (known.length === 0) return null;
  const gains = spreadOf(known.map(([one, other]) => one - other))!;
  if (kind.key === 'loss') return formatGain(gains.mean, 'loss', gains.deviation);
  if (kind.formatSpread === figureKind('accuracy').formatSpread)
    return formatGain(gains.mean, 'accuracy', gains.deviation);
  const base = spreadOf(known.map(([, other]) => other))!.mean;
  return differenceOf(kind, base + gains.mean, base)?.text ?? null;
}

function spreads(runs: readonly Numbers[]): ReadonlyMap<string, Spread | null> {
  return new Map(figureKinds.map(({ key }) => [key, spreadOf(runs.map((run) => run[key] ?? null))]));
}

/** The card of the strategy: the gain over direct training by seed, its interval, and what follows from that. */
async function verdictOf(direct: readonly ToldRun[], response: readonly ToldRun[]): Promise<void> {
  const gains = response.map(
    ({ seed, student }) => student.accuracy! - direct.find((run) => run.seed === seed)!.student.accuracy!,
  );
  const paired = pairedInterval(gains)!;
  const [gain, ...interval] = differenceText({ ...paired, metric: 'accuracy' }).split(', ');
  const [low, high] = paired.interval;
  const outcome = low > 0 && paired.mean >= 0.001 ? 'BEATS' : high < 0.001 ? 'DOES NOT BEAT' : 'INCONCLUSIVE';
  const cards = stage.board.locator('.verdict');
  assert.equal(await cards.count(), 1);
  const text = (await cards.textContent())!.replace(/\s+/g, ' ');
  for (const part of [outcome, gain!, interval.join(', ')])
    assert.ok(text.includes(part), `${part} in ${text}`);
  const expected = spreads(response.map((run) => run.told));
  for (const kind of figureKinds) {
    const fact = cards
      .locator('.facts div')
      .filter({ has: stage.board.getByText(kind.label, { exact: true }) });
    if ((await fact.count()) === 1)
      assert.equal(
        (await fact.locator('dd').textContent())!.trim(),
        kind.formatSpread(expected.get(kind.key) ?? null),
      );
  }
  await cards.locator('summary').click();
  const pairs = await cards.locator('tbody tr').allTextContents();
  for (const [index, { seed, student }] of response.entries())
    for (const part of [seed, formatPercent(student.accuracy)])
      assert.ok(pairs[index]!.includes(String(part)), `${part} in ${pairs[index]}`);
  assert.notEqual(formatPercent(response[0]!.student.accuracy), missing);
}
