import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ExtensionContext } from 'vscode';

const execute = promisify(execFile);

/** The command line that comes with the extension, run by VS Code's own Node, apart from the extension host. */
export class CommandLine {
  readonly path: string;

  constructor(context: ExtensionContext) {
    this.path = join(context.extensionPath, 'dist', 'cli.mjs');
  }

  /** Runs a command that prints JSON. Throws with what it wrote to stderr. */
  async json(args: readonly string[], signal?: AbortSignal): Promise<unknown> {
    const { stdout } = await execute(process.execPath, [this.path, ...args], {
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      maxBuffer: 64 * 1024 * 1024,
      signal,
      windowsHide: true,
    });
    return JSON.parse(stdout);
  }
}
