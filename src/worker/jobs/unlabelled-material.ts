import { join } from 'node:path';
import { UserError } from '../../base/user-error.ts';
import type { Split } from '../../data/dataset.ts';
import { MixedSplit } from '../../data/mixed-split.ts';
import { unlabelledOf } from '../../experiment/datasets/unlabelled.ts';
import { stableHash } from '../../experiment/parsing/identity.ts';
import { strategyFacts } from '../../experiment/strategies/facts.ts';
import { type EpochOrder, mixedOrder } from '../../training/epoch-order.ts';
import { teacherConfidence } from '../../training/teacher/confidence.ts';
import type { Teacher } from '../../training/teacher/teacher.ts';
import { unlabelledText } from '../directory/unlabelled-text.ts';
import type { Job } from './job.ts';
import type { JobData } from './job-data.ts';

/** Samples of which the teacher's answers are wanted. */
export interface Asked {
  readonly split: Split;
  /** Identifies them; see Dataset.fingerprint. */
  readonly fingerprint: string;
}

/** What a student learns from where some samples have no labels. */
export interface MixedSamples {
  readonly split: Split;
  readonly order: EpochOrder;
  /** Identifies the unlabelled samples that are learned from. */
  readonly identity: string;
}

/** All samples that the student could learn from. */
export function askedOf({ request }: Job, { dataset }: JobData): Asked {
  const { unlabelled, subset, task, fingerprint } = dataset;
  if (!unlabelled || strategyFacts[request.experiment.strategy.kind].unlabelled !== 'learns')
    return { split: subset, fingerprint };
  return { split: new MixedSplit(subset, unlabelled.split, task), fingerprint: unlabelled.fingerprint };
}

/**
 * The samples with labels and those without that the teacher is sure enough of; how many these are is told in the run's
 * events.
 * @returns undefined where the strategy learns from labelled samples alone
 * @throws UserError if the teacher is sure enough of none
 * @throws Interruption
 */
export async function mixedSamples(
  job: Job,
  teacher: Teacher | undefined,
  { dataset, told }: JobData,
  asked: Asked,
): Promise<MixedSamples | undefined> {
  const { unlabelled, subset, task } = dataset;
  if (!unlabelled || !teacher || asked.split === subset) return undefined;
  const { experiment, seed } = job.request;
  const { share, minConfidence } = unlabelledOf(experiment.dataset) ?? {};
  const sure =
    minConfidence === undefined
      ? undefined
      : await surePositions(job, teacher, unlabelled.split, asked, minConfidence);
  const split = new MixedSplit(subset, unlabelled.split, task, sure);
  const counts = { labelled: split.labelled, unlabelled: split.unlabelled };
  const order = mixedOrder({ ...counts, ...(share !== undefined && { share }), seed });
  const learned = { learned: counts.unlabelled, perEpoch: order.size - counts.labelled };
  const unlabelledTold = { ...told.unlabelled!, ...learned };
  job.log.append({ type: 'data', data: { ...told, unlabelled: unlabelledTold } });
  if (sure) job.warn(`The student learns from the teacher’s answers on ${unlabelledText(unlabelledTold)}.`);
  return {
    split,
    order,
    identity: stableHash([unlabelled.content, sure === undefined ? null : [...sure]]),
  };
}

async function surePositions(
  job: Job,
  teacher: Teacher,
  unlabelled: Split,
  asked: Asked,
  minConfidence: number,
): Promise<Int32Array> {
  job.begin('signals');
  const confidence = await teacherConfidence(unlabelled, {
    device: job.device,
    teacher: teacher.model,
    teacherHash: teacher.hash,
    ...asked,
    cacheDirectory: join(job.request.dataDirectory, 'cache'),
    onProgress: job.progress('signals', 'batches'),
    stopRequested: job.control.requested,
  });
  const sure = Int32Array.from(confidence.keys()).filter(
    (position) => confidence[position]! >= minConfidence,
  );
  if (sure.length > 0) return sure;
  const most = confidence.reduce((largest, one) => Math.max(largest, one), 0);
  throw new UserError(
    `The teacher is at least ${percent(minConfidence)} sure of none of the ${confidence.length} unlabelled samples; of one it is ${percent(most)} sure.`,
    { remedy: 'Lower "minConfidence" of "unlabelled", or leave it out.' },
  );
}

const percent = (fraction: number) => `${Math.round(1e4 * fraction) / 100} %`;
