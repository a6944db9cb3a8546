import { UserError } from '../../../base/user-error.ts';
import { stableHash } from '../../../experiment/parsing/identity.ts';
import type { Dataset } from '../../dataset.ts';
import { lengthBuckets } from '../../length-buckets.ts';
import { documentSamples, packedSamples } from '../language-samples.ts';
import type { ReadPieces } from '../rows/documents.ts';
import { TextSplit } from '../text-split.ts';
import { TokenStore } from '../token-store.ts';
import type { Tokenizer } from '../tokenizers/tokenizer.ts';
import { PlacedReader } from './placed-reader.ts';
import { type Span, spansOf } from './spans.ts';
import { pairVocabularies, type VocabularyPairs } from './token-pairs.ts';
import { windowOf, windowStarts } from './windows.ts';

/** A longer span is left out: the product of so many probabilities says nothing any more. */
export const mostTokensOfSpan = 64;

/** Where a span is predicted: positions of tokens in the student's sample and in windows of the teacher's. */
export interface PlacedSpan {
  readonly student: number;
  readonly students: number;
  /** Of each of the teacher's tokens: which window of the sample, and where in it. */
  readonly teacher: readonly { readonly window: number; readonly token: number }[];
}

/** What of two tokenizations can be compared. */
export interface AcrossTally {
  /** Tokens of the teacher, of the student, and pairs of them that are the same text. */
  readonly vocabularies: { readonly teacher: number; readonly student: number; readonly pairs: number };
  readonly spans: number;
  /** Of which have one token of each. */
  readonly single: number;
  /** Bytes of the samples, and of those that are in spans that are compared. */
  readonly bytes: number;
  readonly compared: number;
}

/** The samples that a student learns from, and the same text as its teacher reads it. */
export interface AcrossData {
  /** Identifies both, and how they are aligned. */
  readonly fingerprint: string;
  readonly pairs: VocabularyPairs;
  /** Windows of the teacher's tokens, those of a sample one after the other. */
  readonly windows: TextSplit;
  /** The first window of each sample; one more than there are samples. */
  readonly firstWindow: Int32Array;
  /** Most windows of one sample. */
  readonly mostWindows: number;
  /** Most tokens behind the first in one span, of the student and of the teacher; at least 1. */
  readonly mostLater: { readonly student: number; readonly teacher: number };
  spans(sample: number): readonly PlacedSpan[];
  readonly tally: AcrossTally;
}

/**
 * Aligns a dataset's training samples with the tokens that a teacher makes of the same text. A span whose first token
 * nothing predicts, with tokens of a prompt or unknown ones, or that is too long, is left out.
 * @param length tokens that the teacher reads at once
 * @throws UserError where a tokenizer changes texts in a way in which places cannot be followed
 */
