import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Interruption } from '../../base/interruption.ts';
import { UserError } from '../../base/user-error.ts';
import { type Answer, answerSchema, type ExportedFile, type Request } from './protocol.ts';

export interface ExportingOptions {
  /** Program and first arguments, as {@link exportingCommand} gives them. */
  readonly command: readonly [string, ...string[]];
  /** Added to the environment, or with undefined taken from it. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** What happens, a line at a time. */
  readonly tell: (line: string) => void;
  /** Stops the export, of which nothing is kept then. */
  readonly signal: AbortSignal;
}

/**
 * Exports a model in a process of its own: foreign files are read there.
 * @throws UserError if the model cannot be read, a file answers otherwise than the model, or the folder is not free
 * @throws Interruption if the signal was given
 */
export async function exportApart(
  request: Extract<Request, { type: 'export' }>,
  { command: [program, ...words], environment, tell, signal }: ExportingOptions,
): Promise<ExportedFile[]> {
  if (signal.aborted) throw new Interruption('cancel');
  const child = spawn(program, words, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, ...environment },
    windowsHide: true,
  });
  const ended = once(child, 'exit');
  const send = (message: Request) => child.connected && child.send(message, () => {});
  const onAbort = () => send({ type: 'stop' });
  signal.addEventListener('abort', onAbort, { once: true });
  let last: Answer | undefined;
  child.on('message', (message) => {
    const answer = answerSchema.parse(message);
    if (answer.type === 'telling') tell(answer.line);
    else last = answer;
  });
  try {
    send(request);
    const [code, killed] = await ended;
    return filesOf(last, code ?? killed);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function filesOf(answer: Answer | undefined, end: unknown): ExportedFile[] {
  switch (answer?.type) {
    case 'exported':
      return answer.files;
    case 'stopped':
      throw new Interruption('cancel');
    case 'refused': {
      const { message, remedy, place } = answer;
      throw new UserError(message, {
        ...(remedy !== undefined && { remedy }),
        ...(place !== undefined && { place }),
      });
    }
    case 'failed':
      throw Object.assign(new Error(answer.message), answer.stack !== undefined && { stack: answer.stack });
    default:
      throw new UserError(`The process that exports the model ended before it was done (${end}).`, {
        remedy: 'It may have run out of memory: close what else takes much, and export again.',
      });
  }
}

/**
 * How to start the process that belongs to an entry of this product: `dist/exporter.mjs` beside a bundle; from the sources
 * src/export/apart/exporting-main.ts through tsx. `entry` is the URL of a file directly in dist/ or in a floor of src/.
 */
export function exportingCommand(entry: string, runtime = process.execPath): readonly [string, ...string[]] {
  if (!entry.endsWith('.ts')) return [runtime, fileURLToPath(new URL('exporter.mjs', entry))];
  const main = fileURLToPath(new URL('../export/apart/exporting-main.ts', entry));
  return [runtime, '--import', import.meta.resolve('tsx'), main];
}
