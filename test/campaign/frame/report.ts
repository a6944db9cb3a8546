import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { CampaignOptions, Tally } from './campaign.ts';

const place = /(<!-- campaign -->\n).*?(<!-- \/campaign -->)/s;

/** Writes figures into a file: between the comments that mark their place, or else as all of it. */
export function writeReport(file: string, figures: string): void {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const whole = text.replace(place, (_, begin: string, end: string) => `${begin}${figures}${end}`);
  writeFileSync(file, place.test(text) ? whole : figures);
}

/** What was asked of the campaign, as far as what it tries follows from it. */
type Wish = Pick<CampaignOptions, 'seed' | 'inputs' | 'stop'>;

/** The figures of a campaign, as Markdown. */
export function report(tallies: readonly Tally[], { seed, inputs, stop }: Wish): string {
  const rows = tallies.map((tally) => [
    `${tally.kind.name}: ${tally.kind.title}`,
    tally.lacking === undefined ? String(tally.cases) : `not tried: ${tally.lacking}`,
    countsOf(tally),
    String(new Set(tally.faults.map(({ what }) => what)).size),
    tally.peakBytes > 0 ? `${Math.round(tally.peakBytes / 2 ** 20)} MiB` : '',
    tally.cases > 0 ? `${(tally.longestSilenceMs / 1000).toFixed(1)} s` : '',
    `${(tally.milliseconds / 60_000).toFixed(1)} min`,
  ]);
  const head = ['kind', 'cases', 'tried', 'faults', 'peak memory', 'longest silence', 'time'];
  const minutes = tallies.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 60_000;
  return `${[
    `Seed \`${seed}\`, ${minutes.toFixed(0)} minutes${stop?.aborted ? ' until it was interrupted' : ''}, ${process.platform}-${process.arch} with ${availableParallelism()} cores, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}.`,
    '',
    line(head),
    line(head.map((_, column) => (column === 0 || column === 2 ? '---' : '---:'))),
    ...rows.map(line),
    ...tallies.flatMap(partsOf),
    ...faultsOf(tallies, inputs === undefined ? seed : `${seed} --inputs ${inputs}`),
  ].join('\n')}\n`;
}

const line = (cells: readonly string[]) =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

const countsOf = ({ counts }: Tally) =>
  Object.entries(counts)
    .map(([name, count]) => `${count.toLocaleString('en-US')} ${name}`)
    .join(', ');

function partsOf({ kind, parts }: Tally): string[] {
  const all = Object.entries(parts).sort(([, one], [, other]) => other - one);
  if (all.length === 0) return [];
  const told = all.map(([name, count]) => `${name} ${count.toLocaleString('en-US')}`);
  return ['', `The ${kind.name}: ${told.join(', ')}.`];
}

/** Faults of one cause are one line, with how to see the first again. */
function faultsOf(tallies: readonly Tally[], wish: string): string[] {
  const lines: string[] = [];
  for (const { kind, faults } of tallies)
    for (const what of new Set(faults.map((fault) => fault.what))) {
      const same = faults.filter((fault) => fault.what === what);
      const replay = `npm run campaign -- --seed ${wish} --only ${kind.name} --case ${same[0]!.number}`;
      lines.push(`- ${kind.name}, ${same.length} times: ${what} (\`${replay}\`)`);
    }
  return lines.length === 0
    ? ['', 'Nothing was lost, and nothing that is promised was broken.']
    : ['', 'Faults:', '', ...lines];
}
