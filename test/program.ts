import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * How to start a program of this repository that is written in TypeScript: as build/test.mjs has compiled it, which
 * starts in a fraction of the time, or else from its source through tsx.
 * @param source from the root of the repository; build/test.mjs must know it to compile it.
 */
export function program(source: string): [string, ...string[]] {
  // A compiled program that starts others finds them by this as well: it no longer lies where its source does.
  const compiled = process.env.DISTILLERY_TEST_PROGRAMS;
  if (compiled) return [process.execPath, join(compiled, basename(source).replace(/\.ts$/, '.mjs'))];
  const file = fileURLToPath(new URL(`../${source}`, import.meta.url));
  return [process.execPath, '--import', import.meta.resolve('tsx'), file];
}
