/**
 * Times a training step (forward, backward, AdamW) beside the same in PyTorch, in turns within one run.
 *
 *     npm run bench -- [--model mlp,cnn,transformer] [--threads 1,2] [--rounds 6] [--profile] [--soak [--steps 1000]]
 *
 * or whole experiments on mails: a distillation beside the plain PyTorch loop, and runs with and without cached teacher
 * signals; --quick takes fewer mails.
 *
 *     npm run bench -- --distillation [--threads 2] [--quick]
 *     npm run bench -- --cache [--quick]
 *
 * or the memory that a step of a language model with a large vocabulary takes.
 *
 *     npm run bench -- --memory [--threads 2] [--batch 8]
 *
 * or what a token costs that a language model writes, with what attention keeps of texts and without.
 *
 *     npm run bench -- --generation [--threads 2]
 *
 * or the dashboard in a real VS Code with very many runs: how soon it is there, its memory, its frames. --project keeps the
 * runs in a folder and uses them again.
 *
 *     npm run bench -- --dashboard [--runs 1000] [--points 10000] [--project FOLDER]
 *
 * PyTorch is looked for in $DISTILLERY_PYTHON, else in python3; without it only our own times are printed.
 */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { workerEnvironment } from '../../src/device/worker-environment.ts';
import { cache } from './cache.ts';
import { distillation } from './distillation.ts';
import { generation } from './generation.ts';
import { memory } from './memory.ts';
import { observeSessions } from './observed-sessions.ts';
import { OurSteps, type OurTurn } from './our-steps.ts';
import { profile } from './profile.ts';
import { Reference } from './reference.ts';
import { soak } from './soak.ts';
import { leastOf, medianOf, type StepTime } from './step-time.ts';
import { type Workload, workloads } from './workloads.ts';

/** How long one side steps before it is the other's turn. */
const turnMilliseconds = 500;

// As workers do, and for PyTorch the same: the environment must stand before a process starts.
const environment = workerEnvironment();
if (environment.GLIBC_TUNABLES !== process.env.GLIBC_TUNABLES) {
  const again = [...process.execArgv, ...process.argv.slice(1)];
  process.exit(spawnSync(process.execPath, again, { env: environment, stdio: 'inherit' }).status ?? 1);
}

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: workloads.map(({ name }) => name).join() },
    threads: { type: 'string' },
    rounds: { type: 'string', default: '6' },
    profile: { type: 'boolean', default: false },
    soak: { type: 'boolean', default: false },
    steps: { type: 'string', default: '1000' },
    distillation: { type: 'boolean', default: false },
    cache: { type: 'boolean', default: false },
    memory: { type: 'boolean', default: false },
    batch: { type: 'string', default: '8' },
    generation: { type: 'boolean', default: false },
    dashboard: { type: 'boolean', default: false },
    runs: { type: 'string', default: '1000' },
    points: { type: 'string', default: '10000' },
    project: { type: 'string' },
    quick: { type: 'boolean', default: false },
  },
});

const wanted = values.model.split(',');
const chosen = workloads.filter(({ name }) => wanted.includes(name));
if (chosen.length !== wanted.length)
  throw new Error(`--model knows ${workloads.map(({ name }) => name).join(', ')}; not '${values.model}'.`);
const threadCounts = (
  values.threads ?? (values.distillation || values.memory || values.generation ? '2' : '1,2')
)
  .split(',')
  .map(Number);
const python = process.env.DISTILLERY_PYTHON ?? 'python3';

observeSessions();
if (values.profile) {
  for (const threads of threadCounts) for (const workload of chosen) await profile(workload, threads);
} else if (values.soak) {
  // One model is enough to see a leak; the smallest takes its thousand steps soonest.
  let steady = true;
  for (const workload of wanted.length === workloads.length ? chosen.slice(0, 1) : chosen)
    steady = (await soak(workload, Number(values.steps))) && steady;
  process.exitCode = steady ? 0 : 1;
} else if (values.distillation) {
  const reference = await findReference();
  reference?.close();
  await distillation(reference && python, threadCounts, values.quick ? 96 : 384);
} else if (values.cache) {
  process.exitCode = (await cache(values.quick ? 256 : 1024)) ? 0 : 1;
} else if (values.memory) {
  process.exitCode = (await memory(threadCounts[0]!, Number(values.batch))) ? 0 : 1;
} else if (values.generation) {
  process.exitCode = (await generation(threadCounts[0]!, [1, 8])) ? 0 : 1;
} else if (values.dashboard) {
  // A browser and an editor, which nothing else here needs.
  const { dashboard } = await import('./dashboard/dashboard.ts');
  const { runs, points, project } = values;
  await dashboard({
    runs: Number(runs),
    points: Number(points),
    ...(project && { project: resolve(project) }),
  });
} else await compare();

async function compare(): Promise<void> {
  const reference = await findReference();
  if (reference)
    console.log(
      'In turns, one side held while the other steps. Ratios of medians, of the quickest steps and of processor time (which other processes on the machine\n' +
        'disturb least); below 1 we are faster.',
    );
  const head = [
    'step',
    'threads',
    'ours',
    'PyTorch',
    'ratio',
    'of the quickest',
    'of processor time',
    'in JavaScript',
    'sessions compiled',
  ];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const threads of threadCounts)
    for (const workload of chosen) table.push(await compareStep(workload, threads, reference));
  console.log(table.toString());
  reference?.close();
}

/** PyTorch, and what is told of it. */
async function findReference(): Promise<Reference | undefined> {
  const reference = await Reference.start(python);
  console.log(
    reference
      ? `Beside PyTorch ${reference.version}.`
      : `${python} has no PyTorch: our own times only. DISTILLERY_PYTHON names another Python.`,
  );
  return reference;
}

async function compareStep(workload: Workload, threads: number, reference?: Reference): Promise<string[]> {
  const steps = new OurSteps();
  const { compiled } = await steps.time(workload, threads, 3);
  const trial = await steps.time(workload, threads, 1);
  const count = Math.max(2, Math.min(50, Math.round(turnMilliseconds / trial.times[0]!.elapsed)));
  await reference?.time(workload, threads, 5);

  const turns: OurTurn[] = [];
  const theirs: StepTime[] = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    turns.push(await steps.time(workload, threads, count));
    if (reference) theirs.push(...(await reference.time(workload, threads, count)));
  }
  steps.close();
  const ours = turns.flatMap(({ times }) => times);
  const { loss, compiled: compiledAtEnd } = turns.at(-1)!;
  if (!Number.isFinite(loss)) throw new Error(`The loss of ${workload.title} is ${loss}.`);
  const total = ours.reduce((sum, { elapsed }) => sum + elapsed, 0);
  const inSessions = turns.reduce((sum, turn) => sum + turn.inSessions, 0);

  const ratio = (a: number, b: number) => (reference ? (a / b).toFixed(2) : '–');
  const later = compiledAtEnd - compiled;
  return [
    workload.title,
    String(threads),
    `${medianOf(ours, 'elapsed').toFixed(1)} ms`,
    reference ? `${medianOf(theirs, 'elapsed').toFixed(1)} ms` : '–',
    ratio(medianOf(ours, 'elapsed'), medianOf(theirs, 'elapsed')),
    ratio(leastOf(ours, 'elapsed'), leastOf(theirs, 'elapsed')),
    ratio(medianOf(ours, 'processor'), medianOf(theirs, 'processor')),
    `${(100 * (1 - inSessions / total)).toFixed(1)} %`,
    `${compiled}${later > 0 ? ` and ${later} later!` : ''}`,
  ];
}
