import { basename } from 'node:path';
import type { DataRemark } from '../../dataset.ts';

/**
 * One rule for all formats: null, a column that a row lacks, NaN, and text without a letter in it all mean that there is
 * nothing. pandas writes a missing text as an empty field, JSON as null, and Parquet knows both.
 */
export function isNothing(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  return typeof value === 'string' ? value.trim() === '' : typeof value === 'number' && Number.isNaN(value);
}

interface Kept {
  readonly texts: readonly boolean[];
  readonly label?: boolean;
  readonly place: string;
}

/** Counts the rows of a table that are left out since they lack a text or a label, anew each time it is read. */
export class RowTally {
  readonly #file: string;
  #rows = 0;
  #withoutText = 0;
  #withoutPart = 0;
  #withoutLabel = 0;
  #firstWithoutPart = '';

  constructor(file: string) {
    this.#file = file;
  }

  /** Called where a table is read from its beginning. */
  begin(): void {
    this.#rows = 0;
    this.#withoutText = 0;
    this.#withoutPart = 0;
    this.#withoutLabel = 0;
  }

  /**
   * Counts a row.
   * @param texts whether each of its texts is there, of one or two
   * @param place where it stands: 'line 7'
   * @returns whether it is to be kept
   */
  keeps({ texts, label = true, place }: Kept): boolean {
    this.#rows++;
    const whole = texts.every(Boolean);
    if (!texts.some(Boolean)) this.#withoutText++;
    else if (!whole) {
      if (this.#withoutPart++ === 0) this.#firstWithoutPart = place;
    } else if (!label) this.#withoutLabel++;
    return whole && label;
  }

  /** What was left out when the table was last read to its end. */
  remarks(): DataRemark[] {
    const left = this.#withoutText + this.#withoutPart + this.#withoutLabel;
    if (left === 0) return [];
    const reasons = [
      ...(this.#withoutText > 0 ? [`${this.#withoutText} without a text`] : []),
      ...(this.#withoutPart > 0
        ? [`${this.#withoutPart} with one text of the two empty, the first in ${this.#firstWithoutPart}`]
        : []),
      ...(this.#withoutLabel > 0 ? [`${this.#withoutLabel} without a label`] : []),
    ];
    return [
      {
        kind: 'data-left-out',
        message: `${left} of ${this.#rows} rows of ${basename(this.#file)} are left out: ${reasons.join(', ')}.`,
      },
    ];
  }
}
