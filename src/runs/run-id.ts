import { randomInt } from 'node:crypto';

// Without vowels no word comes about by accident; without 0, 1 and l none is misread.
const letters = '23456789bcdfghjkmnpqrstvwxz';
const shape = /^(\d{8})-(\d{6})-[a-z0-9]+(?:-[a-z0-9]+)*$/;

/**
 * A new id such as 20261124-070314-mnist-response-s1-k3f9: UTC date and time first, so that ids sort by age, then what
 * the run is, then chance, so that two made in the same second differ.
 */
export function newRunId(
  run: { experiment: string; strategy: string; seed: number },
  now = new Date(),
): string {
  const stamp = now.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  const words = slug(run.experiment)
    .split('-')
    .filter((word) => word !== '' && word !== run.strategy);
  const title = words.join('-').slice(0, 32).replace(/-$/, '');
  const chance = Array.from({ length: 4 }, () => letters[randomInt(letters.length)]).join('');
  return [stamp, title, run.strategy, `s${run.seed}`, chance].filter((part) => part !== '').join('-');
}

/** Whether this could be the id, and so the directory name, of a run: small letters, digits and single hyphens. */
export const isRunId = (text: string) => text.length <= 120 && shape.test(text);

/** When the run of this id was made, milliseconds since 1970, to the second. */
export function creationTime(id: string): number {
  const [, date, time] = shape.exec(id) ?? [];
  if (!date || !time) throw new Error(`Not a run id: ${JSON.stringify(id)}`);
  const part = (text: string, from: number, length = 2) => Number(text.slice(from, from + length));
  return Date.UTC(
    part(date, 0, 4),
    part(date, 4) - 1,
    part(date, 6),
    part(time, 0),
    part(time, 2),
    part(time, 4),
  );
}

const slug = (text: string) =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
