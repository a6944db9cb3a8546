import type { DataRemark } from './dataset.ts';

/**
 * Finds out which samples are the same, byte by byte.
 * @returns for each sample the number of the first one that equals it
 */
export function sameSamples(count: number, bytesOf: (sample: number) => Uint8Array): Int32Array {
  const first = new Int32Array(count);
  // Samples of one hash form a chain; they are compared, since other samples can have the same hash.
  const latest = new Map<number, number>();
  const before = new Int32Array(count).fill(-1);
  for (let sample = 0; sample < count; sample++) {
    const bytes = bytesOf(sample);
    const hash = hashOf(bytes);
    let other = latest.get(hash) ?? -1;
    while (other >= 0 && Buffer.compare(bytes, bytesOf(other)) !== 0) other = before[other]!;
    if (other >= 0) {
      first[sample] = other;
      continue;
    }
    first[sample] = sample;
    before[sample] = latest.get(hash) ?? -1;
    latest.set(hash, sample);
  }
  return first;
}

/** Samples of one source. */
export interface Comparable {
  readonly count: number;
  bytesOf(sample: number): Uint8Array;
}

/** {@link sameSamples} of several sources, numbered one after the other. */
export function sameAmong(sources: readonly Comparable[]): Int32Array {
  const starts: number[] = [];
  let count = 0;
  for (const source of sources) {
    starts.push(count);
    count += source.count;
  }
  return sameSamples(count, (sample) => {
    const at = starts.findLastIndex((start) => start <= sample);
    return sources[at]!.bytesOf(sample - starts[at]!);
  });
}

/** FNV-1a with a last mixing, 32 bits: http://www.isthe.com/chongo/tech/comp/fnv */
function hashOf(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < bytes.length; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  hash ^= hash >>> 15;
  return Math.imul(hash, 0x2c1b3c6d) ^ bytes.length;
}

/** Bytes of token ids, as {@link sameSamples} compares them. */
export const bytesOfIds = (ids: Uint16Array | Int32Array): Uint8Array =>
  new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength);

export interface SplitSamples {
  readonly train: Int32Array;
  readonly validation: Int32Array;
  readonly test: Int32Array;
}

/**
 * What is to be said of samples that are learned and tested both.
 * @param splits what {@link sameSamples} gave for the samples of each
 * @param unit what is the same in them: 'token by token'
 */
export function duplicateRemarks({ train, validation, test }: SplitSamples, unit: string): DataRemark[] {
  const learned = new Set(train);
  const shared = (samples: Int32Array) => samples.reduce((sum, one) => sum + (learned.has(one) ? 1 : 0), 0);
  const message = (samples: Int32Array, which: string, consequence: string): DataRemark[] => {
    const count = shared(samples);
    if (count === 0) return [];
    const percent = ((100 * count) / samples.length).toFixed(1);
    return [
      {
        kind: 'duplicate-samples',
        message: `${count} of ${samples.length} ${which} samples (${percent} %) stand among the training samples too, ${unit} the same: ${consequence}.`,
      },
    ];
  };
  return [
    ...message(test, 'test', 'that part of the result shows what was memorized'),
    ...message(validation, 'validation', 'the best epoch is chosen in part by what was memorized'),
  ];
}

/** Samples parted into those to learn and those held out. */
export interface Parted {
  /** Ascending. */
  readonly learned: Int32Array;
  /** Ascending. */
  readonly heldOut: Int32Array;
  /** How many of those that were to be held out are learned instead. */
  readonly moved: number;
}

/**
 * Moves samples that equal one to learn from those held out to the others, so that what is drawn from one set does not
 * stand on both sides. A class of which less than half would be left keeps its own; that is said by
 * {@link duplicateRemarks}.
 * @param same what {@link sameSamples} gave, by sample
 * @param labels classes, by sample
 */
export function withoutShared(
  learned: Int32Array,
  heldOut: Int32Array,
  same: ArrayLike<number>,
  labels: ArrayLike<number>,
): Parted {
  const known = new Set(Array.from(learned, (sample) => same[sample]!));
  const counts = new Map<number, { all: number; shared: number }>();
  for (const sample of heldOut) {
    const count = counts.get(labels[sample]!) ?? { all: 0, shared: 0 };
    counts.set(labels[sample]!, count);
    count.all++;
    if (known.has(same[sample]!)) count.shared++;
  }
  const moves = (sample: number) => {
    const { all, shared } = counts.get(labels[sample]!)!;
    return known.has(same[sample]!) && 2 * shared <= all;
  };
  const moved = heldOut.filter(moves);
  if (moved.length === 0) return { learned, heldOut, moved: 0 };
  return {
    learned: merged(learned, moved),
    heldOut: heldOut.filter((sample) => !moves(sample)),
    moved: moved.length,
  };
}

/** What is to be said of samples that were to be held out and are learned instead. */
export function movedRemarks({ moved, heldOut }: Parted, which: string): DataRemark[] {
  if (moved === 0) return [];
  const drawn = moved + heldOut.length;
  return [
    {
      message: `${moved} of ${drawn} ${which} samples that were drawn equal training samples; they are learned instead, so that ${heldOut.length} are left.`,
    },
  ];
}

function merged(one: Int32Array, other: Int32Array): Int32Array {
  const all = new Int32Array(one.length + other.length);
  all.set(one);
  all.set(other, one.length);
  return all.sort();
}
