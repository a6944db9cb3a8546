import { doneReading } from '../../base/reading.ts';
import { UserError } from '../../base/user-error.ts';
import type { Dataset } from '../../data/dataset.ts';
import { openDataset } from '../../data/open-dataset.ts';
import { isGraphConfig } from '../../experiment/architectures/onnx-graph.ts';
import { stableHash } from '../../experiment/parsing/identity.ts';
import { type OwnTokens, ownTokensOf } from '../../experiment/schema/own-tokens.ts';
import type { DatasetConfig } from '../../experiment/schema/schema.ts';
import type { Model } from '../../models/model.ts';
import type { RunData } from '../directory/events.ts';
import { readEvents } from '../directory/read-events.ts';
import { unlabelledRemarks } from '../directory/unlabelled-text.ts';
import type { Job } from './job.ts';
import { type Checkpoint, checkpointsOfJob, requireSameTokens, withTokenizer } from './job-tokenizer.ts';
import { requireUse, unlabelledTold } from './unlabelled-told.ts';

/** What the models of a run read. */
export interface JobData {
  readonly dataset: Dataset;
  /** The same texts for a teacher that has tokens of its own. */
  readonly ofTeacher?: Dataset;
  /** What the run's events say of it so far. */
  readonly told: RunData;
}

/**
 * The data of a run, told in its events: which it really was, so that runs that read other data under the same name are
 * not compared.
 * @throws UserError naming the file and what is wrong with it, or a model that reads other tokens
 * @throws Interruption while a model is downloaded whose tokenizer is needed
 */
export async function dataOfJob(job: Job): Promise<JobData> {
  const { request, directory, log } = job;
  const { experiment } = request;
  const all = await checkpointsOfJob(job);
  const own = ownTokensOf(experiment);
  const checkpoints = own ? all.filter(({ role }) => role !== 'teacher') : all;
  const config = await withTokenizer(job, experiment.dataset, checkpoints);
  const dataset = await openDataset(config, request.directory);
  await requireSameTokens(job, dataset, checkpoints);
  const ofTeacher = own && (await dataOfTeacher(job, own, all));
  doneReading();
  for (const { message, kind } of dataset.remarks ?? []) job.warn(message, kind);
  requireUse(experiment.strategy.kind, dataset);
  const data = { ...runDataOf(dataset, ofTeacher), ...unlabelledTold(experiment, dataset) };
  const { events } = await readEvents(directory.eventsFile);
  const before = events.findLast((event) => event.type === 'data');
  if (before?.type === 'data' && before.data.content !== data.content)
    job.warn(
      `The data has changed since this run last read it: it had ${samplesText(before.data)} then, and has ${samplesText(data)} now. The run goes on with what is there now.`,
    );
  log.append({ type: 'data', data });
  if (data.unlabelled) for (const remark of unlabelledRemarks(data.unlabelled)) job.warn(remark);
  return { dataset, ...(ofTeacher && { ofTeacher }), told: data };
}

/** The same texts as the teacher reads them. */
async function dataOfTeacher(
  job: Job,
  { tokenizer, length }: OwnTokens,
  all: readonly Checkpoint[],
): Promise<Dataset> {
  const { experiment, directory } = job.request;
  const checkpoints = all.filter(({ role }) => role === 'teacher');
  const config = { ...experiment.dataset, tokenizer, length } as DatasetConfig;
  const dataset = await openDataset(await withTokenizer(job, config, checkpoints), directory);
  await requireSameTokens(job, dataset, checkpoints);
  return dataset;
}

const samplesText = ({ samples: { train, validation, test } }: RunData) =>
  `${train} training, ${validation} validation and ${test} test samples`;

/** What a run's events say of its data. */
export function runDataOf(
  { content, tokenizer, subset, validation, test }: Dataset,
  ofTeacher?: Dataset,
): RunData {
  return {
    content,
    ...(tokenizer && { tokenizer: stableHash(tokenizer.files()) }),
    ...(ofTeacher?.tokenizer && { teacherTokenizer: stableHash(ofTeacher.tokenizer.files()) }),
    samples: { train: subset.size, validation: validation.size, test: test.size },
  };
}

/**
 * Documents that share a sample are kept apart within the network, and a graph has no place for that.
 * @throws UserError if a model is one and the data are such
 */
export function requireApart({ config }: Model, who: string, { packed }: Dataset): void {
  if (!packed || !isGraphConfig(config)) return;
  throw new UserError(
    `${who} is an ONNX graph, which cannot be told which document of a sample a token belongs to.`,
    { remedy: 'Set "samples" of the dataset to "documents".' },
  );
}
