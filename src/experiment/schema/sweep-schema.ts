import { z } from 'zod';
import { choice, count, seed, wholeNumber } from './option.ts';

const rangeSchema = z
  .strictObject({
    min: z.number().describe('The smallest value. It is tried, too.'),
    max: z.number().describe('The largest value. It is tried, too.'),
    scale: choice(
      {
        linear: 'All values of the range are equally likely.',
        log: 'All orders of magnitude are equally likely: for learning rates, weights of losses and widths.',
      },
      'How values are spread over the range. Default linear.',
    ).default('linear'),
    steps: count(
      'Of a grid: into how many values the range is cut, both ends included. Left out: every whole number of the range; other ranges of a grid need it.',
      'values',
    )
      .min(2)
      .max(1000)
      .optional(),
  })
  .describe(
    'All values from one number to another; of options that take whole numbers, the whole numbers in between.',
  );

const valuesSchema = z
  .array(z.unknown())
  .min(1)
  .max(1000)
  .describe('The values to choose from, each as it would stand in the experiment.');

/** What of an experiment is tried in several values, how they are chosen, and by what they are judged. */
export const sweepSchema = z
  .strictObject({
    options: z
      .record(z.string().min(1).max(500), z.union([valuesSchema, rangeSchema]))
      .describe(
        'What is tried, by the paths that messages name: "training.learningRate", "student.model.channels[0]", "strategy". Each has a list of values, or a range: { "min": 0.001, "max": 0.1, "scale": "log" }.',
      ),
    sampler: choice(
      {
        grid: 'Every combination, the last option changing fastest.',
        random: 'Each point is drawn by itself (Bergstra & Bengio 2012).',
        tpe: 'Ten points are drawn at random; after that each is looked for where good points lie closer together than others: the Tree-structured Parzen Estimator (Bergstra et al. 2011), all options jointly. Runs side by side know less of each other.',
      },
      'How the next point is chosen. Default tpe.',
    ).default('tpe'),
    runs: count(
      'The budget in runs: a point takes one for each of the experiment’s seeds. What has run counts, also before a crash; a larger number lets the sweep go on.',
      'runs',
    )
      .max(100_000)
      .optional(),
    hours: z
      .number()
      .positive()
      .max(100_000)
      .optional()
      .describe(
        'The budget in hours that runs have taken, all together. Once they are spent no further point begins; what runs goes on to its end.',
      ),
    objectives: z
      .array(
        choice(
          {
            auto: 'What verdicts judge: the loss of language models, R² of numbers, micro F1 of several labels, the accuracy of all other models.',
            accuracy:
              'The fraction of held-out samples, or tokens, that is answered correctly; more is better.',
            loss: 'The mean cross-entropy of held-out samples, or tokens; less is better.',
            bytes: 'Bytes of the student’s weights on disk; less is better.',
            parameters: 'How many parameters the student has; less is better.',
            latency:
              'Milliseconds that a single sample takes; less is better. It differs with what else the machine does.',
          },
          'What a point is judged by.',
        ),
      )
      .min(1)
      .max(2)
      .default(['auto'])
      .describe(
        'What points are judged by: one figure, or two at once, of which the answer is a front: the points that no other beats in both. Accuracy and loss are those of the held-out samples, at the epoch whose weights are kept; test samples choose nothing. Default ["auto"].',
      ),
    stopEarly: z
      .strictObject({
        minEpochs: count(
          'After so many epochs points are compared for the first time. Default 1.',
          'epochs',
        ).default(1),
        factor: wholeNumber(
          2,
          'Of all points that came as far, the best part of this goes on: with 3 a third; they are compared again after three times as many epochs. Default 3.',
        )
          .max(16)
          .default(3),
      })
      .describe('Points that others are ahead of are ended early.')
      .nullable()
      .default(null)
      .describe(
        'Ends points early that others are ahead of on held-out samples after as many epochs, seed by seed: asynchronous successive halving (ASHA, Li et al. 2020), in which nobody waits for others. An ended run keeps a checkpoint and is called dropped. Points that learn slowly and would have won are lost. Default null: every point is trained to its end.',
      ),
    seed: seed(
      'What the points are drawn from; the runs have the seeds of the experiment. Default 0.',
    ).default(0),
  })
  .describe(
    'Values of options to be tried, started by `distillery sweep FILE`. Each point is run with all seeds of the experiment; `distillery run FILE` runs the experiment as it stands.',
  );

export type SweepConfig = z.output<typeof sweepSchema>;
export type Objective = SweepConfig['objectives'][number];
