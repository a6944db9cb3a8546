import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';
import type { TallyLine } from '../../../build/testing/closing-lines.mjs';
import { patienceMs } from './support.ts';

/** VS Code calls this inside its extension host. */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', timeout: patienceMs, color: true });
  const only = (process.env.DISTILLERY_TEST_ONLY ?? '').split(',').filter(Boolean);
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  for (const [name, load] of Object.entries(files)) if (isWanted(name, only)) await load();
  const lines: TallyLine[] = [];
  const note = (test: Mocha.Test, result: TallyLine['result'], reason?: string) =>
    lines.push({
      suite: 'inside a real extension host',
      name: test.fullTitle(),
      result,
      ...(reason !== undefined && { reason }),
    });
  await new Promise<void>((resolve) => {
    mocha
      .run(() => resolve())
      .on('pass', (test) => note(test, 'passed'))
      .on('fail', (test, error) => note(test, 'failed', error.message))
      .on('pending', (test) => note(test, 'skipped'));
  });
  const file = process.env.DISTILLERY_TEST_RESULTS;
  if (file) writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const failed = lines.filter(({ result }) => result === 'failed').length;
  if (failed > 0) throw new Error(`${failed} tests failed`);
}

/** The hostile workspace is a window of its own; in the other the project is always made. */
function isWanted(name: string, only: readonly string[]): boolean {
  const hostile = only.includes('hostile');
  if (name === 'hostile' || hostile) return name === 'hostile' && hostile;
  return only.length === 0 || name === 'sample' || only.some((part) => name.includes(part));
}

/** In this order: all work in the project that `sample` makes, which is therefore never left out. */
const files: Record<string, () => Promise<unknown>> = {
  activation: () => import('./activation.test.ts'),
  sample: () => import('./sample.test.ts'),
  export: () => import('./export.test.ts'),
  devices: () => import('./devices.test.ts'),
  explorer: () => import('./explorer.test.ts'),
  sweeps: () => import('./sweeps.test.ts'),
  editing: () => import('./editing.test.ts'),
  language: () => import('./language.test.ts'),
  database: () => import('./database.test.ts'),
  lifecycle: () => import('./lifecycle.test.ts'),
  server: () => import('./server.test.ts'),
  dashboard: () => import('./dashboard.test.ts'),
  hostile: () => import('./hostile.test.ts'),
};
