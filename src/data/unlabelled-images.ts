import { contentHash } from './content-hash.ts';
import { type DataRemark, ignoredLabel, type Split } from './dataset.ts';
import { type LabelledImages, sameImages } from './labelled-images.ts';
import type { SplitIndices } from './splits.ts';
import { restOf, type Unlabelled, withoutHeldOut } from './unlabelled.ts';

/** Images with labels, and how they are split. */
export interface LabelledSets {
  readonly image: readonly [number, number, number];
  readonly training: LabelledImages;
  readonly testing: LabelledImages;
  readonly indices: SplitIndices;
  readonly fingerprint: string;
  split(name: Split['name'], source: LabelledImages, chosen: Int32Array, idOffset: number): Split;
}

/**
 * Images that are learned from without labels: those with a place of their own, or what the labelled subset leaves over.
 * @param raw the pixels of the former, of the size of the others
 * @throws UserError if there are none, or all of them are tested on
 */
export function unlabelledImages(
  { image, training, testing, indices, fingerprint, split }: LabelledSets,
  raw: Uint8Array | undefined,
): { readonly images: Unlabelled; readonly remarks: readonly DataRemark[] } {
  const size = image.reduce((product, side) => product * side, 1);
  const own: LabelledImages | undefined = raw && {
    pixels: raw,
    labels: new Int32Array(raw.length / size).fill(ignoredLabel),
  };
  const tested = training.labels.length;
  const offset = own ? tested + testing.labels.length : 0;
  const candidates = own
    ? Int32Array.from(own.labels, (_, index) => offset + index)
    : restOf(indices.train, indices.subset);
  const { kept, remarks } = withoutHeldOut(
    candidates,
    sameImages(image, training, testing, ...(own ? [own] : [])),
    { validation: indices.validation, test: indices.test.map((index) => tested + index) },
    'pixel by pixel',
  );
  const chosen = kept.map((sample) => sample - offset);
  const content = contentHash({
    about: { format: 'images-1', image },
    parts: raw ? [raw, chosen] : [chosen],
  });
  return {
    images: {
      content,
      fingerprint: own ? `${fingerprint} ${content}` : fingerprint,
      split: split('unlabelled', own ?? training, chosen, offset),
    },
    remarks,
  };
}
