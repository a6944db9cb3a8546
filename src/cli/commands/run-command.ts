import { spawn } from 'node:child_process';
import { Command } from 'commander';
import { UserError } from '../../base/user-error.ts';
import { readSoundExperiment, type SoundExperiment } from '../../checks/apart/sound-experiment.ts';
import { requireDevice } from '../../checks/device.ts';
import { adviceText } from '../../compare/advice/advice.ts';
import { adviseBefore } from '../../compare/advice/advice-before-run.ts';
import type { DeviceChoice } from '../../experiment/schema/schema.ts';
import { roleOf } from '../../experiment/strategies/facts.ts';
import { type Format, formats, type Precision, precisions } from '../../export/forms.ts';
import { createRuns } from '../../runs/create-run.ts';
import { setConcurrency } from '../../runs/queue/queue.ts';
import type { RunStore } from '../../runs/store.ts';
import { agreeToServer } from '../agree-to-server.ts';
import {
  countArgument,
  deviceArgument,
  nameArgument,
  namesArgument,
  namesOf,
  seedWords,
} from '../arguments.ts';
import { type ExitCode, exitCodes } from '../complain.ts';
import { type Context, type DataDirOption, dataDirectoryOf, withStore } from '../context.ts';
import { lookUpDevices } from '../device-lookup.ts';
import { followRuns } from '../follow-runs.ts';
import type { CommandMaker } from '../program.ts';
import { progressView } from '../progress/progress-view.ts';
import { waitingOn } from '../waiting.ts';

interface RunCommandOptions extends DataDirOption {
  readonly seed?: readonly string[];
  readonly device?: DeviceChoice;
  readonly name?: string;
  readonly concurrency?: number;
  readonly export?: readonly Format[];
  readonly precision?: readonly Precision[];
  readonly yes?: boolean;
  readonly json?: boolean;
  readonly detach?: boolean;
}

export const runCommand: CommandMaker = (context, ended) =>
  new Command('run')
    .description('Train the students of experiment files, one run per seed, and follow them to their end.')
    .argument('[file...]', 'experiment files (*.distill.json)')
    .option('-s, --seed <n...>', 'seeds instead of those in the file')
    .option(
      '-d, --device <device>',
      'auto, cpu, webgpu or cuda, instead of the device in the file',
      deviceArgument,
    )
    .option('-n, --name <text>', 'what to call the runs', nameArgument)
    .option('--data-dir <path>', 'where runs are kept')
    .option(
      '-c, --concurrency <n>',
      'runs at once in this data directory, from now on (at first 1)',
      countArgument,
    )
    .option(
      '--export <names>',
      `export each student into its run's folder "export" before the next run begins: ${namesOf(formats)}`,
      namesArgument(formats),
    )
    .option(
      '--precision <names>',
      `of exported ONNX and GGUF files: ${namesOf(precisions)}`,
      namesArgument(precisions),
    )
    .option('-y, --yes', 'agree to what is asked of the server of a teacher, and to what it may cost')
    .option('--json', 'print every event as one line of JSON, with the id of its run as "run"')
    .option('--detach', 'start the runs and return; they go on without this terminal')
    .addHelpText(
      'after',
      `
Ctrl+C asks the runs to stop; they keep a checkpoint, and \`distillery resume\` goes on from it.
A second Ctrl+C leaves at once. Runs also outlive a closed terminal: \`distillery runs\` finds them.`,
    )
    .action(
      ended(async (given: string[], options: RunCommandOptions) => {
        if (options.precision && !options.export)
          throw new UserError(
            '--precision says how exported files are stored, and nothing is to be exported.',
            {
              remedy: 'Write --export too, or leave out --precision.',
            },
          );
        const { seeds, files } = seedWords(options.seed ?? []);
        const experiments = await readExperiments(context, [...given, ...files], options);
        return withStore(
          context,
          options,
          async (store) => {
            if (options.concurrency !== undefined) await setConcurrency(store, options.concurrency);
            if (!options.json) {
              tellOfSweeps(context, experiments);
              await warnBefore(context, store, experiments);
            }
            const agreed = new Map<SoundExperiment, { readonly serverRequests?: number }>();
            for (const experiment of experiments)
              agreed.set(
                experiment,
                await agreeToServer(context, experiment, store.dataDirectory, options.yes === true),
              );
            const ids: string[] = [];
            for (const experiment of experiments)
              ids.push(
                ...(await createRuns(store, experiment, {
                  seeds: seeds.length > 0 ? seeds : undefined,
                  device: options.device,
                  name: options.name,
                  ...agreed.get(experiment),
                  export: options.export && {
                    formats: options.export,
                    precisions: options.precision ?? ['fp32'],
                  },
                })),
              );
            if (options.detach) return detach(context, store, ids, options.json === true);
            const view = progressView(context.terminal, { json: options.json === true });
            const code = await followRuns(context, store, ids, view);
            if (!options.json && code === exitCodes.ok)
              context.terminal.err(`\nTeacher against student: distillery compare\n`);
            return code;
          },
          { make: true },
        );
      }),
    );

