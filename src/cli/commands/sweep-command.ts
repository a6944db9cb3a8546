import { spawn } from 'node:child_process';
import { Command, InvalidArgumentError } from 'commander';
import { replaceFile } from '../../base/replace-file.ts';
import { UserError } from '../../base/user-error.ts';
import { readSoundExperiment } from '../../checks/apart/sound-experiment.ts';
import { parseLoaded, readExperimentText } from '../../experiment/parsing/load.ts';
import { setConcurrency } from '../../runs/queue/queue.ts';
import type { RunStore } from '../../runs/store.ts';
import { pointToWrite, withPoint } from '../../sweeps/best-into-text.ts';
import { stopRunsOf } from '../../sweeps/driver.ts';
import { SweepPlace } from '../../sweeps/place.ts';
import { StandingReader } from '../../sweeps/standing.ts';
import { type Sweep, sweepOf } from '../../sweeps/sweep.ts';
import { countArgument } from '../arguments.ts';
import { type ExitCode, exitCodes } from '../complain.ts';
import { type Context, type DataDirOption, dataDirectoryOf, lookAtStore, withStore } from '../context.ts';
import { lookUpDevices } from '../device-lookup.ts';
import type { CommandMaker } from '../program.ts';
import { driveSweep } from '../sweep/drive.ts';
import { standingJson, standingText } from '../sweep/report.ts';
import { jsonSweepView, lineSweepView } from '../sweep/views.ts';
import { pointText } from '../sweep/wording.ts';
import { waitingOn } from '../waiting.ts';

interface SweepOptions extends DataDirOption {
  readonly status?: boolean;
  readonly stop?: boolean;
  readonly writeBest?: boolean;
  readonly point?: number;
  readonly concurrency?: number;
  readonly json?: boolean;
  readonly detach?: boolean;
}

export const sweepCommand: CommandMaker = (context, ended) =>
  new Command('sweep')
    .description('Try the options of an experiment’s "sweep", or go on where that was left.')
    .argument('<file>', 'an experiment file (*.distill.json) with a "sweep"')
    .option('--status', 'show how the sweep stands, and start nothing')
    .option('--stop', 'ask the sweep and its runs to stop, whoever drives it')
    .option('--write-best', 'write the values of the best point into the file; the sweep in it stays')
    .option('--point <n>', 'of --write-best: this point instead', pointArgument)
    .option(
      '-c, --concurrency <n>',
      'runs at once in this data directory, from now on (at first 1)',
      countArgument,
    )
    .option(
      '--json',
      'print every event as one line of JSON and how the sweep stands as the last; with --status that alone',
    )
    .option('--detach', 'start and return; the sweep goes on without this terminal')
    .option('--data-dir <path>', 'where runs are kept')
    .addHelpText(
      'after',
      `
How far a sweep is follows from its runs alone: after a crash the same command goes on. Several
processes may drive one sweep at the same time. Ctrl+C asks it to stop; each run keeps a checkpoint.`,
    )
    .action(
      ended((file: string, options: SweepOptions) => {
        const { status: look, stop: end, writeBest, point } = options;
        if ([look, end, writeBest].filter(Boolean).length > 1)
          throw new UserError('Of --status, --stop and --write-best only one can be done.', {
            remedy: 'Write one of them.',
          });
        if (point !== undefined && !writeBest)
          throw new UserError('--point says which point --write-best writes, and nothing is to be written.', {
            remedy: 'Write --write-best too, or leave out --point.',
          });
        if (writeBest) return writePoint(context, file, options);
        if (look) return status(context, file, options);
        if (end) return stop(context, file, options);
        return start(context, file, options);
      }),
    );

