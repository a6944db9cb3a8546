/** What the answers to a task are measured by, beside accuracy and loss. */
export interface Score {
  readonly label: string;
  /** One sentence for tooltips and legends. */
  readonly meaning: string;
  readonly better: 'higher' | 'lower';
  /** A share is written in percent. */
  readonly written: 'share' | 'number';
}

/** Every score, by the name it has in figures and curves; in the order in which tables show them. */
const records = {
  microF1: {
    label: 'Micro F1',
    meaning: 'Of several labels at once: F1 over all yes-or-no decisions together.',
    better: 'higher',
    written: 'share',
  },
  averagePrecision: {
    label: 'mAP',
    meaning:
      'Of several labels at once: the average precision of each label’s ranking of the samples, averaged over labels.',
    better: 'higher',
    written: 'share',
  },
  hammingLoss: {
    label: 'Hamming loss',
    meaning: 'Of several labels at once: the share of yes-or-no decisions that are wrong.',
    better: 'lower',
    written: 'share',
  },
  r2: {
    label: 'R²',
    meaning:
      'Of numbers: the share of the labels’ variance that is explained; 0 is what always answering their mean reaches.',
    better: 'higher',
    written: 'number',
  },
  pearson: {
    label: 'Pearson',
    meaning: 'Of numbers: their linear correlation with the labels.',
    better: 'higher',
    written: 'number',
  },
  spearman: {
    label: 'Spearman',
    meaning: 'Of numbers: the correlation of their ranks with those of the labels.',
    better: 'higher',
    written: 'number',
  },
  mse: {
    label: 'MSE',
    meaning: 'Of numbers: the mean squared error on the test set, in the labels’ unit squared.',
    better: 'lower',
    written: 'number',
  },
  mae: {
    label: 'MAE',
    meaning: 'Of numbers: the mean absolute error on the test set, in the labels’ unit.',
    better: 'lower',
    written: 'number',
  },
} satisfies Record<string, Score>;

export type ScoreName = keyof typeof records;

/** What is known of each. */
export const scoreRecords: Scores<Score> = records;

export const scoreNames = Object.keys(records) as readonly ScoreName[];

export const isScore = (name: string): name is ScoreName => Object.hasOwn(records, name);

/** A value for each score. */
export type Scores<T> = { readonly [K in ScoreName]: T };

/** A value for each score, from its name. */
export const eachScore = <T>(make: (name: ScoreName) => T): Scores<T> =>
  Object.fromEntries(scoreNames.map((name) => [name, make(name)])) as unknown as Scores<T>;
