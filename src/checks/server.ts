import { alternatives } from '../base/alternatives.ts';
import { UserError } from '../base/user-error.ts';
import { unlabelledOf } from '../experiment/datasets/unlabelled.ts';
import type { Finding, JsonPath } from '../experiment/parsing/problem.ts';
import type { Experiment } from '../experiment/schema/schema.ts';
import { compresses } from '../experiment/strategies/compression.ts';
import { strategyFacts, strategyKinds } from '../experiment/strategies/facts.ts';
import { type AskedTask, taskRecord } from '../experiment/tasks/all.ts';
import { hostOf, showsKey } from '../models/server/address.ts';
import type { Check } from './context.ts';
import { hasConversations } from './data/known-tokenizer.ts';
import { taskOf } from './task.ts';

const served = alternatives(
  strategyKinds.filter((kind) => strategyFacts[kind].ofServer).map((kind) => JSON.stringify(kind)),
);

interface Refusal {
  readonly message: string;
  readonly remedy: string;
  readonly path: JsonPath;
}

/** Why an experiment cannot learn from its teacher’s server; undefined where it can, or has none. */
function refusalOf(
  { dataset, teacher, strategy, student }: Experiment,
  task: AskedTask | undefined,
): Refusal | undefined {
  if (!teacher?.server) return undefined;
  const facts = strategyFacts[strategy.kind];
  const path = ['strategy', 'kind'];
  if (!facts.ofServer)
    return {
      message: compresses(strategy)
        ? 'A model behind a server cannot be made smaller from here: its weights are not at hand.'
        : facts.needsTeacher
          ? `Strategy "${strategy.kind}" needs more of its teacher than a server tells.`
          : `Strategy "${strategy.kind}" asks nothing of a teacher, and a server is not asked for figures alone.`,
      remedy:
        compresses(strategy) || facts.needsTeacher
          ? `Use strategy ${served} with a server, or a teacher with a "model" or a "checkpoint".`
          : `Take "teacher" away, or use strategy ${served}.`,
      path,
    };
  if (student?.teacherLayers !== undefined)
    return {
      message:
        'The student cannot begin with layers of a teacher behind a server: its weights are not at hand.',
      remedy: 'Give the student a "model" or a "checkpoint" of its own.',
      path: ['student', 'teacherLayers'],
    };
  if (
    facts.ofServer === 'texts' &&
    (hasConversations(dataset) || ('samples' in dataset && dataset.samples === 'packed-documents'))
  )
    return {
      message:
        'A server goes on with plain texts, and not with conversations or documents that share samples.',
      remedy:
        'Set "samples" of the dataset to "documents" or "packed", or use a teacher with a "model" or a "checkpoint".',
      path: ['dataset'],
    };
  if (task && facts.ofServer === 'texts' && !taskRecord(task).continuesTexts)
    return {
      message: `A server writes texts to continue, and the dataset has ${taskRecord(task).samples}.`,
      remedy: 'Use a dataset of texts to continue, or a teacher with a "model" or a "checkpoint".',
      path,
    };
  if (facts.ofServer === 'classes' && unlabelledOf(dataset))
    return {
      message:
        'A server is asked about the samples that have labels alone, and the dataset names some without.',
      remedy: 'Take "unlabelled" of the dataset away, or use a teacher with a "model" or a "checkpoint".',
      path: ['dataset', 'unlabelled'],
    };
  if (task && facts.ofServer === 'classes' && !(task.text && taskRecord(task).answers === 'classes'))
    return {
      message: `A server is asked which classes texts are of, and the dataset has ${taskRecord(task).samples}.`,
      remedy: 'Use a dataset of texts to classify, or a teacher with a "model" or a "checkpoint".',
      path,
    };
  return undefined;
}

/** Whether the strategy can learn from a teacher behind a server. Nothing is asked of the server, which may cost. */
export const checkServer: Check = (context) => {
  const { experiment } = context;
  const server = experiment.teacher?.server;
  if (!server) return [];
  const findings: Finding[] = [];
  const refusal = refusalOf(experiment, taskOf(context)?.task);
  if (refusal) findings.push({ ...refusal, severity: 'error', code: 'server-strategy' });
  if (showsKey(server))
    findings.push({
      message: `The key in ${server.keyFrom} would go to ${hostOf(server)} unencrypted, for everybody on the way to read.`,
      remedy: 'Write the https:// address of the server, or take "keyFrom" away.',
      path: ['teacher', 'server', 'url'],
      severity: 'error',
      code: 'server-key',
    });
  return findings;
};

/** @throws UserError where an experiment cannot learn from its teacher’s server */
export function requireServed(experiment: Experiment, task: AskedTask): void {
  const refusal = refusalOf(experiment, task);
  if (refusal) throw new UserError(refusal.message, { remedy: refusal.remedy });
}
