import type { DatasetFacts, DrawnFrom } from '../../data/datasets/dataset-reader.ts';
import { drawSplits, type SplitIndices, type SplitOptions } from '../../data/splits.ts';
import { unlabelledPerEpoch } from '../../data/unlabelled.ts';
import { unlabelledOf } from '../../experiment/datasets/unlabelled.ts';
import type { Finding, Fix, JsonPath } from '../../experiment/parsing/problem.ts';
import type { Experiment, TrainingConfig } from '../../experiment/schema/schema.ts';
import { strategyFacts } from '../../experiment/strategies/facts.ts';
import { type Check, findingOf } from '../context.ts';

type Sizes = NonNullable<DatasetFacts['sizes']>;

/** Whether limits, held-out samples and the labelled subset can be drawn, and leave enough to train on. */
export const checkSamples: Check = (context) => {
  const { experiment, dataset } = context;
  const { earlyStopping } = experiment.training;
  const findings: Finding[] = [];
  if (experiment.dataset.validation === 0) {
    if (earlyStopping !== null) findings.push(nothingToStopOn(['training', 'earlyStopping']));
    if (experiment.teacher?.training?.earlyStopping)
      findings.push(nothingToStopOn(['teacher', 'training', 'earlyStopping']));
  }
  const sizes =
    dataset?.sizes ?? (dataset?.labels && drawnSizes(dataset.task.classes, dataset.labels, findings));
  if (sizes === undefined) return findings;
  if (sizes.validation === 0 && experiment.dataset.validation > 0)
    findings.push({
      message: `dataset.validation holds out none of ${sizes.train} training samples, so the last epoch is kept as the best.`,
      remedy: 'Raise it, or set it to 0 if that is what you want.',
      path: ['dataset', 'validation'],
      severity: 'warning',
      code: 'validation-empty',
    });
  findings.push(
    ...batchFindings(experiment.training, ['training'], ofEpoch(experiment, sizes), 'the student'),
  );
  if (experiment.teacher?.training !== undefined && experiment.teacher.model !== undefined)
    findings.push(
      ...batchFindings(experiment.teacher.training, ['teacher', 'training'], sizes.train, 'the teacher'),
    );
  return findings;
};

/** Samples that the student reads in an epoch. */
function ofEpoch({ dataset, strategy }: Experiment, { subset, unlabelled }: Sizes): number {
  const config = unlabelledOf(dataset);
  if (!config || !unlabelled || strategyFacts[strategy.kind].unlabelled !== 'learns') return subset;
  const share = config.share === undefined ? {} : { share: config.share };
  return subset + unlabelledPerEpoch({ labelled: subset, unlabelled, ...share });
}

function drawnSizes(classes: number, from: DrawnFrom, findings: Finding[]): DatasetFacts['sizes'] {
  const drawn = draw(classes, from, findings);
  return (
    drawn && {
      train: drawn.train.length,
      subset: drawn.subset.length,
      validation: drawn.validation.length,
      unlabelled: from.unlabelled ?? drawn.train.length - drawn.subset.length,
    }
  );
}

/** Draws with one option more each time, so that a failure is the fault of the last. */
function draw(classes: number, from: DrawnFrom, findings: Finding[]): SplitIndices | undefined {
  const { splitSeed, trainLimit, testLimit, validation, labelledSubset } = from.draw;
  const stages: [string, SplitOptions][] = [
    ['trainLimit', { splitSeed, validation: 0, trainLimit }],
    ['validation', { splitSeed, validation, trainLimit, testLimit }],
    ['labelledSubset', { splitSeed, validation, trainLimit, testLimit, labelledSubset }],
  ];
  let drawn: SplitIndices | undefined;
  for (const [option, options] of stages) {
    try {
      drawn = drawSplits(from.train, from.test, classes, options);
    } catch (error) {
      const path: JsonPath = ['dataset', option];
      const fix =
        drawn && option === 'labelledSubset'
          ? nearestSubset(path, drawn, labelledSubset!, classes, from.train)
          : undefined;
      findings.push({ ...findingOf(error, path, 'samples'), ...(fix !== undefined && { fix }) });
      return undefined;
    }
  }
  return drawn;
}

/** The size nearest to the one asked for that gives every class the same number of samples. */
function nearestSubset(
  path: JsonPath,
  { train }: SplitIndices,
  asked: number,
  classes: number,
  trainLabels: ArrayLike<number>,
): Fix | undefined {
  const counts = new Array<number>(classes).fill(0);
  for (const index of train) counts[trainLabels[index]!]!++;
  const value = Math.min(Math.max(asked, classes), Math.min(...counts) * classes);
  return value < classes ? undefined : { title: `Change to ${value}`, path, value };
}

function batchFindings(training: TrainingConfig, section: JsonPath, samples: number, who: string): Finding[] {
  const { batchSize, accumulation } = training;
  if (batchSize > samples) {
    const path = [...section, 'batchSize'];
    return [
      {
        message: `batchSize is ${batchSize}, but ${who} trains on ${samples} samples: every epoch is one batch, filled up with samples that do not count.`,
        remedy: `Set batchSize to ${samples} or less.`,
        path,
        severity: 'warning',
        code: 'batch-too-large',
        fix: { title: `Change to ${samples}`, path, value: samples },
      },
    ];
  }
  const batches = Math.ceil(samples / batchSize);
  if (accumulation <= batches) return [];
  const path = [...section, 'accumulation'];
  return [
    {
      message: `accumulation is ${accumulation}, but an epoch of ${who} has ${batches} batches.`,
      remedy: `Set accumulation to ${batches} or less.`,
      path,
      severity: 'warning',
      code: 'batch-too-large',
      fix: { title: `Change to ${batches}`, path, value: batches },
    },
  ];
}

function nothingToStopOn(path: JsonPath): Finding {
  return {
    message: 'Early stopping is judged on held-out samples, and dataset.validation holds none out.',
    remedy: 'Set dataset.validation to 0.1, or earlyStopping to null.',
    path,
    severity: 'error',
    code: 'early-stopping-blind',
    fix: { title: 'Hold out a tenth of the training samples', path: ['dataset', 'validation'], value: 0.1 },
  };
}
