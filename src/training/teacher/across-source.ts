import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { HostBatch } from '../../data/dataset.ts';
import type { AcrossData, PlacedSpan } from '../../data/text/across/across-data.ts';
import type { HostTensor, Tensors } from '../../device/device.ts';
import type { SpanRows } from '../../strategies/across/spans.ts';
import { modelInput, prefixed, unprefixed } from '../inputs.ts';
import type { TeacherSource } from './teacher-source.ts';

/**
 * What a teacher answers to the text of a batch, in its own tokens, and where both are to be compared. All windows of the
 * teacher's tokens that a batch could have are one batch of its own; shapes depend on the lengths of both alone.
 * @param own where its answers to windows come from
 */
export function acrossSource(own: TeacherSource, data: AcrossData): TeacherSource {
  return {
    async inputs(batch, step = [batch]) {
      const theirs = windowsOf(batch, data);
      return {
        ...(await own.inputs(theirs.batch)),
        ...prefixed('input', theirs.batch.input),
        ...prefixed('spans', spanTensors(batch, theirs, data)),
        'spans.total': scalar(
          Math.max(
            1,
            step.reduce((sum, one) => sum + countSpans(one, data), 0),
          ),
        ),
      };
    },
    signals(_input, given) {
      const spans = unprefixed('spans', given);
      return {
        ...own.signals(modelInput(given), given),
        spans: {
          student: rowsOf('student', spans),
          teacher: rowsOf('teacher', spans),
          weights: spans.weights as Tensor1D,
          total: spans.total as Scalar,
        },
      };
    },
  };
}

const scalar = (value: number): HostTensor => ({ data: Float32Array.of(value), shape: [], dtype: 'float32' });

function rowsOf(which: 'student' | 'teacher', tensors: Tensors): SpanRows {
  const { first, laterRows, laterTokens, laterWeights } = unprefixed(which, tensors);
  return {
    first: first as Tensor1D,
    laterRows: laterRows as Tensor2D,
    laterTokens: laterTokens as Tensor2D,
    laterWeights: laterWeights as Tensor2D,
  };
}

const countSpans = ({ sampleIds }: HostBatch, { spans }: AcrossData): number =>
  sampleIds.reduce((sum, sample) => sum + spans(sample).length, 0);

interface Windows {
  readonly batch: HostBatch;
  /** The row of the first window of each sample. */
  readonly rows: readonly number[];
}

function windowsOf(
  { sampleIds, labels }: HostBatch,
  { firstWindow, mostWindows, windows }: AcrossData,
): Windows {
  const positions: number[] = [];
  const rows: number[] = [];
  for (const sample of sampleIds) {
    rows.push(positions.length);
    for (let at = firstWindow[sample]!; at < firstWindow[sample + 1]!; at++) positions.push(at);
  }
  return { batch: windows.batch(Int32Array.from(positions), labels.shape[0]! * mostWindows), rows };
}

function spanTensors(
  { sampleIds, labels, input }: HostBatch,
  { batch: theirs, rows }: Windows,
  { spans, mostLater }: AcrossData,
): Record<string, HostTensor> {
  const [count, length] = labels.shape as [number, number];
  const [windows, theirLength] = theirs.labels.shape as [number, number];
  // Neither has more spans than it has tokens.
  const size = Math.min(count * length, windows * theirLength);
  const weights = new Float32Array(size);
  const [student, teacher] = [table(size, mostLater.student), table(size, mostLater.teacher)];
  let at = 0;
  for (const [row, sample] of sampleIds.entries())
    for (const span of spans(sample)) {
      weights[at] = 1;
      student.put(at, studentPlaces(span, row * length), input.ids!.data);
      teacher.put(
        at,
        span.teacher.map(({ window, token }) => (rows[row]! + window) * theirLength + token),
        theirs.input.ids!.data,
      );
      at++;
    }
  return {
    weights: { data: weights, shape: [size], dtype: 'float32' },
    ...prefixed('student', student.tensors),
    ...prefixed('teacher', teacher.tensors),
  };
}

const studentPlaces = ({ student, students }: PlacedSpan, start: number): number[] =>
  Array.from({ length: students }, (_, at) => start + student + at);

/** Rows of spans to be filled: a token is predicted by the row before its own place. */
function table(size: number, most: number) {
  const first = new Int32Array(size);
  const laterRows = new Int32Array(size * most);
  const laterTokens = new Int32Array(size * most);
  const laterWeights = new Float32Array(size * most);
  return {
    put(span: number, places: readonly number[], ids: ArrayLike<number>): void {
      first[span] = places[0]! - 1;
      for (let at = 1; at < places.length; at++) {
        const place = span * most + at - 1;
        laterRows[place] = places[at]! - 1;
        laterTokens[place] = ids[places[at]!]!;
        laterWeights[place] = 1;
      }
    },
    tensors: {
      first: { data: first, shape: [size], dtype: 'int32' },
      laterRows: { data: laterRows, shape: [size, most], dtype: 'int32' },
      laterTokens: { data: laterTokens, shape: [size, most], dtype: 'int32' },
      laterWeights: { data: laterWeights, shape: [size, most], dtype: 'float32' },
    } satisfies Record<string, HostTensor>,
  };
}
