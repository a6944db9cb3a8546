import { Command, InvalidArgumentError, Option } from 'commander';
import { headlineText } from '../../compare/figures/headline.ts';
import { formatRatio, missing, oneLine } from '../../compare/formatting.ts';
import { stateWord } from '../../compare/state-word.ts';
import { type RunRecord, runSortKeys } from '../../runs/database/run-records.ts';
import { compressionOf } from '../../runs/database/run-summary.ts';
import { type RunState, runStates } from '../../worker/directory/run-states.ts';
import { countArgument, textArgument } from '../arguments.ts';
import { exitCodes } from '../complain.ts';
import { type DataDirOption, lookAtStore } from '../context.ts';
import type { CommandMaker } from '../program.ts';
import { phaseNames, rateText } from '../progress/wording.ts';
import { plainTable } from '../table.ts';
import type { Colors } from '../terminal.ts';

interface RunsOptions extends DataDirOption {
  readonly json?: boolean;
  readonly state?: RunState[];
  readonly tag?: string;
  readonly text?: string;
  readonly sort: (typeof runSortKeys)[number];
  readonly reverse?: boolean;
  readonly limit?: number;
}

const shownInTerminal = 50;
const stateWords = runStates.map(stateWord);

/** Adds a state by the word it is shown by, or by the one that JSON has. */
function stateArgument(word: string, before: readonly RunState[] = []): RunState[] {
  const state = runStates.find((one) => one === word || stateWord(one) === word);
  if (!state) throw new InvalidArgumentError(`Allowed choices are ${stateWords.join(', ')}.`);
  return [...before, state];
}

export const runsCommand: CommandMaker = (context, ended) =>
  new Command('runs')
    .description('List runs, newest first.')
    .option('--json', 'print them as a JSON array with everything known of each')
    .addOption(
      new Option('--state <state...>', `only runs in these states: ${stateWords.join(', ')}`).argParser(
        stateArgument,
      ),
    )
    .option('--tag <tag>', 'only runs with this tag')
    .option('--text <text>', 'only runs with this in id, name, experiment, note or tag', textArgument)
    .addOption(new Option('--sort <key>', 'what to order by').choices(runSortKeys).default('createdAt'))
    .option('--reverse', 'the other way round')
    .option('--limit <n>', `at most so many (in a terminal ${shownInTerminal})`, countArgument)
    .option('--data-dir <path>', 'where runs are kept')
    .action(
      ended((options: RunsOptions) =>
        lookAtStore(context, options, async (store) => {
          const { terminal } = context;
          const limit =
            options.limit ?? (terminal.outIsTerminal && !options.json ? shownInTerminal : undefined);
          const byWorth = ['createdAt', 'startedAt', 'endedAt', 'accuracy', 'compression'].includes(
            options.sort,
          );
          const query = {
            states: options.state,
            tag: options.tag,
            text: options.text,
            sort: options.sort,
            descending: byWorth !== (options.reverse ?? false),
          };
          const runs = await store.list({ ...query, limit });
          if (options.json) {
            terminal.out(`${JSON.stringify(runs, null, 2)}\n`);
            return exitCodes.ok;
          }
          if (runs.length === 0) {
            terminal.err(`No runs in ${store.dataDirectory}. Start some: distillery run FILE\n`);
            return exitCodes.ok;
          }
          terminal.out(runTable(runs, terminal.outColors));
          const left = (await store.count(query)) - runs.length;
          if (left > 0) terminal.err(`${left} more; see them with --limit or pick some with --text.\n`);
          const queued = await store.count({ states: ['queued'] });
          if (queued > 0 && (await store.count({ states: ['running'] })) === 0)
            terminal.err('Queued runs wait until something starts them: distillery queue\n');
          return exitCodes.ok;
        }),
      ),
    );

export function runTable(runs: readonly RunRecord[], colors: Colors): string {
  return plainTable(
    ['run', 'name', 'strategy', 'seed', 'state', 'accuracy', 'teacher', 'smaller', 'tags'],
    runs.map((run) => [
      run.id,
      oneLine(run.name, 28),
      run.strategy,
      `${run.seed}`,
      stateText(run, colors),
      run.result ? headlineText(run.result.student) : missing,
      run.result?.teacher && !run.result.otherTokens ? headlineText(run.result.teacher) : missing,
      formatRatio(compressionOf(run.result)),
      oneLine(run.tags.join(', '), 30),
    ]),
    colors,
  );
}

/** The state of a run, with how far it is while it runs. */
export function stateText(run: RunRecord, colors: Colors): string {
  switch (run.state) {
    case 'queued':
      return colors.dim('queued');
    case 'running': {
      if (!run.progress) return colors.cyan(run.phase ? phaseNames[run.phase] : 'starting');
      const { phase, done, total } = run.progress;
      const percent = total > 0 ? ` ${Math.floor((100 * done) / total)} %` : '';
      return colors.cyan(
        [`${phaseNames[phase]}${percent}`, rateText(run.progress)].filter(Boolean).join(' · '),
      );
    }
    case 'completed':
      return colors.green('completed');
    case 'failed':
      return colors.red('failed');
    case 'cancelled':
      return colors.yellow(stateWord(run.state));
    case 'interrupted':
    case 'dropped':
      return colors.yellow(run.state);
  }
}
