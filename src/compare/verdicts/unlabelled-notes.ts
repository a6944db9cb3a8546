import { sawLabels, unlabelledText } from '../../worker/directory/unlabelled-text.ts';
import type { RunGroup } from '../groups.ts';

type Read = Pick<RunGroup, 'data'>;

/**
 * What a student learned from that has no labels, beside the yardstick, which has the labels alone: that is the comparison
 * one wants, and a reader must know that it is made, and that its epochs are longer.
 */
export function unlabelledNotes({ data }: Read, baseline: Read | null): string[] {
  const unlabelled = data?.unlabelled;
  if (!data || !unlabelled?.learned) return [];
  const { train } = data.samples;
  const epoch = train + (unlabelled.perEpoch ?? unlabelled.learned);
  const others =
    baseline === null
      ? ''
      : ` Direct training has the labels alone: an epoch of it is ${count(train)} samples, one of this strategy ${count(epoch)}, and so takes more steps.`;
  return [
    `This strategy also learns from the teacher’s answers on ${unlabelledText(unlabelled)}.${others}`,
    ...(unlabelled.teacherSawLabels ? [sawLabels] : []),
  ];
}

const count = (samples: number) => samples.toLocaleString('en-US');
