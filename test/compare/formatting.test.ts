import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatConfigValue } from '../../src/compare/flat-config.ts';
import {
  formatBytes,
  formatCount,
  formatMilliseconds,
  formatNumber,
  formatPercent,
  formatPercentSpread,
  formatPoints,
  formatPointsInterval,
  formatRatio,
  formatSeconds,
  missing,
  oneLine,
} from '../../src/compare/formatting.ts';
import { formatGain } from '../../src/compare/verdicts/gain.ts';

const all = [
  formatBytes,
  formatCount,
  formatMilliseconds,
  formatNumber,
  formatPercent,
  formatPoints,
  formatRatio,
  formatSeconds,
];

test('what is not a finite number is shown as missing', () => {
  for (const format of all)
    for (const value of [null, undefined, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
      assert.equal(format(value), missing);
  assert.equal(formatPointsInterval(null), missing);
  assert.equal(formatPointsInterval([Number.NaN, 1]), missing);
  assert.equal(formatPercentSpread(null), missing);
});

test('bytes are in decimal units with three digits', () => {
  assert.equal(formatBytes(0), '0 B');
  assert.equal(formatBytes(999), '999 B');
  assert.equal(formatBytes(203_640), '204 kB');
  assert.equal(formatBytes(999_700), '1.00 MB');
  assert.equal(formatBytes(9_580_920), '9.58 MB');
  assert.equal(formatBytes(1.5e13), '15.0 TB');
  assert.equal(formatBytes(-1), missing);
});

test('times have the unit that suits them', () => {
  assert.equal(formatMilliseconds(0.0871), '87.1 µs');
  assert.equal(formatMilliseconds(1.234), '1.23 ms');
  assert.equal(formatMilliseconds(2310), '2.31 s');
  assert.equal(formatSeconds(8.24), '8.2 s');
  assert.equal(formatSeconds(192), '3 min 12 s');
  assert.equal(formatSeconds(3599.7), '1 h 00 min');
  assert.equal(formatSeconds(7500), '2 h 05 min');
  assert.equal(formatSeconds(-0.42), '−0.4 s');
  assert.equal(formatSeconds(-0.01), '0.0 s');
});

test('counts, ratios and plain numbers', () => {
  assert.equal(formatCount(1234), '1,234');
  assert.equal(formatCount(2_395_210), '2.40 M');
  assert.equal(formatCount(-50_890), '−50.9 k');
  assert.equal(formatRatio(47.048), '47.0×');
  assert.equal(formatNumber(0.012345), '0.0123');
  assert.equal(formatNumber(0), '0');
  assert.equal(formatNumber(-2.5678), '−2.57');
  assert.equal(formatNumber(1e-9), '1.00e−9');
  assert.equal(formatNumber(123456), '123000');
});

test('differences have a sign, and none where they round to zero', () => {
  assert.equal(formatPoints(0.0193), '+1.93 pp');
  assert.equal(formatPoints(-0.004), '−0.40 pp');
  assert.equal(formatPoints(-0.000001), '0.00 pp');
  assert.equal(formatPointsInterval([-0.0063, 0.0355]), '[−0.63, +3.55] pp');
});

test('a mean has as many digits as its deviation allows', () => {
  const spread = (mean: number, deviation: number | null) => formatPercentSpread({ n: 3, mean, deviation });
  assert.equal(spread(0.921234, 0.0019), '92.12 ± 0.19 %');
  assert.equal(spread(0.921234, 0.0051), '92.1 ± 0.5 %');
  assert.equal(spread(0.921234, 0.0097), '92.1 ± 1.0 %');
  assert.equal(spread(0.921234, 0.12), '92 ± 12 %');
  assert.equal(spread(0.921234, 0.5), '92 ± 50 %');
  assert.equal(spread(0.921234, null), '92.12 %');
  assert.equal(spread(0.921234, 0), '92.12 %');
  // Seeds that differ by the noise of arithmetic alone do not differ.
  assert.equal(spread(0.02446546, 1e-12), '2.45 %');
  assert.equal(spread(0.02446546, 2e-8), '2.45 %');
  assert.equal(spread(1e-10, 1e-10), '0.00 %');
  assert.equal(formatGain(0.005, 'accuracy', 1e-12), '+0.50 pp');
  assert.equal(formatGain(0.005, 'loss', 3e-9), '+0.005 nats');
});

test('text for one line has no control characters, no turned direction, and a bounded width', () => {
  assert.equal(oneLine('a\u001b[31mb\nc\u0007'), 'a [31mb c');
  assert.equal(oneLine('abc\u202egpj.exe\u2066'), 'abcgpj.exe');
  assert.equal([...oneLine('x'.repeat(10_000), 40)].length, 40);
  assert.equal(oneLine('temperature sweep on digits, run 7', 20), 'temperature …, run 7');
  assert.equal([...oneLine('😀'.repeat(100), 10)].length, 10);
});

test('a setting is shown without the noise of the arithmetic that made it', () => {
  assert.equal(formatConfigValue(0.01 * 1.3), '0.013');
  assert.equal(formatConfigValue([0.1 + 0.2, 'auto', 3, null]), '0.3, auto, 3, null');
  assert.equal(formatConfigValue(5e-5), '0.00005');
  assert.equal(formatConfigValue(9_007_199_254_740_991), '9007199254740991');
});
