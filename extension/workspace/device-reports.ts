import { EventEmitter } from 'vscode';
import { z } from 'zod';
import { Disposables } from '../disposables.ts';
import type { CommandLine } from './command-line.ts';

const reportSchema = z.object({
  kind: z.enum(['cpu', 'webgpu', 'cuda']),
  available: z.boolean(),
  name: z.string(),
  detail: z.string(),
  remedy: z.string().optional(),
});

export type DeviceReport = z.infer<typeof reportSchema>;

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
    this.#reports ??= this.#commandLine
      .json(['devices', '--json'])
      .then((output) => z.array(reportSchema).parse(output));
    return this.#reports;
  }

  /** Looks again. */
  refresh(): Promise<readonly DeviceReport[]> {
    this.#reports = undefined;
    this.#changed.fire();
    return this.list();
  }
}
