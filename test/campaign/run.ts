/** `npm run campaign`: tries the program with bad luck and hostile input for as long as it is told to. */
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { compileTestPrograms } from '../../build/testing/test-programs.mjs';
import { campaign } from './frame/campaign.ts';
import { interruption } from './frame/interruption.ts';
import { report, writeReport } from './frame/report.ts';
import { kinds } from './kinds/all.ts';
import { corpusFolder } from './parsers/corpus.ts';

const usage = `npm run campaign -- [--minutes N] [--seed S] [--only KIND…] [--case NUMBER] [--inputs N] [--report FILE]

  --minutes N    for so long (60)
  --seed S       everything follows from it; printed, drawn by chance where it is left out
  --only KIND    only cases of this kind, which may be said several times: ${kinds.map(({ name }) => name).join(', ')}
  --case NUMBER  only this case of the only kind, once more
  --inputs N     with --only parsers: so many inputs, however long that takes
  --report FILE  writes the figures there, as Markdown; into a text that has a place for them, there

Ctrl-C, or SIGTERM, ends it early: it still says, and writes, what it has found so far.`;

function wish() {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '60' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      only: { type: 'string', multiple: true },
      case: { type: 'string' },
      inputs: { type: 'string' },
      report: { type: 'string' },
    },
  });
  const number = (text: string | undefined): number | undefined => {
    if (text === undefined) return undefined;
    if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
    throw new Error(`"${text}" is no number.`);
  };
  const only = values.only?.flatMap((words) => words.split(','));
  const unknown = only?.find((name) => !kinds.some((kind) => kind.name === name));
  if (unknown !== undefined) throw new Error(`There is no kind "${unknown}".`);
  const chosen = kinds.filter(({ name }) => only === undefined || only.includes(name));
  if (values.case !== undefined && chosen.length !== 1)
    throw new Error('Say of which kind the case is: --only KIND --case NUMBER.');
  const inputs = number(values.inputs);
  return {
    seed: values.seed,
    kinds: chosen,
    minutes: inputs === undefined ? number(values.minutes)! : 24 * 60,
    only: number(values.case),
    inputs,
    corpus: corpusFolder(resolve(import.meta.dirname, '../..')),
    file: values.report,
  };
}

let wished: ReturnType<typeof wish>;
try {
  wished = wish();
} catch (error) {
  console.error(`${(error as Error).message}\n\n${usage}`);
  process.exit(2);
}
// Tests that are run meanwhile must not compile them anew under its feet.
if (!process.env.DISTILLERY_TEST_PROGRAMS) {
  const programs = await compileTestPrograms(`distillery-campaign-${process.pid}`);
  process.once('exit', () => rmSync(programs, { recursive: true, force: true }));
  process.env.DISTILLERY_TEST_PROGRAMS = programs;
}
const stop = interruption();
stop.addEventListener('abort', () => console.log('Interrupted: the case that is being tried is ended.'));
console.log(`The seed is ${wished.seed}.`);
const tallies = await campaign({ ...wished, stop, tell: (line) => console.log(line) });
const text = report(tallies, { ...wished, stop });
console.log(`\n${text}`);
if (wished.file !== undefined) writeReport(wished.file, text);
const code = stop.aborted ? (stop.reason as number) : 0;
process.exit(tallies.some(({ faults }) => faults.length > 0) ? 1 : code);
