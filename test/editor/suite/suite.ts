import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

/** VS Code calls this inside its extension host. */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', timeout: 60_000, color: true });
  const only = (process.env.DISTILLERY_TEST_ONLY ?? '').split(',').filter(Boolean);
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  for (const [name, load] of Object.entries(files))
    if (only.length === 0 || only.some((part) => name.includes(part))) await load();
  const counts = { passed: 0, failed: 0, skipped: 0 };
  await new Promise<void>((resolve) => {
    mocha
      .run(() => resolve())
      .on('pass', () => counts.passed++)
      .on('fail', () => counts.failed++)
      .on('pending', () => counts.skipped++);
  });
  const file = process.env.DISTILLERY_TEST_RESULTS;
  if (file) writeFileSync(file, JSON.stringify(counts));
  if (counts.failed > 0) throw new Error(`${counts.failed} tests failed`);
}

/** In this order: later files work in the project that the earlier ones made. */
const files: Record<string, () => Promise<unknown>> = {
  activation: () => import('./activation.test.ts'),
  sample: () => import('./sample.test.ts'),
  explorer: () => import('./explorer.test.ts'),
  editing: () => import('./editing.test.ts'),
  lifecycle: () => import('./lifecycle.test.ts'),
  dashboard: () => import('./dashboard.test.ts'),
  'every-command': () => import('./every-command.test.ts'),
};
