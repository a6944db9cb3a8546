import { existsSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Command } from 'commander';
import { UserError } from '../../base/user-error.ts';
import { compareRuns } from '../../compare/figures.ts';
import { formatSeconds } from '../../compare/formatting.ts';
import { renderTable } from '../../compare/reports/table.ts';
import { usableCores } from '../../device/cores.ts';
import { createRuns } from '../../runs/create-run.ts';
import { databaseFile, dataDirectoryName } from '../../runs/directory/data-directory.ts';
import { exitCodes } from '../complain.ts';
import { withStore } from '../context.ts';
import { followRuns } from '../follow-runs.ts';
import type { CommandMaker } from '../program.ts';
import { progressView } from '../progress/progress-view.ts';
import { writeReport } from './compare-command.ts';
import { demoExamples, demoOrder } from './demo-experiments.ts';
import { readExperiments } from './run-command.ts';

export const demoCommand: CommandMaker = (context, ended) =>
  new Command('demo')
    .description(
      `Train teachers on MNIST and on a novel, and students by every strategy, into ${dataDirectoryName} here.`,
    )
    .option(
      '--data-dir <path>',
      `where runs are kept, instead of ${dataDirectoryName} in the current directory`,
    )
    .action(
      ended(async (options: { dataDir?: string }) => {
        const { terminal } = context;
        const began = performance.now();
        const dataDir = options.dataDir ?? join(process.cwd(), dataDirectoryName);
        const experiments = await readExperiments(
          context,
          demoExamples.map(({ name }) => exampleFile(name)),
          { dataDir },
        );
        return withStore(
          context,
          { dataDir },
          async (store) => {
            const ids: string[] = [];
            for (const { experiment, seed } of demoOrder(experiments))
              ids.push(...(await createRuns(store, experiment, { seeds: [seed] })));
            terminal.err(
              `${ids.length} runs of ${experiments.length} experiments: a teacher learns all of MNIST and is distilled by every strategy for images,\nquantized and pruned; a small language model learns a novel, by itself and from a larger one.\n\n`,
            );
            // Models this small keep one core busy each, and no more.
            const view = progressView(terminal, { json: false });
            const code = await followRuns(context, store, ids, view, { atOnce: usableCores() });
            const name = ownName();
            if (code === exitCodes.interrupted) {
              const rest = await store.list({ ids, states: ['cancelled'], sort: 'createdAt' });
              if (rest.length > 0)
                terminal.err(`\nGo on with: ${name} resume ${rest.map(({ id }) => id).join(' ')}\n`);
              return code;
            }
            const runs = await store.list({ ids, sort: 'createdAt' });
            const comparison = compareRuns(runs);
            const { outColors: colors, out } = terminal;
            out(
              `\n${renderTable(comparison, { width: terminal.columns, color: colors.isColorSupported })}\n`,
            );
            const report = join(store.dataDirectory, 'report.html');
            await writeReport(store, runs, comparison, report);
            const example = relative(process.cwd(), exampleFile('mnist-response'));
            const copy = 'mine.distill.json';
            const steps: [string, string][] = [
              [`${name} runs`, 'every run, with its state'],
              [`${name} show ${runs.at(-1)?.id ?? 'RUN'}`, 'one run in full'],
              [`${name} compare --markdown`, 'the same table for your notes'],
              [`cp ${example} ${copy}`, 'then change a temperature or a layer in it, and'],
              [`${name} check ${copy}`, 'see whether it makes sense'],
              [`${name} run ${copy}`, 'train it; the teacher is there already'],
            ];
            const width = Math.max(...steps.map(([command]) => command.length));
            const took = formatSeconds((performance.now() - began) / 1000);
            out(
              [
                colors.bold(
                  code === exitCodes.ok ? `Done in ${took}` : `Ended after ${took}; not every run completed`,
                ),
                `  database  ${databaseFile(store.dataDirectory)}`,
                `  report    ${pathToFileURL(report).href}`,
                `  students  ${join(store.dataDirectory, 'runs')}`,
                '',
                colors.bold('What to do next'),
                ...steps.map(([command, what]) => `  ${command.padEnd(width)}  ${colors.dim(what)}`),
                '',
              ].join('\n'),
            );
            return code;
          },
          { make: true },
        );
      }),
    );

/** How this command line was called, so that what is printed can be pasted. */
function ownName(): string {
  const script = process.argv[1] ?? '';
  return basename(script) === 'distillery' ? 'distillery' : `node ${relative(process.cwd(), script)}`;
}

/** Examples lie beside dist/, whose chunks have a folder of their own, or beside src/ where the sources run themselves. */
function exampleFile(example: string): string {
  const name = `${example}.distill.json`;
  for (const up of ['../examples/', '../../examples/', '../../../examples/']) {
    const file = fileURLToPath(new URL(`${up}${name}`, import.meta.url));
    if (existsSync(file)) return file;
  }
  throw new UserError(`The example ${name} of the demo is not installed.`, {
    remedy: 'Run the demo in a clone of the repository: npm run demo.',
  });
}
