import { compareRuns } from '../../src/compare/figures.ts';
import { response, seeds, someRun } from './some-runs.ts';

const confusion = [
  [90, 10],
  [5, 95],
];
/** What is reported in most tests: two strategies, and a run that has not ended. */
export const usual = compareRuns([
  ...seeds([0.9012, 0.8987, 0.9051], { student: { confusion }, teacher: { confusion } }),
  ...seeds([0.9214, 0.9188, 0.9226], { strategy: response }),
  someRun({ seed: 3, state: 'running', result: undefined, strategy: response }),
]);

/** What each kind of report could take for something other than a name. */
export const hostileNames = {
  html: '<script>alert(1)</script><img src=x onerror=alert(1)>',
  attribute: `" onmouseover="alert(1)" x='`,
  rightToLeft: 'ناقل \u202egpj.exe المعرفة',
  long: 'long '.repeat(2000),
  formula: '=cmd|"/c calc"!A1',
  markdown: '[click](javascript:alert(1)) | `code` *bold* https://evil.example',
  latex: '\\input{/etc/passwd} $x^2$ 100% {a_b} #1 & ~',
  terminal: '\u001b]0;owned\u0007\u001b[2Jname\nnext line',
};

/** Two strategies of which everything bears this name. */
export const comparisonOf = (name: string) =>
  compareRuns([
    ...seeds([0.9, 0.91], { experiment: name, name, host: name, device: name, versions: { node: name } }),
    ...seeds([0.92, 0.94], { experiment: name, name, strategy: response }),
  ]);