async function start(context: Context, file: string, options: SweepOptions): Promise<ExitCode> {
  const { terminal, checker } = context;
  const { err, errColors } = terminal;
  const sound = await readSoundExperiment(file, checker, {
    dataDirectory: dataDirectoryOf(options),
    devices: lookUpDevices,
    waiting: waitingOn(terminal),
  });
  for (const { line, column, message, remedy } of sound.warnings)
    err(
      `${errColors.yellow('warning')} ${file}:${line}:${column}: ${[message, remedy].filter(Boolean).join(' ')}\n`,
    );
  return withStore(
    context,
    options,
    async (store) => {
      const sweep = sweepOf(sound, store.dataDirectory);
      if (options.concurrency !== undefined) await setConcurrency(store, options.concurrency);
      if (options.detach) return detach(context, store, sweep, options);
      if (!options.json) await tellOfOthers(context, store, sweep);
      const view = options.json ? jsonSweepView(terminal, sweep) : lineSweepView(terminal, sweep);
      const { standing, code } = await driveSweep(context, store, sweep, view);
      terminal.out(
        options.json
          ? `${JSON.stringify({ type: 'standing', ...standingJson(sweep, standing, code === exitCodes.interrupted) })}\n`
          : `\n${standingText(sweep, standing, terminal.outColors)}`,
      );
      return code;
    },
    { make: true },
  );
}

/** What of the file's sweeps is not gone on with: its experiment or its options were others. */
async function tellOfOthers({ terminal }: Context, store: RunStore, { id, loaded }: Sweep): Promise<void> {
  const runs = await store.list({ file: loaded.file });
  const others = runs.filter(({ sweep }) => sweep && sweep.id !== id);
  if (others.length === 0 || runs.some(({ sweep }) => sweep?.id === id)) return;
  const sweeps = new Set(others.map(({ sweep }) => sweep!.id)).size;
  terminal.err(
    `A new sweep begins: ${others.length} ${others.length === 1 ? 'run' : 'runs'} of ${sweeps === 1 ? 'an earlier one' : `${sweeps} earlier ones`} of this file tried other options, or had another experiment or other seeds.\n`,
  );
}

async function detach(
  { self, terminal }: Context,
  store: RunStore,
  sweep: Sweep,
  { json }: SweepOptions,
): Promise<ExitCode> {
  const [program, ...programArguments] = self;
  const words = ['sweep', sweep.loaded.file, '--data-dir', store.dataDirectory];
  spawn(program, [...programArguments, ...words], {
    ...{ detached: true, stdio: 'ignore', windowsHide: true },
  }).unref();
  terminal.out(json ? `${JSON.stringify({ sweep: sweep.id, type: 'started' })}\n` : `${sweep.id}\n`);
  return exitCodes.ok;
}

/** Of a sweep that only is looked at or stopped, files and models need not be there any more. */
async function written(file: string, options: SweepOptions): Promise<Sweep> {
  const loaded = parseLoaded(await readExperimentText(file), file);
  return sweepOf(loaded, dataDirectoryOf(options));
}

async function status(context: Context, file: string, options: SweepOptions): Promise<ExitCode> {
  const { terminal } = context;
  const sweep = await written(file, options);
  return lookAtStore(context, options, async (store) => {
    const standing = await new StandingReader(store, sweep).read();
    const { stopRequested } = new SweepPlace(store.dataDirectory, sweep.id);
    terminal.out(
      options.json
        ? `${JSON.stringify(standingJson(sweep, standing, stopRequested), null, 2)}\n`
        : standingText(sweep, standing, terminal.outColors),
    );
    return exitCodes.ok;
  });
}

async function stop(context: Context, file: string, options: SweepOptions): Promise<ExitCode> {
  const sweep = await written(file, options);
  return withStore(context, options, async (store) => {
    await new SweepPlace(store.dataDirectory, sweep.id).requestStop();
    const runs = await stopRunsOf(store, sweep.id);
    context.terminal.out(
      runs.length === 0 ? 'The sweep begins no further point.\n' : `${runs.join(' ')} asked to stop\n`,
    );
    return exitCodes.ok;
  });
}

async function writePoint(context: Context, file: string, options: SweepOptions): Promise<ExitCode> {
  const text = await readExperimentText(file);
  const sweep = sweepOf(parseLoaded(text, file), dataDirectoryOf(options));
  return lookAtStore(context, options, async (store) => {
    const standing = await new StandingReader(store, sweep).read();
    const point = pointToWrite(standing, sweep, options.point);
    const changed = withPoint(text, sweep, point);
    // Nothing is written that would not be read.
    parseLoaded(changed, file);
    if (changed !== text) await replaceFile(sweep.loaded.file, changed);
    context.terminal.out(
      `${changed === text ? 'There already' : 'Written'}: point ${point.index} (${pointText(sweep, point.values)})\n`,
    );
    return exitCodes.ok;
  });
}

function pointArgument(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Write the number of a point.');
  return Number(text);
}
