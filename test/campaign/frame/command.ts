import { type ChildProcess, spawn } from 'node:child_process';
import { type Family, kill } from './family.ts';

/** No command of a case takes longer; one that does has hung. */
const usualPatienceMs = 90_000;

export interface Ended {
  readonly words: readonly string[];
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
  /** It did not end and was killed. */
  readonly hung: boolean;
}

/** A process that was started for a case. */
export interface Started {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
}

export interface StartOptions {
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** A program, with its arguments, that starts the command and watches it. */
  readonly tracer?: readonly string[];
  /** It is killed after so long, if that is finite; left out: as any command. */
  readonly patienceMs?: number;
}

/** Starts a process as a member of the case's family. @throws Error where the family is closed */
export function start(
  family: Family,
  command: readonly [string, ...string[]],
  words: readonly string[],
  { cwd, environment = {}, tracer = [], patienceMs = usualPatienceMs }: StartOptions = {},
): Started {
  if (family.closed) throw new Error('The case has ended.');
  const [program, ...first] = [...tracer, ...command] as [string, ...string[]];
  const child = spawn(program, [...first, ...words], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...family.environment, ...environment },
  });
  const { pid } = child;
  if (pid !== undefined) family.started(pid, [program, ...first, ...words].join(' '));
  const said = { out: '', err: '' };
  for (const [name, stream] of [
    ['out', child.stdout],
    ['err', child.stderr],
  ] as const)
    stream.on('data', (data: Buffer) => {
      said[name] += data;
      family.heard(data.length);
    });
  let hung = false;
  const killed = () => {
    hung = true;
    if (pid !== undefined) kill(pid);
  };
  const timer = Number.isFinite(patienceMs) ? setTimeout(killed, patienceMs) : undefined;
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    // Not 'close': a detached grandchild may hold the pipes.
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      if (pid !== undefined) family.ended(pid);
      // What was printed last arrives with the next turns.
      setTimeout(() => resolve({ words, code, signal, ...said, hung }), 20);
    });
  });
  return { process: child, ended };
}

/** For the detail of a fault: what was called, and what it said. */
export const describe = ({ words, code, signal, out, err }: Ended): string =>
  `distillery ${words.join(' ')} → ${signal ?? code}\n${tail(out)}${tail(err)}`;

/** The last lines, each as far as one wants to read it. */
const tail = (text: string) =>
  text
    .split('\n')
    .slice(-12)
    .map((line) => (line.length > 300 ? `${line.slice(0, 300)}…` : line))
    .join('\n');