export async function acrossData(dataset: Dataset, teacher: Tokenizer, length: number): Promise<AcrossData> {
  const { tokenizer: student, texts, subset } = dataset;
  if (!student || !texts) throw new Error('Only texts to continue are read by two tokenizers.');
  if (texts.makeSamples !== packedSamples && texts.makeSamples !== documentSamples)
    throw new UserError(
      'Conversations, and documents that share samples, cannot be compared across tokenizers.',
      { remedy: 'Let teacher and student share a tokenizer, or use the strategy "generated".' },
    );
  const theirs = await readAll(texts.training, teacher);
  const windows = new TokenStore(teacher.vocabulary);
  const firstWindow = new Int32Array(subset.size + 1);
  const kept: PlacedSpan[][] = [];
  const tally = { spans: 0, single: 0, bytes: 0, compared: 0 };
  const mostLater = { student: 1, teacher: 1 };
  let mostWindows = 1;
  let next = 0;
  const align = (start: number, ends: readonly number[], ids: ArrayLike<number>, ignored: number) => {
    const stop = ends.reduce((last, end) => Math.max(last, Math.abs(end)), start);
    // Samples come in the order of the text, and a token that begins before one does not belong to it.
    while (next < theirs.ids.length && beginOf(theirs.ends, next) < start) next++;
    let end = next;
    while (end < theirs.ids.length && Math.abs(theirs.ends[end]!) <= stop) end++;
    const own = theirs.ends.slice(next, end);
    const ownIds = theirs.ids.slice(next, end);
    const starts = windowStarts(ownIds.length, length);
    for (const at of starts)
      windows.add(ownIds.length === 0 ? [teacher.padId] : ownIds.slice(at, at + length));
    mostWindows = Math.max(mostWindows, starts.length);
    tally.bytes += stop - start;
    const spans: PlacedSpan[] = [];
    for (const span of spansOf(ends, own, start)) {
      if (
        !isCompared(
          span,
          { ends, ids, ignored, unknown: student.unknownId },
          { ends: own, ids: ownIds, unknown: teacher.unknownId },
        )
      )
        continue;
      spans.push({
        student: span.student,
        students: span.students,
        teacher: Array.from({ length: span.teachers }, (_, at) => {
          const window = windowOf(span.teacher + at, starts, length);
          return { window, token: span.teacher + at - starts[window]! };
        }),
      });
      tally.spans++;
      if (span.students === 1 && span.teachers === 1) tally.single++;
      tally.compared += span.end - span.start;
      mostLater.student = Math.max(mostLater.student, span.students - 1);
      mostLater.teacher = Math.max(mostLater.teacher, span.teachers - 1);
    }
    kept.push(spans);
    firstWindow[kept.length] = windows.count;
  };
  const places: { start: number; ends: readonly number[] }[] = [];
  const { tokens } = await texts.makeSamples(texts.training(), student, texts.length, (start, ends) => {
    if (places.length < subset.size) places.push({ start, ends });
  });
  for (const [sample, { start, ends }] of places.entries())
    align(start, ends, tokens.ids(sample), tokens.beginning(sample));
  const pairs = pairVocabularies(student, teacher);
  return {
    fingerprint: stableHash({
      format: 'across-1',
      student: dataset.fingerprint,
      teacher: teacher.files(),
      length,
    }),
    pairs,
    windows: new TextSplit(
      'subset',
      { tokens: windows, idOffset: 0 },
      Int32Array.from({ length: windows.count }, (_, index) => index),
      { padId: teacher.padId, buckets: lengthBuckets(length) },
    ),
    firstWindow,
    mostWindows,
    mostLater,
    spans: (sample) => kept[sample]!,
    tally: {
      ...tally,
      vocabularies: {
        teacher: teacher.vocabulary,
        student: student.vocabulary,
        pairs: pairs.teacher.length,
      },
    },
  };
}

/** Where a token begins: where the one before it ends. */
const beginOf = (ends: readonly number[], token: number): number =>
  // A token that begins a document begins where its own place does.
  ends[token]! < 0 ? -ends[token]! - 1 : token === 0 ? 0 : Math.abs(ends[token - 1]!);

interface SpannedTokens {
  readonly ids: ArrayLike<number>;
  readonly ends: readonly number[];
  readonly unknown: number | undefined;
  readonly ignored?: number;
}

function isCompared(span: Span, student: SpannedTokens, teacher: SpannedTokens): boolean {
  return holds(span.student, span.students, student) && holds(span.teacher, span.teachers, teacher);
}

function holds(first: number, count: number, { ids, ends, unknown, ignored = 0 }: SpannedTokens): boolean {
  if (first < Math.max(1, ignored) || count > mostTokensOfSpan) return false;
  for (let at = first; at < first + count; at++)
    if (ends[at]! < 0 || (unknown !== undefined && ids[at] === unknown)) return false;
  return true;
}

/** All tokens of a text, documents one after the other. */
async function readAll(read: ReadPieces, tokenizer: Tokenizer): Promise<{ ids: number[]; ends: number[] }> {
  const reader = new PlacedReader(tokenizer);
  const ids: number[] = [];
  const ends: number[] = [];
  const push = (tokens: { readonly ids: readonly number[]; readonly ends: readonly number[] }) => {
    for (const [at, id] of tokens.ids.entries()) {
      ids.push(id);
      ends.push(tokens.ends[at]!);
    }
  };
  let begun = false;
  for await (const { text, first, prompt } of read()) {
    if (first) {
      if (begun) push(reader.end());
      push(reader.begin());
    }
    begun = true;
    if (prompt !== undefined) push(reader.text(prompt));
    push(reader.text(text));
  }
  if (begun) push(reader.end());
  return { ids, ends };
}
