/**
 * A number as somebody would write it who means it: 0.3 for 0.1 + 0.2, whose last digits are the noise of arithmetic. All
 * numbers of up to 15 digits stay what they are, and whole ones of any length: seeds may have 16.
 */
export const tidyNumber = (value: number): number =>
  Number.isInteger(value) || !Number.isFinite(value) ? value : Number(value.toPrecision(15));
