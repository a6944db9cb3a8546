import { join } from 'node:path';
import { UserError } from '../base/user-error.ts';
import { openDataset } from '../data/open-dataset.ts';
import { tokenizerFileOf } from '../data/text/tokenizers/checkpoint-tokenizer.ts';
import { parseLoaded } from '../experiment/parsing/load.ts';
import type { DatasetConfig, Experiment } from '../experiment/schema/schema.ts';
import type { ServerConfig } from '../experiment/schema/server-schema.ts';
import { folderOfCheckpoint } from '../models/onnx/files.ts';
import { hostOf } from '../models/server/address.ts';
import { answersFile } from '../models/server/answers-file.ts';
import { unanswered } from '../models/server/ask-all.ts';
import { KeptAnswers } from '../models/server/kept-answers.ts';
import { estimateOf } from '../models/server/questions.ts';
import { questionsOf } from '../models/server/questions-of.ts';
import { beyondBudget, grouped, sumOf, type Usage, usageText } from '../models/server/usage.ts';
import type { ServerCost } from './apart/server-cost.ts';
import { folderOf } from './models/stored-model.ts';
import { requireServed } from './server.ts';

/**
 * What an experiment is going to ask of its teacher’s server, as far as it was not answered before; nothing is asked for
 * that. The runs of all seeds learn from the same answers.
 * @returns undefined where no server is asked
 * @throws UserError if the data cannot be read, or what is to be asked is known to be beyond the budget
 */
async function serverCost(
  experiment: Experiment,
  directory: string,
  dataDirectory: string,
): Promise<ServerCost | undefined> {
  const server = experiment.teacher?.server;
  if (!server) return undefined;
  const dataset = await openDataset(await withTokenizer(experiment, directory), directory);
  requireServed(experiment, dataset.task);
  const questions = await questionsOf(experiment.strategy, dataset, server);
  const kept = await KeptAnswers.look(answersFile(join(dataDirectory, 'cache'), server));
  try {
    const open = unanswered(questions, kept);
    const estimate = estimateOf(open);
    requireWithin(server, kept?.usedBy(new Set(questions.map(({ key }) => key))), estimate);
    return { requests: open.length, told: toldOf(server, estimate, questions.length) };
  } finally {
    await kept?.close();
  }
}

/** The same of the text of an experiment that is known to be sound. @throws UserError */
export async function costOfText(
  text: string,
  file: string,
  dataDirectory: string,
): Promise<ServerCost | undefined> {
  const { experiment, directory } = parseLoaded(text, file);
  return serverCost(experiment, directory, dataDirectory);
}

/** Requests are known before; tokens are not, and end the run when they are used up. */
function requireWithin(server: ServerConfig, used: Usage | undefined, { requests }: Usage): void {
  const wanted = { requests, input: 0, output: 0 };
  const beyond = requests > 0 && beyondBudget(used ? sumOf(used, wanted) : wanted, server);
  if (!beyond) return;
  throw new UserError(
    `${grouped(requests)} requests would be made, and the budget of ${beyond.limit} for ${hostOf(server)} does not allow that.`,
    { remedy: `Raise "${beyond.option}" in "budget" of the server, or ask for fewer samples.` },
  );
}

function toldOf(server: ServerConfig, estimate: Usage, questions: number): string {
  const { budget, keyFrom, price } = server;
  const kept = questions - estimate.requests;
  const limits = [
    ...(budget?.requests === undefined ? [] : [`${grouped(budget.requests)} requests`]),
    ...(budget?.tokens === undefined ? [] : [`${grouped(budget.tokens)} tokens`]),
    ...(budget?.cost === undefined ? [] : [`${price!.currency} ${budget.cost}`]),
  ];
  return [
    `Texts of the training data go to ${server.model} on ${hostOf(server)}${keyFrom === undefined ? '' : `, with the key in ${keyFrom}`}.`,
    `An estimate, at most if no request fails: ${usageText(estimate, server)}${price ? '' : ' (no "price" is given)'}.`,
    ...(kept > 0 ? [`${grouped(kept)} more answers are kept from before.`] : []),
    limits.length > 0 ? `The budget ends it at ${limits.join(', ')}.` : 'No budget limits it.',
  ].join(' ');
}

/** The dataset as a run reads it. */
async function withTokenizer({ dataset, student }: Experiment, directory: string): Promise<DatasetConfig> {
  if (!('tokenizer' in dataset) || dataset.tokenizer.kind !== 'auto' || student?.checkpoint === undefined)
    return dataset;
  const folder = await folderOf(student.checkpoint, directory);
  if (folder === undefined)
    throw new UserError(
      `How many texts the server is asked for depends on the tokenizer of ${student.checkpoint}, which is not here yet.`,
      { remedy: 'Download the model first, or name a "tokenizer" of the dataset.' },
    );
  const file = await tokenizerFileOf(folderOfCheckpoint(folder));
  return file === undefined ? dataset : { ...dataset, tokenizer: { kind: 'file', file } };
}
