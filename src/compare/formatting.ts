/**
 * Numbers with their units, the same in the terminal, the reports and the dashboard. This file imports nothing, so that
 * the dashboard's page can use it too.
 */

/** Shown where a figure is not known. */
export const missing = '–';

type Maybe = number | null | undefined;

const isKnown = (value: Maybe): value is number => typeof value === 'number' && Number.isFinite(value);

/** A real minus sign, as wide as the plus. */
const withMinus = (text: string) => text.replace('-', '−');

/**
 * Decimals that show a standard deviation with the digits it deserves: two where it starts with 100 to 354, one up to
 * 949, and two again above (the rule of the Particle Data Group, Review of Particle Physics, section 5.3).
 */
export function decimalsForNoise(deviation: number): number {
  const exponent = Math.floor(Math.log10(deviation));
  const lead = Math.round((deviation / 10 ** exponent) * 100);
  const decimals = lead <= 354 ? 1 - exponent : -exponent;
  return Math.min(6, Math.max(0, decimals));
}

/** Three significant digits, without an exponent: 0.0123, 1.23, 123, 1235. */
export function formatNumber(value: Maybe, digits = 3): string {
  if (!isKnown(value)) return missing;
  if (value === 0) return '0';
  const rounded = Number(value.toPrecision(digits));
  const exponent = Math.floor(Math.log10(Math.abs(rounded)));
  if (exponent < -6) return withMinus(rounded.toExponential(digits - 1));
  return withMinus(rounded.toFixed(Math.max(0, Math.min(20, digits - 1 - exponent))));
}

function scaled(value: number, units: readonly (readonly [number, string])[]): string {
  for (const [index, [size, unit]] of units.entries()) {
    const number = Number((value / size).toPrecision(3));
    const next = units[index + 1];
    if (next === undefined || number * size < next[0]) return `${formatNumber(number)} ${unit}`;
  }
  return missing;
}

/** Decimal units, as file managers and model hubs show them: 478 kB, 12.3 MB. */
export function formatBytes(bytes: Maybe): string {
  if (!isKnown(bytes) || bytes < 0) return missing;
  if (bytes < 1000) return `${Math.round(bytes)} B`;
  return scaled(bytes, [
    [1e3, 'kB'],
    [1e6, 'MB'],
    [1e9, 'GB'],
    [1e12, 'TB'],
  ]);
}

/** 87 µs, 1.23 ms, 2.31 s. */
export function formatMilliseconds(milliseconds: Maybe): string {
  if (!isKnown(milliseconds) || milliseconds < 0) return missing;
  if (milliseconds === 0) return '0 ms';
  return scaled(milliseconds, [
    [1e-3, 'µs'],
    [1, 'ms'],
    [1e3, 's'],
  ]);
}

/** 8.2 s, 3 min 12 s, 2 h 05 min; −0.4 s where more was spent than saved. */
export function formatSeconds(seconds: Maybe): string {
  if (!isKnown(seconds)) return missing;
  if (seconds <= -0.05) return `−${formatSeconds(-seconds)}`;
  if (seconds < 9.95) return `${Math.abs(seconds).toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** 512 J, 1.23 Wh, 4.56 kWh. */
export function formatEnergy(joules: Maybe): string {
  if (!isKnown(joules) || joules < 0) return missing;
  return scaled(joules, [
    [1, 'J'],
    [3.6e3, 'Wh'],
    [3.6e6, 'kWh'],
  ]);
}

/** 1,234; from ten thousand on 12.3 k, 1.23 M. */
export function formatCount(count: Maybe): string {
  if (!isKnown(count)) return missing;
  if (Math.abs(count) < 10_000) return withMinus(Math.round(count).toLocaleString('en-US'));
  const sign = count < 0 ? '−' : '';
  return (
    sign +
    scaled(Math.abs(count), [
      [1e3, 'k'],
      [1e6, 'M'],
      [1e9, 'G'],
      [1e12, 'T'],
    ])
  );
}

/** 13.2×. */
export function formatRatio(value: Maybe): string {
  return isKnown(value) ? `${formatNumber(value)}×` : missing;
}

/** A fraction 0…1 as 98.23 %. */
export function formatPercent(fraction: Maybe, decimals = 2): string {
  return isKnown(fraction) ? `${withMinus((fraction * 100).toFixed(decimals))} %` : missing;
}

/** A difference of two fractions as +0.42 pp (percentage points). */
export function formatPoints(difference: Maybe, decimals = 2): string {
  return isKnown(difference) ? `${signed(difference * 100, decimals)} pp` : missing;
}

/** An interval of a difference of fractions: [+0.12, +0.65] pp. */
export function formatPointsInterval(interval: readonly [number, number] | null, decimals = 2): string {
  if (interval === null || !interval.every(isKnown)) return missing;
  return `[${interval.map((end) => signed(end * 100, decimals)).join(', ')}] pp`;
}

function signed(value: number, decimals: number): string {
  const text = value.toFixed(decimals);
  if (Number(text) === 0) return (0).toFixed(decimals);
  return value > 0 ? `+${text}` : withMinus(text);
}

export interface MeanAndDeviation {
  readonly n: number;
  readonly mean: number;
  /** Sample standard deviation; null for a single value. */
  readonly deviation: number | null;
}

/** A mean with its standard deviation in the unit of the format, with as many digits as the deviation allows. */
function withDeviation(
  spread: MeanAndDeviation | null | undefined,
  factor: number,
  unit: string,
  plain: (value: number) => string,
): string {
  if (!spread || !isKnown(spread.mean)) return missing;
  const deviation = spread.deviation;
  if (!isKnown(deviation) || deviation <= 0) return plain(spread.mean);
  // Noise of the arithmetic, of which no figure has so many digits to show.
  if (deviation < 1e-5 * Math.abs(spread.mean)) return plain(spread.mean);
  const decimals = decimalsForNoise(deviation * factor);
  if (Number((deviation * factor).toFixed(decimals)) === 0) return plain(spread.mean);
  const mean = withMinus((spread.mean * factor).toFixed(decimals));
  return `${mean} ± ${(deviation * factor).toFixed(decimals)}${unit}`;
}

/** 97.31 ± 0.12 %. */
export function formatPercentSpread(spread: MeanAndDeviation | null | undefined): string {
  return withDeviation(spread, 100, ' %', (mean) => formatPercent(mean));
}

/** 0.0912 ± 0.0031, for figures without a unit. */
export function formatNumberSpread(spread: MeanAndDeviation | null | undefined): string {
  return withDeviation(spread, 1, '', (mean) => formatNumber(mean));
}

/**
 * Text from a user for one line of a terminal or a plain-text report: control characters, which could move the cursor
 * or recolour the screen, and characters that turn the writing direction are made visible or dropped; too long a text is
 * cut in the middle, so that names with a common beginning stay apart.
 */
export function oneLine(text: string, width = 60): string {
  const clean = [...text.slice(0, 20_000)]
    .map((sign) => (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(sign) ? ' ' : /\p{Bidi_Control}/u.test(sign) ? '' : sign))
    .join('')
    .replace(/\s+/g, ' ')
    .trim();
  const signs = [...clean];
  if (signs.length <= width) return clean;
  const head = Math.ceil((width - 1) * 0.6);
  return `${signs.slice(0, head).join('')}…${signs.slice(signs.length - (width - 1 - head)).join('')}`;
}
