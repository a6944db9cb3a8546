import { UserError } from '../../base/user-error.ts';
import { type Dataset, ignoredLabel, type Split } from '../../data/dataset.ts';
import { stableHash } from '../../experiment/parsing/identity.ts';
import {
  answerWords,
  calibrated,
  chosenSchema,
  classQuestions,
  normalized,
  probabilitiesOf,
  readChosen,
} from '../../models/server/classes.ts';
import type { Question } from '../../models/server/questions.ts';
import type { ReadyTeacher } from '../teacher/teacher-source.ts';
import { answersOfServer, type ServerAnswers, type ServerOptions } from './answers-of-server.ts';

export interface SoftLabels extends Pick<ServerAnswers, 'used' | 'asked' | 'seconds'> {
  /** The samples that have an answer. */
  readonly samples: Split;
  readonly teacher: ReadyTeacher;
  /** Identifies the answers. */
  readonly digest: string;
  /** Samples without a usable answer, and one of these answers. */
  readonly unusable: { readonly count: number; readonly example: string };
  /** Whether the server told no probabilities. */
  readonly hard: boolean;
  /** Answers for which fewer tokens were told than asked for. */
  readonly fewer: number;
  /** Share of labelled samples whose label is the most probable class, 0…1, as the student learns it and before calibration. */
  readonly agreement: number;
  readonly before: number;
  /** Share of the most frequent class. */
  readonly chance: number;
  /** What texts without content are taken for; undefined where that is not used. */
  readonly free: readonly number[] | undefined;
}

/** As a logit so far below any other that nothing is left of a class, at any temperature. */
const never = -1e4;

/**
 * What a model behind a server takes the training texts to be of: probabilities of the classes, calibrated by texts without
 * content, or where it tells none its answers alone.
 * @throws UserError, Interruption as {@link answersOfServer}; UserError where most answers are none of the classes
 */
export async function labelsOfServer(dataset: Dataset, options: ServerOptions): Promise<SoftLabels> {
  const { server } = options;
  const { classNames, subset } = dataset;
  const words = answerWords(classNames);
  const questions = await classQuestions(dataset, server);
  const all = [...questions.contentFree, ...questions.samples.values()];
  const answers = await answersOfServer(all, readChosen(words), options);
  try {
    let [hard, fewer] = [0, 0];
    let example = '';
    const answer = async (question: Question): Promise<number[] | undefined> => {
      const chosen = chosenSchema.parse(await answers.answerTo(question));
      if (chosen.top.length === 0) hard++;
      else if (chosen.top.length < Math.min(20, server.logProbabilities)) fewer++;
      const probabilities = probabilitiesOf(chosen, words);
      if (!probabilities) example = chosen.text.slice(0, 60);
      return probabilities;
    };
    const free = await freeOf(questions.contentFree, answer, () => hard > 0);
    [hard, fewer, example] = [0, 0, ''];
    const logits = new Map<number, Float32Array>();
    const positions: number[] = [];
    const tally = { labelled: 0, right: 0, before: 0, counts: new Map<number, number>() };
    for (let position = 0; position < subset.size; position++) {
      const { sampleIds, labels } = subset.batch(Int32Array.of(position), 1);
      const own = await answer(questions.samples.get(sampleIds[0]!)!);
      if (!own) continue;
      const learned = free ? calibrated(own, free) : own;
      positions.push(position);
      logits.set(
        sampleIds[0]!,
        Float32Array.from(learned, (value) => (value > 0 ? Math.log(value) : never)),
      );
      const label = labels.data[0]!;
      if (label === ignoredLabel) continue;
      tally.labelled++;
      tally.counts.set(label, (tally.counts.get(label) ?? 0) + 1);
      if (largest(learned) === label) tally.right++;
      if (largest(own) === label) tally.before++;
    }
    const unusable = { count: subset.size - positions.length, example };
    requireMost(unusable, subset.size);
    const { used, asked, seconds } = answers;
    const share = (count: number) => count / Math.max(1, tally.labelled);
    return {
      samples: unusable.count === 0 ? subset : someOf(subset, Int32Array.from(positions)),
      teacher: teacherOf(logits, classNames.length),
      digest: stableHash([...logits].map(([id, values]) => [id, [...values]])),
      unusable,
      hard: hard > 0,
      fewer,
      agreement: share(tally.right),
      before: share(tally.before),
      chance: share(Math.max(0, ...tally.counts.values())),
      free,
      ...{ used, asked, seconds },
    };
  } finally {
    await answers.close();
  }
}

/** The mean of what texts without content are taken for; undefined where one has no usable answer, or none tells probabilities. */
async function freeOf(
  questions: readonly Question[],
  answer: (question: Question) => Promise<number[] | undefined>,
  isHard: () => boolean,
): Promise<number[] | undefined> {
  const found: number[][] = [];
  for (const question of questions) {
    const probabilities = await answer(question);
    if (probabilities) found.push(probabilities);
  }
  if (found.length === 0 || found.length < questions.length || isHard()) return undefined;
  return normalized(found[0]!.map((_, index) => found.reduce((sum, one) => sum + one[index]!, 0)));
}

const largest = (values: readonly number[]): number => values.indexOf(Math.max(...values));

/** More than half of all answers must be of use, or the question is not understood. */
function requireMost({ count, example }: SoftLabels['unusable'], size: number): void {
  if (count * 2 < size) return;
  throw new UserError(
    `${count} of ${size} answers of the server are none of the classes, such as ${JSON.stringify(example)}.`,
    { remedy: 'Say in "instruction" of the server what is to be answered, with {classes} and {text}.' },
  );
}

function teacherOf(logits: ReadonlyMap<number, Float32Array>, classes: number): ReadyTeacher {
  return {
    inputs({ sampleIds, labels }) {
      const data = new Float32Array(labels.shape[0]! * classes);
      for (const [row, id] of sampleIds.entries()) data.set(logits.get(id)!, row * classes);
      return { logits: { data, shape: [labels.shape[0]!, classes], dtype: 'float32' } };
    },
    signals: (_input, { logits }) => ({ logits, hiddenStates: new Map(), pooled: new Map() }),
  };
}

/** A split without some of its samples. */
const someOf = (split: Split, positions: Int32Array): Split => ({
  name: split.name,
  size: positions.length,
  batch: (wanted, batchSize) =>
    split.batch(
      wanted.map((position) => positions[position]!),
      batchSize,
    ),
  ...(split.lengthOf && { lengthOf: (position: number) => split.lengthOf!(positions[position]!) }),
});