/** Reads and checks all files before anything is made of any of them; tells of warnings. */
export async function readExperiments(
  { terminal, checker }: Context,
  files: readonly string[],
  options: DataDirOption & { readonly device?: DeviceChoice },
): Promise<SoundExperiment[]> {
  if (files.length === 0)
    throw new UserError('No experiment file is named.', {
      remedy: 'Write distillery run FILE; experiment files end in .distill.json.',
    });
  const { err, errColors } = terminal;
  if (options.device) await requireDevice(options.device, lookUpDevices);
  const dataDirectory = dataDirectoryOf(options);
  const experiments: SoundExperiment[] = [];
  for (const file of files) {
    const experiment = await readSoundExperiment(file, checker, {
      dataDirectory,
      ...(!options.device && { devices: lookUpDevices }),
      waiting: waitingOn(terminal),
    });
    for (const { line, column, message, remedy } of experiment.warnings)
      err(
        `${errColors.yellow('warning')} ${file}:${line}:${column}: ${[message, remedy].filter(Boolean).join(' ')}\n`,
      );
    experiments.push(experiment);
  }
  return experiments;
}

/** Somebody may expect that a file with a sweep is swept. */
function tellOfSweeps({ terminal }: Context, experiments: readonly SoundExperiment[]): void {
  for (const { experiment, file } of experiments)
    if (experiment.sweep)
      terminal.err(
        `${experiment.name} runs as it stands; what its "sweep" tries is started with: distillery sweep ${file}\n`,
      );
}

/** What earlier runs in this data directory tell against an experiment, before it is begun. */
async function warnBefore(
  { terminal: { err, errColors } }: Context,
  store: RunStore,
  experiments: readonly SoundExperiment[],
): Promise<void> {
  if (!experiments.some(({ experiment }) => roleOf(experiment.strategy.kind) === 'distillation')) return;
  const earlier = await store.list({ states: ['completed'] });
  for (const { experiment, file } of experiments)
    for (const advice of adviseBefore({ experiment, file, earlier }))
      if (advice.tone === 'caution')
        err(`${errColors.yellow('advice')} ${experiment.name}: ${adviceText(advice)}\n`);
}

/** Leaves the queue to a process of its own, which ends when every queued run is started. */
function detach(
  { self, terminal }: Context,
  store: RunStore,
  ids: readonly string[],
  json: boolean,
): ExitCode {
  const [program, ...programArguments] = self;
  spawn(program, [...programArguments, 'queue', '--data-dir', store.dataDirectory], {
    detached: true,
    stdio: 'ignore',
    windowsHide: true,
  }).unref();
  for (const id of ids) terminal.out(json ? `${JSON.stringify({ run: id, type: 'queued' })}\n` : `${id}\n`);
  return exitCodes.ok;
}
