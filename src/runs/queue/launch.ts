import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { fileProblem } from '../../base/file-problem.ts';
import { openRegular } from '../../base/regular-file.ts';
import { UserError } from '../../base/user-error.ts';
import { threadsGrant, workerEnvironment } from '../../device/worker-environment.ts';
import { launchNote } from '../../worker/directory/launch-note.ts';
import { RunDirectory } from '../../worker/directory/run-directory.ts';

/** A training process that was started. */
export interface WorkerProcess {
  readonly pid: number;
  /** Its exit code, or null where a signal ended it; only told while the launching process lives. */
  readonly exited: Promise<number | null>;
}

export interface LaunchOptions {
  /** With how many threads a worker computes that begins; one that resumes goes on with those it began with. */
  readonly threads?: number;
  /** Bytes of the run's log when it was decided to start the worker; what was said since may have ended the run. */
  readonly logBytes?: number;
}

/** A way to start the worker of a run: a process of this machine, or later a job of a cluster. */
export interface Launcher {
  /** Starts the worker of a run directory. It must live on when the launching process ends. */
  launch(directory: string, options?: LaunchOptions): Promise<WorkerProcess>;
}

export interface LocalLauncherOptions {
  /** Program and arguments; the run directory is added as the last one. */
  readonly command: readonly [string, ...string[]];
  /** Added to the environment, or with undefined taken from it. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** The same for the worker of one run directory. */
  readonly environmentOf?: (directory: string) => Promise<Readonly<Record<string, string>>>;
}

/** Starts workers as detached processes of this machine; what they print goes to worker.log. */
export class LocalLauncher implements Launcher {
  readonly #options: LocalLauncherOptions;

  constructor(options: LocalLauncherOptions) {
    this.#options = options;
  }

  async launch(directory: string, { threads, logBytes }: LaunchOptions = {}): Promise<WorkerProcess> {
    const [program, ...programArguments] = this.#options.command;
    const own = await this.#options.environmentOf?.(directory);
    const { logFile } = new RunDirectory(directory);
    const log = await openRegular(logFile, 'append').catch((error: unknown) => {
      throw fileProblem(error, logFile);
    });
    try {
      const child = spawn(program, [...programArguments, directory], {
        // A session of its own: neither Ctrl+C in the terminal nor the end of the window reaches it.
        detached: true,
        stdio: ['ignore', log.fd, log.fd],
        windowsHide: true,
        env: workerEnvironment({
          ...process.env,
          ...this.#options.environment,
          ...own,
          ...(threads !== undefined && threadsGrant(threads)),
          ...(logBytes !== undefined && launchNote(logBytes)),
        }),
      });
      const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
      await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject)).catch(
        (error: unknown) => {
          throw spawnProblem(error, program);
        },
      );
      child.unref();
      return { pid: child.pid!, exited };
    } finally {
      await log.close();
    }
  }
}

function spawnProblem(error: unknown, program: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'ENOENT' && code !== 'EACCES') return error;
  return new UserError(`${program} cannot be run.`, {
    place: program,
    remedy: 'Install Node.js 20.17 or later there, or start Distillery with one that is installed.',
    cause: error,
  });
}

/**
 * How to start the worker that belongs to an entry of this product: `dist/worker.mjs` beside a bundle; from the sources
 * src/worker/main.ts through tsx. `entry` is the URL of a file directly in dist/ or in a floor of src/.
 */
export function workerCommand(entry: string, runtime = process.execPath): readonly [string, ...string[]] {
  if (!entry.endsWith('.ts')) return [runtime, fileURLToPath(new URL('worker.mjs', entry))];
  const worker = fileURLToPath(new URL('../worker/main.ts', entry));
  return [runtime, '--import', import.meta.resolve('tsx'), worker];
}
