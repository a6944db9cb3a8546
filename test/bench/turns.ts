import type { ChildProcess } from 'node:child_process';

/**
 * Lets a process go on while it has the turn, and holds it entirely while the other side has: thread pools of both
 * sides wait in loops after their work and would take the cores from each other. Windows has no such signals; there
 * both sides wait as they do by themselves.
 */
export async function inTurn<T>(child: ChildProcess, work: () => Promise<T>): Promise<T> {
  const signals = process.platform !== 'win32';
  if (signals) child.kill('SIGCONT');
  try {
    return await work();
  } finally {
    if (signals) child.kill('SIGSTOP');
  }
}

/** Ends a process that may be held; a mere request to end would wait until it goes on. */
export function endHeld(child: ChildProcess): void {
  child.kill('SIGKILL');
}

/** Whatever ends the benchmark, a held process must not stay behind. */
export function endWithUs(child: ChildProcess): void {
  process.once('exit', () => endHeld(child));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
}
