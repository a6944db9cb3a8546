import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const everyMs = 500;

/** The power that a GPU tells of itself, summed up over time. */
export class GpuPower {
  readonly source: string;
  readonly #child: ChildProcess;
  #joules = 0;
  #last: { readonly watts: number; readonly at: number } | undefined;
  #told = true;

  private constructor(source: string, child: ChildProcess) {
    this.source = source;
    this.#child = child;
    createInterface({ input: child.stdout! }).on('line', (line) => this.#heard(Number(line)));
    child.on('error', () => {
      this.#told = false;
    });
  }

  /**
   * Of the NVIDIA GPU that this process uses.
   * @returns undefined where it does not tell its power, or nothing tells which of several GPUs it is.
   */
  static async open(command = 'nvidia-smi'): Promise<GpuPower | undefined> {
    const gpu = await ownGpu(command);
    if (!gpu) return undefined;
    // It ends with its reader: a pipe that nobody reads is closed.
    const child = spawn(
      command,
      [
        `--id=${gpu.uuid}`,
        '--query-gpu=power.draw',
        '--format=csv,noheader,nounits',
        `-lms`,
        String(everyMs),
      ],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    );
    child.unref();
    return new GpuPower(gpu.name, child);
  }

  /** Joules since the beginning; undefined where the GPU did not tell them all along. */
  get joules(): number | undefined {
    return this.#told && this.#last ? this.#joules : undefined;
  }

  #heard(watts: number): void {
    const at = performance.now() / 1000;
    if (!Number.isFinite(watts)) this.#told = false;
    else {
      if (this.#last) this.#joules += ((watts + this.#last.watts) / 2) * (at - this.#last.at);
      this.#last = { watts, at };
    }
  }

  close(): void {
    this.#child.kill();
  }
}

interface Gpu {
  readonly uuid: string;
  readonly name: string;
}

async function ownGpu(command: string): Promise<Gpu | undefined> {
  const gpus = (await rows(command, ['--query-gpu=uuid,name,power.draw'])).flatMap(([uuid, name, power]) =>
    uuid && name && Number.isFinite(Number(power)) ? [{ uuid, name }] : [],
  );
  if (gpus.length < 2) return gpus[0];
  const processes = await rows(command, ['--query-compute-apps=pid,gpu_uuid']);
  const [own, ...more] = processes.filter(([pid]) => Number(pid) === process.pid);
  return own && more.length === 0 ? gpus.find(({ uuid }) => uuid === own[1]) : undefined;
}

async function rows(command: string, query: readonly string[]): Promise<string[][]> {
  try {
    const { stdout } = await promisify(execFile)(command, [...query, '--format=csv,noheader,nounits'], {
      timeout: 10_000,
    });
    return stdout
      .split('\n')
      .flatMap((line) => (line.trim() ? [line.split(',').map((cell) => cell.trim())] : []));
  } catch {
    return [];
  }
}
