/** One test of a suite, as tally-reporter.mjs and the suites in VS Code write it. */
export interface TallyLine {
  readonly suite: string;
  readonly name: string;
  readonly result: 'passed' | 'failed' | 'skipped';
  readonly reason?: string;
}

export function closingLines(
  lines: readonly TallyLine[],
  found?: Readonly<Record<string, true | string>>,
): { readonly text: string; readonly failed: number };
