import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Kind } from '../frame/kind.ts';
import type { Random } from '../frame/random.ts';
import type { ExperimentName } from '../runs/project.ts';

/** By which files change, those that SQLite makes among them. */
const changing =
  'write,pwrite64,writev,openat,rename,renameat2,unlink,unlinkat,rmdir,mkdir,link,fsync,fdatasync,ftruncate,fallocate'.split(
    ',',
  );

/** Kills a process at its n-th system call of a kind that changes files; with strace, where it is there and may trace. */
export const syscalls: Kind = {
  name: 'syscalls',
  title: 'SIGKILL at a system call (strace)',
  share: 3,
  async open(folder, { runs }) {
    if (!canTrace()) return 'want of strace, or of the right to trace';
    const counted = new Map<ExperimentName, Promise<ReadonlyMap<string, number>>>();
    const countsOf = (experiment: ExperimentName) => {
      let counts = counted.get(experiment);
      if (!counts) {
        const log = join(folder, `calls-${experiment}`);
        counts = runs
          .make(experiment, `counted-${experiment}`, {
            tracer: ['strace', ...following, '-o', log, '-e', `trace=${changing}`],
          })
          .then(() => mostOfOneThread(readFileSync(log, 'utf8')));
        counted.set(experiment, counts);
      }
      return counts;
    };
    return {
      async run(number, random) {
        const experiment = random.pick(runs.experiments);
        const counts = await countsOf(experiment);
        return runs.try(experiment, number, async (user, family) => {
          const { call, nth } = anyCall(counts, random);
          const tracer = [
            'strace',
            ...following,
            '-o',
            '/dev/null',
            '-e',
            `inject=${call}:signal=KILL:when=${nth}`,
          ];
          const next = user.run({ tracer });
          const { signal, out } = await next.ended;
          while (family.members().length > 0) await new Promise((resolve) => setTimeout(resolve, 50));
          return { kills: signal === 'SIGKILL' || out.includes('"interrupted"') ? 1 : 0 };
        });
      },
      close: async () => {},
    };
  },
};

const following = ['-f', '-qqq', '--seccomp-bpf', '--signal=none'];

function canTrace(): boolean {
  return (
    process.platform === 'linux' &&
    spawnSync('strace', [...following, '-o', '/dev/null', '-e', 'trace=write', 'true']).status === 0
  );
}

/** strace counts the calls of each thread by themselves: the most of one thread, by call. */
function mostOfOneThread(log: string): Map<string, number> {
  const counts = new Map<string, number>();
  const most = new Map<string, number>();
  for (const [, thread, call] of log.matchAll(/^(\d+)\s+(\w+)\(/gm)) {
    const count = (counts.get(`${thread} ${call}`) ?? 0) + 1;
    counts.set(`${thread} ${call}`, count);
    most.set(call!, Math.max(most.get(call!) ?? 0, count));
  }
  return most;
}

/** Rare calls as often as frequent ones. */
function anyCall(counts: ReadonlyMap<string, number>, random: Random): { call: string; nth: number } {
  const call = random.pick([...counts.keys()].sort());
  return { call, nth: random.between(1, counts.get(call)!) };
}
