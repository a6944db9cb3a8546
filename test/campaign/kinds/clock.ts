import { setTimeout as pause } from 'node:timers/promises';
import { kill } from '../frame/family.ts';
import type { Kind } from '../frame/kind.ts';
import type { Random } from '../frame/random.ts';
import { hooked } from '../hooks/hooked.ts';

const twoDays = 2 * 86_400_000;

const anyOffset = (random: Random) => Math.round((2 * random.fraction() - 1) * twoDays);

/** Kills a run, twice at most, and sets the clock between its lives and within them, by up to two days either way. */
export const clock: Kind = {
  name: 'clock',
  title: 'clock jumps of up to two days, between lives and within',
  share: 2,
  async open(_folder, { runs }) {
    return {
      run: async (number, random) => {
        const wrong = (milliseconds: number) =>
          hooked('clock', {
            offset: anyOffset(random),
            jumpAfter: Math.round(random.fraction() * milliseconds),
            jump: anyOffset(random),
          });
        const last = { environment: wrong(1000) };
        return runs.try(
          random.pick(runs.experiments),
          number,
          async (user, family, { milliseconds }) => {
            let jumps = 1;
            for (let times = random.between(1, 2); times > 0; times--) {
              const [environment, moment] = [wrong(milliseconds), random.fraction() * milliseconds];
              const next = await user.next({ environment });
              if ('id' in next) break;
              jumps += 2;
              await Promise.race([next.ended, pause(moment)]);
              for (const { pid } of family.members()) kill(pid);
              await next.ended;
            }
            return { jumps };
          },
          { options: last },
        );
      },
      close: async () => {},
    };
  },
};
