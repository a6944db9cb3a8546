import * as z from 'zod/mini';
import type {
  AnswerPage,
  AnswerRow,
  AnswerSource,
  OneAnswer,
  SortKey,
} from '../../src/answers/answer-page.ts';
import type { ClassSlice, LabelSlice, LossSlice, Share } from '../../src/answers/slices.ts';
import type { Interval } from '../../src/answers/statistics.ts';
import type { ShownSample } from '../../src/checks/samples/sample-schema.ts';
import { type Fitting, figure, flag, number, oneOf, shapeOf, text, texts } from './schema.ts';

/** What the page hears of the answers that runs kept. They come in pages: there may be a hundred thousand. */

const nullableText = z.nullable(text);

const interval = z.nullable(shapeOf<Interval>({ low: number, high: number }));
const share = shapeOf<Share>({ right: number, accuracy: figure, interval });
const classSlice = shapeOf<ClassSlice>({
  ...{ count: number, a: share, b: share },
  ...{ both: number, onlyA: number, onlyB: number, neither: number },
  ...{ agreement: figure, mcnemar: figure },
});
const lossSlice = shapeOf<LossSlice>({ count: number, a: figure, b: figure, lost: figure, interval });
const labelSlice = shapeOf<LabelSlice>({
  ...{ label: text, count: number, both: number, onlyA: number, onlyB: number, neither: number },
});

const oneAnswer = shapeOf<OneAnswer>({
  answer: nullableText,
  confidence: figure,
  right: z.nullable(flag),
  loss: figure,
  best: z.array(shapeOf<OneAnswer['best'][number]>({ name: text, probability: number })),
});
const row = shapeOf<AnswerRow>({
  ...{ position: number, id: number, label: nullableText, length: figure, lost: figure, divergence: figure },
  ...{ a: oneAnswer, b: oneAnswer },
});

export const answerPage = shapeOf<AnswerPage>({
  ...{ total: number, matched: number, rows: z.array(row) },
  ...{ classes: z.nullable(classSlice), losses: z.nullable(lossSlice), labels: z.array(labelSlice) },
  ...{ unit: text, exact: flag, chosen: flag, problems: texts },
});

const source = shapeOf<AnswerSource>({
  models: texts,
  missing: z.array(shapeOf<AnswerSource['missing'][number]>({ name: text, why: text })),
  classNames: texts,
  kind: oneOf<AnswerSource['kind']>({ classes: true, losses: true }),
  unit: text,
  total: number,
  texts: flag,
  compressed: flag,
});

/** A run that kept answers, or whose answers cannot be read. */
export const answersOfRun = z.object({ run: text, source: z.nullable(source), problem: z.optional(text) });
export type AnswersOfRun = Fitting<typeof answersOfRun>;

/** A model of a run. */
const side = z.object({ run: text, model: text });
export type AnswerSide = Fitting<typeof side>;

export const sortKey = oneOf<SortKey>({
  position: true,
  lost: true,
  divergence: true,
  length: true,
  'a.confidence': true,
  'b.confidence': true,
  'a.loss': true,
  'b.loss': true,
});

export const answerQuestion = z.object({
  ...{ a: side, b: side, filter: text, sort: sortKey, descending: flag, offset: number, count: number },
});
export type AnswerQuestion = Fitting<typeof answerQuestion>;

export const shownSample = shapeOf<ShownSample>({
  position: number,
  text: z.optional(text),
  cut: z.optional(flag),
  /** Nothing but a PNG in the message itself: the page loads no picture from elsewhere. */
  picture: z.optional(text.check(z.regex(/^data:image\/png;base64,[\w+/=]*$/))),
  width: z.optional(number),
  height: z.optional(number),
  columns: z.optional(z.array(z.tuple([text, text]))),
});
