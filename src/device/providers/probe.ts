import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Probe {
  /** Billions of floating-point operations a second in a matrix product; undefined where it did not run. */
  readonly gigaflops?: number;
  /** Shared libraries of graphics drivers that were loaded (Linux). */
  readonly drivers: readonly string[];
  /** What went wrong. */
  readonly problem?: string;
}

const size = 384;
const repetitions = 4;
const timeLimit = 60_000;

/**
 * Runs a matrix product on an execution provider in a process of its own, since a provider whose driver is missing or
 * broken may end the process that loads it.
 */
export async function probe(provider: 'webgpu' | 'cuda'): Promise<Probe> {
  const child = spawn(
    process.execPath,
    [...probingCommand(import.meta.url), provider, `${size}`, `${repetitions}`],
    {
      // An editor's runtime must be told to be Node.
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeLimit,
    },
  );
  const output = collected(child.stdout);
  const errors = collected(child.stderr);
  const ended = await new Promise<string | undefined>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) =>
      resolve(
        signal ? `the process that tried it was ended by ${signal}` : code ? `exit code ${code}` : undefined,
      ),
    );
  });
  const line = (await output).split('\n').find((text) => text.startsWith('{'));
  if (line) return JSON.parse(line) as Probe;
  const lastWords = (await errors).trim().split('\n').at(-1);
  return { drivers: [], problem: lastWords || ended || 'no answer' };
}

/**
 * What the process that tries a provider runs: `dist/prober.mjs` beside a bundle or above its chunks; from the sources the
 * module beside this one, through tsx.
 */
function probingCommand(here: string): string[] {
  if (here.endsWith('.ts'))
    return ['--import', import.meta.resolve('tsx'), fileURLToPath(new URL('probing-main.ts', here))];
  return [fileURLToPath(new URL(/\/chunks\/[^/]*$/.test(here) ? '../prober.mjs' : 'prober.mjs', here))];
}

async function collected(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += chunk;
  return text;
}
