#!/usr/bin/env node
import { fileURLToPath } from 'node:url';
import { CheckingProcess, checkingCommand } from '../checks/apart/checking-process.ts';
import { exportingCommand } from '../export/apart/exporting-process.ts';
import { LocalLauncher, workerCommand } from '../runs/queue/launch.ts';
import { runCommandLine } from './program.ts';
import { processTerminal } from './terminal.ts';

const entry = import.meta.url;
const fromSources = entry.endsWith('.ts') ? ['--import', import.meta.resolve('tsx')] : [];

const checker = new CheckingProcess({ command: checkingCommand(entry) });
process.exitCode = await runCommandLine(process.argv.slice(2), {
  terminal: processTerminal(),
  launcher: new LocalLauncher({ command: workerCommand(entry) }),
  checker,
  exporter: exportingCommand(entry),
  self: [process.execPath, ...fromSources, fileURLToPath(entry)],
});
checker.dispose();
