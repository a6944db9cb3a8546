import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import picocolors from 'picocolors';
import type { Checker, SampleViewer } from '../../src/checks/apart/checker.ts';
import { checkExperiment } from '../../src/checks/check.ts';
import { partsOfCheckpoint } from '../../src/checks/models/model-parts.ts';
import { reportOfModel } from '../../src/checks/models/model-report.ts';
import { searchSamples, showSamples } from '../../src/checks/samples/shown-samples.ts';
import { costOfText } from '../../src/checks/server-cost.ts';
import { runCommandLine } from '../../src/cli/program.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import { LocalLauncher } from '../../src/runs/queue/launch.ts';
import { program } from '../program.ts';
import { fakeWorkerCommand, type Plan } from '../runs/fleet.ts';

/** A terminal that keeps what is written to it. */
export function memoryTerminal(options: { columns?: number } = {}) {
  const written = { out: '', err: '' };
  const terminal: Terminal = {
    out: (text) => {
      written.out += text;
    },
    err: (text) => {
      written.err += text;
    },
    stream: new PassThrough().resume(),
    outIsTerminal: false,
    errIsTerminal: false,
    columns: options.columns ?? 100,
    outColors: picocolors.createColors(false),
    errColors: picocolors.createColors(false),
  };
  return { terminal, written };
}

/** Looks at experiments in this process, for tests that are not about that. */
export const checkerHere: Checker & SampleViewer = {
  check: checkExperiment,
  inspect: reportOfModel,
  parts: partsOfCheckpoint,
  show: showSamples,
  search: searchSamples,
  cost: costOfText,
  dispose: () => {},
};

export const fakeCliCommand = program('test/cli/fake-cli.ts');

/** Runs a command line in this process, with fake workers. */
export async function distillery(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const { terminal, written } = memoryTerminal();
  const code = await runCommandLine(words, {
    terminal,
    launcher: new LocalLauncher({ command: fakeWorkerCommand }),
    checker: checkerHere,
    exporter: program('src/export/apart/exporting-main.ts'),
    self: fakeCliCommand,
  });
  return { code, ...written };
}

/** Starts a command line as a process of its own, with fake workers. */
export function startDistillery(words: readonly string[]) {
  const [program, ...programArguments] = fakeCliCommand;
  const child = spawn(program, [...programArguments, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  const written = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    written.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    written.err += chunk;
  });
  return { child: child as ChildProcess, written, closed: once(child, 'close') as Promise<[number | null]> };
}

/** An experiment file that passes every check, and whose fake workers do what the plan says. */
export async function experimentFile(
  directory: string,
  plan: Plan,
  seeds: readonly number[] = [0],
  more: object = {},
): Promise<string> {
  const file = join(directory, 'planned.distill.json');
  const experiment = {
    name: 'Planned',
    description: JSON.stringify(plan),
    dataset: { kind: 'mnist', trainLimit: 200, testLimit: 100 },
    teacher: { model: { architecture: 'mlp', hidden: [64] } },
    student: { model: { architecture: 'mlp', hidden: [8] } },
    strategy: { kind: 'response' },
    seeds,
    ...more,
  };
  await writeFile(file, JSON.stringify(experiment, null, 2));
  return file;
}

export const jsonLines = (text: string) =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
