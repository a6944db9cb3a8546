import { relative, resolve, sep } from 'node:path';
import { UserError } from '../base/user-error.ts';
import type { DataRemark, Split } from './dataset.ts';

/** Samples that are learned from without their labels, beside those of Dataset.subset. */
export interface Unlabelled {
  /** Identifies them, as Dataset.content does the others. */
  readonly content: string;
  /** As Dataset.fingerprint, of them as well. */
  readonly fingerprint: string;
  /** Their labels, where they are known, are not to be looked at: see MixedSplit. */
  readonly split: Split;
}

/**
 * The training samples that the labelled subset leaves over. Both lists ascend.
 * @throws UserError if it leaves none
 */
export function restOf(train: Int32Array, subset: Int32Array): Int32Array {
  const labelled = new Set(subset);
  const rest = train.filter((sample) => !labelled.has(sample));
  if (rest.length > 0) return rest;
  throw new UserError(
    'No training sample is left over to be unlabelled: the student has the labels of all.',
    {
      remedy: `Set "labelledSubset" below ${train.length}, or name a place of other samples with "from" where the dataset has that.`,
      option: 'unlabelled',
    },
  );
}

export interface HeldOut {
  readonly validation: Int32Array;
  readonly test: Int32Array;
}

/**
 * Leaves out what equals a sample that is held out: its answer would be learned before it is asked for.
 * @param samples that could be learned from
 * @param same for each sample of any kind the first that equals it; see sameSamples()
 * @param heldOut samples too, by their numbers there
 * @param unit what is the same in them: 'token by token'
 * @throws UserError if nothing is left
 */
export function withoutHeldOut(
  samples: Int32Array,
  same: Int32Array,
  heldOut: HeldOut,
  unit: string,
): { readonly kept: Int32Array; readonly remarks: readonly DataRemark[] } {
  const known = (held: Int32Array) => new Set(Array.from(held, (sample) => same[sample]!));
  const [test, validation] = [known(heldOut.test), known(heldOut.validation)];
  const inTest = samples.filter((sample) => test.has(same[sample]!)).length;
  const kept = samples.filter((sample) => !test.has(same[sample]!) && !validation.has(same[sample]!));
  const inValidation = samples.length - kept.length - inTest;
  if (inTest + inValidation === 0) return { kept, remarks: [] };
  const counts = [
    ...(inTest > 0 ? [`${inTest} equal test samples`] : []),
    ...(inValidation > 0 ? [`${inValidation} equal validation samples`] : []),
  ].join(' and ');
  if (kept.length === 0)
    throw new UserError(`Of ${samples.length} unlabelled samples ${counts}, ${unit}: none is left.`, {
      remedy: 'Name samples with "from" that are not tested on.',
      option: 'unlabelled',
    });
  return {
    kept,
    remarks: [
      {
        message: `Of ${samples.length} unlabelled samples ${counts}, ${unit}: these are left out, so that ${kept.length} are learned from.`,
      },
    ],
  };
}

/**
 * What one learns from must not be what one is tested on.
 * @param directory where relative paths start
 * @throws UserError if two paths are the same, or one folder lies in the other
 */
export function requireApart(from: string, test: string | undefined, directory = ''): void {
  if (test === undefined) return;
  const [one, other] = [resolve(directory, from), resolve(directory, test)];
  const inside = (way: string) =>
    way === '' || !(way === '..' || way.startsWith(`..${sep}`) || resolve(way) === way);
  if (!inside(relative(one, other)) && !inside(relative(other, one))) return;
  const what = one === other ? 'is the test data itself' : 'and the test data lie one in the other';
  throw new UserError(`${one} ${what}: answers would be learned on the samples they are tested on.`, {
    remedy: 'Name other samples with "from", or leave it out to use what "labelledSubset" leaves over.',
    option: 'unlabelled',
  });
}

/** How many samples of each kind there are. */
export interface Mix {
  readonly labelled: number;
  readonly unlabelled: number;
  /** Fraction of an epoch's samples without labels; left out: all of them are in every epoch. */
  readonly share?: number;
}

/** How many unlabelled samples an epoch reads beside all labelled ones, 1 at least. */
export const unlabelledPerEpoch = ({ labelled, unlabelled, share }: Mix): number =>
  share === undefined ? unlabelled : Math.max(1, Math.round((labelled * share) / (1 - share)));
