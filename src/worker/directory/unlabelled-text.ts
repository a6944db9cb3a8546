import type { RunData } from './events.ts';

/** What a run says of its samples without labels. */
export type UnlabelledSamples = NonNullable<RunData['unlabelled']>;

const count = (samples: number) => samples.toLocaleString('en-US');
const percent = (fraction: number) => `${Math.round(1e4 * fraction) / 100} %`;

/** '3,912 of 4,154', '4,154', '4,154, not used': where there is little room. */
export function unlabelledCount({ samples, learned }: UnlabelledSamples): string {
  if (learned === 0) return `${count(samples)}, not used`;
  return learned === undefined || learned === samples
    ? count(samples)
    : `${count(learned)} of ${count(samples)}`;
}

/** '3,912 of 4,154 unlabelled samples, those of which the teacher is at least 90 % sure'. */
export function unlabelledText(of: UnlabelledSamples): string {
  const { samples, learned, minConfidence } = of;
  const noun = samples === 1 ? 'unlabelled sample' : 'unlabelled samples';
  if (learned === 0) return `${count(samples)} ${noun}, not used`;
  const sure =
    minConfidence === undefined
      ? ''
      : `, those of which the teacher is at least ${percent(minConfidence)} sure`;
  return `${unlabelledCount(of)} ${noun}${sure}`;
}

/** Whose labels a teacher knew beforehand says how much of a gain is owed to them. */
export const sawLabels =
  'The teacher was trained with the labels of the unlabelled samples; only the student did without.';

/** What is to be known beforehand of a run that has such samples. */
export function unlabelledRemarks(of: UnlabelledSamples): string[] {
  if (of.learned === 0)
    return [
      `This strategy learns from labels alone: the ${count(of.samples)} unlabelled samples are not used. It can be compared with runs that use them.`,
    ];
  return of.teacherSawLabels ? [sawLabels] : [];
}
