import { Command } from 'commander';
import { UserError } from '../../base/user-error.ts';
import { nameArgument } from '../arguments.ts';
import { exitCodes } from '../complain.ts';
import { type DataDirOption, withStore } from '../context.ts';
import type { CommandMaker } from '../program.ts';

interface LabelOptions extends DataDirOption {
  readonly name?: string;
  readonly note?: string;
  readonly tag?: readonly string[];
  readonly untag?: readonly string[];
  readonly baseline?: boolean;
}

export const labelCommand: CommandMaker = (context, ended) =>
  new Command('label')
    .description('Name a run, tag it, add a note, or mark it as the baseline.')
    .argument('<run>', 'id of the run')
    .option('--name <text>', 'what to call it', nameArgument)
    .option('--note <text>', 'a note; an empty one takes it away')
    .option('--tag <tag...>', 'tags to add')
    .option('--untag <tag...>', 'tags to take away')
    .option('--baseline', 'the one run that others are held against')
    .option('--no-baseline', 'no longer the baseline')
    .option('--data-dir <path>', 'where runs are kept')
    .action(
      ended((part: string, options: LabelOptions) =>
        withStore(context, options, async (store) => {
          const { id, baseline } = await store.find(part);
          const { name, note, tag, untag } = options;
          if ([name, note, tag, untag, options.baseline].every((value) => value === undefined))
            throw new UserError('Nothing to label the run with.', {
              remedy: 'Add --name, --note, --tag, --untag, --baseline or --no-baseline.',
            });
          if (name !== undefined) await store.rename(id, name);
          if (note !== undefined) await store.setNote(id, note);
          if (tag) await store.tag(id, ...tag);
          if (untag) await store.untag(id, ...untag);
          if (options.baseline === true) await store.setBaseline(id);
          if (options.baseline === false && baseline) await store.setBaseline(undefined);
          return exitCodes.ok;
        }),
      ),
    );
