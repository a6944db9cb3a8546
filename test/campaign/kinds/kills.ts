import { setTimeout as pause } from 'node:timers/promises';
import type { Started } from '../frame/command.ts';
import { type Family, kill } from '../frame/family.ts';
import type { Kind } from '../frame/kind.ts';

const victims = ['worker', 'worker', 'command', 'both'] as const;
type Victim = (typeof victims)[number];

/** Kills workers, commands or both at random moments of real runs, up to three times a run. */
export const kills: Kind = {
  name: 'kills',
  title: 'SIGKILL at random moments',
  share: 4,
  async open(_folder, { runs }) {
    return {
      run: (number, random) =>
        runs.try(random.pick(runs.experiments), number, async (user, family, { milliseconds }) => {
          let killed = 0;
          for (let times = random.between(1, 3); times > 0; times--) {
            const [moment, victim] = [random.fraction() * milliseconds, random.pick(victims)];
            const next = await user.next();
            if ('id' in next) break;
            killed += await killAt(next, family, victim, moment);
          }
          return { kills: killed };
        }),
      close: async () => {},
    };
  },
};

/** @returns how many processes were killed: none where all had ended before the moment came */
async function killAt(command: Started, family: Family, victim: Victim, moment: number): Promise<number> {
  let over = false;
  const ended = command.ended.then(() => {
    over = true;
  });
  await Promise.race([ended, pause(moment)]);
  let killed = 0;
  if (!over) for (const { pid } of chosen(family, victim, command.process.pid)) if (kill(pid)) killed++;
  await ended;
  return killed;
}

function chosen(family: Family, victim: Victim, command: number | undefined) {
  const members = family.members();
  if (victim === 'both') return members;
  const some = members.filter(({ pid }) => (pid === command) === (victim === 'command'));
  // A worker that has not been started yet cannot be killed, but its command can.
  return some.length > 0 ? some : members;
}
