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

/** Counts the rows of a table that are left out since they lack a text or a label, anew each time it is read. */
export class RowTally {
  readonly #file: string;
  #rows = 0;
  #withoutText = 0;
  #withoutLabel = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /** Called where a table is read from its beginning. */
  begin(): void {
    this.#rows = 0;
    this.#withoutText = 0;
    this.#withoutLabel = 0;
  }

  /** Counts a row. @returns whether it is to be kept */
  keeps({ text, label = true }: { readonly text: boolean; readonly label?: boolean }): boolean {
    this.#rows++;
    if (!text) this.#withoutText++;
    else if (!label) this.#withoutLabel++;
    return text && label;
  }

  /** What was left out when the table was last read to its end. */
  remarks(): DataRemark[] {
    const left = this.#withoutText + this.#withoutLabel;
    if (left === 0) return [];
    const reasons = [
      ...(this.#withoutText > 0 ? [`${this.#withoutText} without a text`] : []),
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
