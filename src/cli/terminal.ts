import { createInterface } from 'node:readline';
import picocolors from 'picocolors';

export type Colors = ReturnType<typeof picocolors.createColors>;

/** Where a command writes, and what that place can show. */
export interface Terminal {
  /** Results, which may be piped into a file or a program. */
  out(text: string): void;
  /** Everything said beside results: progress, warnings, errors. */
  err(text: string): void;
  /** The stream of `err`, for bars that move. */
  readonly stream: NodeJS.WritableStream;
  /** Whether a person watches results, and what is said beside them. */
  readonly outIsTerminal: boolean;
  readonly errIsTerminal: boolean;
  readonly columns: number;
  /** Asks a person a question that is answered by yes or no; absent where none can answer. */
  confirm?(question: string): Promise<boolean>;
  readonly outColors: Colors;
  readonly errColors: Colors;
}

/** The terminal of this process. Colours follow NO_COLOR, FORCE_COLOR and whether somebody watches. */
export function processTerminal({ stdin, stdout, stderr, env }: NodeJS.Process = process): Terminal {
  // A reader that has seen enough, such as `head`, is no error.
  for (const stream of [stdout, stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      process.exit(0);
    });
  const colors = (stream: NodeJS.WriteStream) =>
    picocolors.createColors(wantsColor(stream.isTTY === true, env));
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    stream: stderr,
    outIsTerminal: stdout.isTTY === true,
    errIsTerminal: stderr.isTTY === true && env.TERM !== 'dumb',
    columns: stderr.columns ?? stdout.columns ?? 100,
    ...(stdin.isTTY && stderr.isTTY && { confirm: (question) => confirmed(question, stdin, stderr) }),
    outColors: colors(stdout),
    errColors: colors(stderr),
  };
}

/** Whatever is not yes is no, the end of the input included. */
async function confirmed(
  question: string,
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
): Promise<boolean> {
  const reader = createInterface({ input, output });
  try {
    const answer = await new Promise<string>((resolve) => {
      reader.once('close', () => resolve(''));
      reader.question(`${question} [y/N] `, resolve);
    });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    reader.close();
  }
}

/** https://no-color.org: any value but the empty one counts. */
export function wantsColor(isTerminal: boolean, env: NodeJS.ProcessEnv): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR && env.FORCE_COLOR !== '0') return true;
  return isTerminal && env.TERM !== 'dumb';
}
