import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { program } from '../../program.ts';
import { type Ended, start } from '../frame/command.ts';
import { Family, kill } from '../frame/family.ts';
import { type Block, lastInput } from './block.ts';

export interface Bounds {
  /** An input may take so long, without the time that its process waits for a processor. */
  readonly patienceMs: number;
  /** Resident. */
  readonly bytes: number;
}

export const usualBounds: Bounds = { patienceMs: 10_000, bytes: 2 * 2 ** 30 };
const lookMs = 250;

export interface Watched {
  /** Lines that the child said. */
  readonly results: readonly string[];
  readonly peakBytes: number;
  /** What ended it before its end, and the input that it read then. */
  readonly end?: { readonly what: string; readonly input: Buffer; readonly detail: string };
}

/** Runs blocks in a child whose memory and silence are bounded. @param file with the one input to be tried */
export async function watchedChild(
  blocks: readonly Block[],
  file?: string,
  { patienceMs, bytes }: Bounds = usualBounds,
): Promise<Watched> {
  const { folder, state } = blocks[0]!;
  mkdirSync(folder, { recursive: true });
  const family = new Family(join(folder, 'none'));
  const words = [JSON.stringify(blocks), ...(file === undefined ? [] : [file])];
  // Each input has its time; how long all take depends on how busy the machine is.
  const started = start(family, program('test/campaign/programs/parser-child.ts'), words, {
    patienceMs: Number.POSITIVE_INFINITY,
  });
  let reason: string | undefined;
  let sign = -1;
  const timer = setInterval(() => {
    const now = file === undefined ? lastInput(state)?.sign : undefined;
    if (now !== undefined && now !== sign) {
      sign = now;
      family.sign();
    }
    // Loading comes before the first input, and may take its time on a busy machine.
    const patience = sign === -1 && file === undefined ? usualBounds.patienceMs * 6 : patienceMs;
    if (family.silenceMs > patience) reason ??= 'hangs';
    if (family.peakBytes > bytes) reason ??= `takes more than ${bytes / 2 ** 30} GiB`;
    if (reason) for (const { pid } of family.members()) kill(pid);
  }, lookMs);
  const ended = await started.ended;
  clearInterval(timer);
  await family.close();
  const results = ended.out.split('\n').filter((line) => line !== '');
  const whole = ended.code === 0 && results.length === blocks.length;
  return {
    results,
    peakBytes: family.peakBytes,
    ...(!whole && {
      end: {
        what: reason ?? `ends ${endOf(ended)}`,
        input: lastInput(state)?.input ?? Buffer.alloc(0),
        detail: ended.err.slice(-3000),
      },
    }),
  };
}

const endOf = ({ signal, code, err }: Ended) =>
  signal ? `by ${signal}` : `with ${code}${/heap out of memory/.test(err) ? ', out of memory' : ''}`;
