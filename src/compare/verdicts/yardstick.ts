import { dataDifferences, dataIdentity } from '../data-read.ts';
import type { RunGroup } from '../groups.ts';
import { type ComparableSettings, comparableSettings } from './comparability.ts';

/** What a group can be judged against: as fair as there are, or, where none is fair, the nearest that is not. */
export type Yardsticks = { readonly fair: readonly RunGroup[] } | { readonly nearest: RunGroup };

interface Prepared {
  readonly group: RunGroup;
  readonly settings: ComparableSettings;
  readonly identity: Identity;
}

interface Identity {
  readonly blocking: string;
  readonly other: string;
}

/**
 * Finds the directly trained groups that others are judged against. Groups that differ by what cannot be compared are
 * never held against each other one by one, and those with the same settings get the same answer, so that a sweep of a
 * thousand groups takes no thousand times a thousand comparisons.
 */
export class YardstickFinder {
  readonly #direct: readonly Prepared[];
  readonly #byBlocking = new Map<string, Prepared[]>();
  readonly #fair = new Map<string, readonly Prepared[]>();
  readonly #answers = new Map<string, Yardsticks>();

  /** @param direct directly trained groups, one at least */
  constructor(direct: readonly RunGroup[]) {
    this.#direct = direct.map(prepare);
    for (const one of this.#direct) {
      const same = this.#byBlocking.get(one.identity.blocking);
      if (same) same.push(one);
      else this.#byBlocking.set(one.identity.blocking, [one]);
    }
  }

  /** Those that agree in what must agree, settings and data. */
  #fairFor(key: string, blocking: string, data: RunGroup['data']): readonly Prepared[] | undefined {
    let fair = this.#fair.get(key);
    if (fair === undefined) {
      const alike = this.#byBlocking.get(blocking) ?? [];
      fair = alike.filter(({ group }) => dataDifferences(data, group.data).length === 0);
      this.#fair.set(key, fair);
    }
    return fair.length > 0 ? fair : undefined;
  }

  /** Of the fair ones those that differ in the fewest other settings, in the order they were given. */
  of(group: RunGroup): Yardsticks {
    const { settings, identity } = prepare(group);
    const data = JSON.stringify([identity.blocking, ...dataIdentity(group.data)]);
    const fair = this.#fairFor(data, identity.blocking, group.data);
    const key = JSON.stringify([data, fair && identity.other]);
    const known = this.#answers.get(key);
    if (known) return known;
    const answer = fair
      ? { fair: fewest(fair, (one) => differences(settings.other, one.settings.other)) }
      : {
          nearest: fewest(
            this.#direct,
            (one) =>
              differences(settings.blocking, one.settings.blocking) +
              dataDifferences(group.data, one.group.data).length,
          )[0]!,
        };
    this.#answers.set(key, answer);
    return answer;
  }
}

function prepare(group: RunGroup): Prepared {
  const settings = comparableSettings(group);
  const identity = { blocking: identityOf(settings.blocking), other: identityOf(settings.other) };
  return { group, settings, identity };
}

const identityOf = (settings: ReadonlyMap<string, string>) =>
  JSON.stringify([...settings].sort(([one], [other]) => (one < other ? -1 : 1)));

function fewest(candidates: readonly Prepared[], count: (candidate: Prepared) => number): RunGroup[] {
  let least = Number.POSITIVE_INFINITY;
  let groups: RunGroup[] = [];
  for (const candidate of candidates) {
    const found = count(candidate);
    if (found < least) groups = [];
    if (found <= least) groups.push(candidate.group);
    least = Math.min(least, found);
  }
  return groups;
}

/** In how many keys two settings differ. */
function differences(ours: ReadonlyMap<string, string>, theirs: ReadonlyMap<string, string>): number {
  let count = 0;
  for (const [key, text] of ours) if (theirs.get(key) !== text) count++;
  for (const key of theirs.keys()) if (!ours.has(key)) count++;
  return count;
}
