import { EventEmitter } from 'vscode';
import { Disposables } from '../disposables.ts';
import type { CommandLine } from './command-line.ts';

export interface DeviceReport {
  readonly kind: 'cpu' | 'webgpu' | 'cuda';
  readonly available: boolean;
  readonly name: string;
  readonly detail: string;
  readonly remedy?: string;
}

/** Which devices are here. Looked up in a process of its own: a faulty graphics driver must not take the host along. */
export class DeviceReports extends Disposables {
  readonly #changed = this.add(new EventEmitter<void>());
  readonly onDidChange = this.#changed.event;
  readonly #commandLine: CommandLine;
  #reports: Promise<readonly DeviceReport[]> | undefined;

  constructor(commandLine: CommandLine) {
    super();
    this.#commandLine = commandLine;
  }

  list(): Promise<readonly DeviceReport[]> {
    this.#reports ??= this.#commandLine.json(['devices', '--json']).then((output) => readReports(output));
    return this.#reports;
  }

  /** The next look is a new one. */
  forget(): void {
    this.#reports = undefined;
    this.#changed.fire();
  }

  /** Looks again. */
  refresh(): Promise<readonly DeviceReport[]> {
    this.forget();
    return this.list();
  }
}

async function readReports(output: unknown): Promise<readonly DeviceReport[]> {
  const { z } = await import('zod');
  const report = z.object({
    kind: z.enum(['cpu', 'webgpu', 'cuda']),
    available: z.boolean(),
    name: z.string(),
    detail: z.string(),
    remedy: z.string().optional(),
  });
  return z.array(report).parse(output);
}
