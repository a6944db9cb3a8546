import { observed, observeSessions } from './observed-sessions.ts';
import type { OurTurn, TurnRequest } from './our-steps.ts';
import { Stepper } from './stepper.ts';
import { workloads } from './workloads.ts';

/** The other end of OurSteps: takes the steps of one workload that it is asked for. */
observeSessions();
let stepper: Stepper | undefined;

process.on('message', async ({ workload, threads, count }: TurnRequest) => {
  stepper ??= await Stepper.open(workloads.find(({ name }) => name === workload)!, threads);
  const before = observed.runMilliseconds;
  const times = await stepper.time(count);
  const inSessions = observed.runMilliseconds - before;
  const turn: OurTurn = { times, compiled: observed.compiled, inSessions, loss: await stepper.loss() };
  process.send!(turn);
});
