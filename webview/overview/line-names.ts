import { tellingLabels } from '../../src/compare/telling-labels.ts';
import type { Measure } from './column-widths.ts';
import type { Line } from './rows-model.ts';

type Telling = ReturnType<typeof tellingLabels>;

/** Of a cell, and of the mark before a name with the gap behind it. */
const padding = 16;
const mark = 18;
const movedIn = 14;
const doubt = 20;
/** What surrounds the text of a chip, with the gap before it. */
const aroundChip = 25;
/** The sign of a group that is open or not, and the gaps beside it and the number of its runs. */
const toggle = 26;
/** What a narrow page shows of the word "baseline". */
export const baselineInitial = 'B';
/** Characters of which a name is looked at; nobody tells longer ones apart. */
const longest = 300;

/**
 * What a grid shows of names that are too long for their column: what tells each from the others stays. Nothing is
 * computed as long as they fit, and nothing again as long as the names are the same.
 */
export class LineNames {
  readonly #measure: Measure;
  #lines: readonly Line[] = [];
  #of: Readonly<Record<Line['type'], ReadonlySet<string>>> = { run: new Set(), group: new Set() };
  #telling: Partial<Record<Line['type'], Telling>> = {};
  #known = new Map<string, string>();

  constructor(measure: Measure) {
    this.#measure = measure;
  }

  /**
   * @param width pixels of the cell that the name stands in
   * @param compact whether what stands beside it is shown by its first letter
   */
  shown(line: Line, lines: readonly Line[], width: number, compact: boolean): string {
    this.#follow(lines);
    const { type } = line;
    const name = nameOf(line);
    const weight = type === 'group' ? 'bold' : 'plain';
    const room = Math.floor(width - this.#besideName(line, compact));
    const key = `${type} ${room} ${name}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    this.#telling[type] ??= tellingLabels([...this.#of[type]]);
    const text = this.#telling[type](name, (one) => this.#measure(one, weight) <= room);
    this.#known.set(key, text);
    return text;
  }

  #besideName(line: Line, compact: boolean): number {
    if (line.type === 'group') return padding + toggle + this.#measure(String(line.rows.length), 'plain');
    const { baseline, figures } = line.row;
    return (
      padding +
      mark +
      (line.inGroup ? movedIn : 0) +
      (figures.doubts.length > 0 ? doubt : 0) +
      (baseline ? this.#measure(compact ? baselineInitial : 'baseline', 'chip') + aroundChip : 0)
    );
  }

  #follow(lines: readonly Line[]): void {
    if (lines === this.#lines) return;
    this.#lines = lines;
    const now = { run: new Set<string>(), group: new Set<string>() };
    for (const line of lines) now[line.type].add(nameOf(line));
    if (isSame(now.run, this.#of.run) && isSame(now.group, this.#of.group)) return;
    this.#of = now;
    this.#telling = {};
    this.#known.clear();
  }
}

const nameOf = (line: Line): string => (line.type === 'run' ? line.row.name : line.label).slice(0, longest);

function isSame(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  if (one.size !== other.size) return false;
  for (const name of one) if (!other.has(name)) return false;
  return true;
}
