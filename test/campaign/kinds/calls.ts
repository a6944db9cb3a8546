import type { Kind } from '../frame/kind.ts';
import { hooked } from '../hooks/hooked.ts';

const programs = ['main.mjs', 'main.mjs', 'real-cli.mjs'] as const;
const ways = ['before', 'torn', 'after'] as const;

/** Kills the worker or the command at the n-th call by which it changes a file: before it, after it, or half way. */
export const calls: Kind = {
  name: 'calls',
  title: 'SIGKILL at a call that changes files',
  share: 5,
  async open(_folder, { runs }) {
    return {
      async run(number, random) {
        const experiment = random.pick(runs.experiments);
        return runs.try(experiment, number, async (user, family, undisturbed) => {
          let killed = 0;
          for (let times = random.between(1, 2); times > 0; times--) {
            const program = random.pick(programs);
            const wish = {
              program,
              nth: random.between(1, undisturbed.calls.get(program)!),
              how: random.pick(ways),
            };
            const next = await user.next({ environment: hooked('calls', wish) });
            if ('id' in next) break;
            const { signal, out } = await next.ended;
            if (signal === 'SIGKILL' || out.includes('"interrupted"')) killed++;
          }
          // A worker whose command was killed still has its own call before it.
          while (family.members().length > 0) await new Promise((resolve) => setTimeout(resolve, 50));
          return { kills: killed };
        });
      },
      close: async () => {},
    };
  },
};
