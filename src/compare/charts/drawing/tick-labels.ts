import { formatNumber } from '../../formatting.ts';

/**
 * Labels of axes. A tick is a round number, so it is written as it is, with all the digits it has and no others: rounded
 * to a number of digits, neighbors on a narrow axis would read the same.
 */

/** Ten digits are more than any tick has, and fewer than the noise of its computation needs. */
const exact = (value: number): string => {
  const rounded = Number(value.toPrecision(10));
  const size = Math.abs(rounded);
  if (size !== 0 && (size < 1e-6 || size >= 1e15)) return rounded.toString().replace('-', '−');
  const text = size.toLocaleString('en-US', { maximumFractionDigits: 15, useGrouping: size >= 10_000 });
  return rounded < 0 ? `−${text}` : text;
};

export type TickLabel = (value: number) => string;

export const numberTick: TickLabel = exact;

/** Along an axis that ends where the data do, which need not be a round number. */
export const progressTick: TickLabel = (value) => {
  const text = exact(value);
  return text.length > 7 ? formatNumber(value, 4) : text;
};

/** The same without the ends of the data where they fall between the other ticks: 2, 4, 6 and no 6.36. */
export function progressTicks(start: number, end: number): TickLabel {
  const step = niceStep((end - start) / 5);
  const isOdd = (value: number) => Math.abs(value / step - Math.round(value / step)) > 1e-6;
  return (value) =>
    step > 0 && (value === start || value === end) && isOdd(value) ? '' : progressTick(value);
}

/** As ECharts rounds the distance of ticks; 0 where there is none. */
function niceStep(size: number): number {
  if (!(size > 0 && Number.isFinite(size))) return 0;
  const power = 10 ** Math.floor(Math.log10(size));
  const share = size / power;
  return (share < 1.5 ? 1 : share < 2.5 ? 2 : share < 4 ? 3 : share < 7 ? 5 : 10) * power;
}

/** A fraction 0…1: 98 %, 98.05 %. */
export const percentTick: TickLabel = (value) => `${exact(value * 100)} %`;

const signed = (value: number, unit: string): string =>
  `${Number(value.toPrecision(10)) > 0 ? '+' : ''}${exact(value)} ${unit}`;

/** A difference of fractions: +0.5 pp. */
export const pointsTick: TickLabel = (value) => signed(value * 100, 'pp');

/** A difference of losses: −0.05 nats. */
export const natsTick: TickLabel = (value) => signed(value, 'nats');

const scaled =
  (units: readonly (readonly [number, string])[]): TickLabel =>
  (value) => {
    if (value === 0) return `0 ${units.find(([size]) => size === 1)![1]}`.trim();
    const [size, unit] = units.findLast(([least]) => Math.abs(value) >= least * 0.9999999) ?? units[0]!;
    return `${exact(value / size)} ${unit}`.trim();
  };

export const bytesTick: TickLabel = scaled([
  [1, 'B'],
  [1e3, 'kB'],
  [1e6, 'MB'],
  [1e9, 'GB'],
  [1e12, 'TB'],
]);

export const millisecondsTick: TickLabel = scaled([
  [1e-3, 'µs'],
  [1, 'ms'],
  [1e3, 's'],
]);

export const countTick: TickLabel = scaled([
  [1, ''],
  [1e3, 'k'],
  [1e6, 'M'],
  [1e9, 'G'],
  [1e12, 'T'],
]);
