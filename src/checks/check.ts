import { dirname, resolve } from 'node:path';
import { problemsError } from '../experiment/load.ts';
import { inOrder, parseText } from '../experiment/parse.ts';
import type { Finding, Problem } from '../experiment/problem.ts';
import type { Experiment } from '../experiment/schema.ts';
import { checkClassNames } from './class-names.ts';
import { checkCompression } from './compression.ts';
import type { Check, CheckContext } from './context.ts';
import { readDatasetFacts } from './dataset-facts.ts';
import { checkDevice, type DeviceLookup } from './device.ts';
import { checkKeptTokens } from './kept-tokens.ts';
import { checkLossWeights } from './loss-weights.ts';
import { checkModels } from './models.ts';
import { checkNameClash } from './name-clash.ts';
import { checkSamples } from './samples.ts';
import { checkSeeds } from './seeds.ts';
import { readStoredModel } from './stored-model.ts';
import { checkStoredModels } from './stored-models.ts';
import { checkStrategy } from './strategy.ts';
import { checkTokenizers } from './tokenizers.ts';
import { checkUnusedOptions } from './unused-options.ts';

const checks: readonly Check[] = [
  checkSamples,
  checkModels,
  checkStoredModels,
  checkClassNames,
  checkTokenizers,
  checkStrategy,
  checkCompression,
  checkLossWeights,
  checkKeptTokens,
  checkUnusedOptions,
  checkSeeds,
  checkDevice,
  checkNameClash,
];

export interface CheckOptions {
  /** Where the runs are kept that `of` may name; left out: the nearest data directory upwards from the experiment. */
  readonly dataDirectory?: string;
  /** Which devices are here; left out: the device of the experiment is not looked at. */
  readonly devices?: DeviceLookup;
}

/**
 * All that can be known of an experiment before training, each problem with its place in the text, in its order: what
 * the schema refuses, or else what files, models, strategy and seeds make of it. Errors keep it from running, warnings
 * do not.
 * @param file path of the experiment file, where relative paths start; the text need not be saved in it.
 */
export async function checkExperiment(
  text: string,
  file: string,
  { dataDirectory, devices }: CheckOptions = {},
): Promise<Problem[]> {
  const { result, parsed, written } = parseText(text);
  if (result.experiment === undefined || parsed === undefined) return result.problems;
  const absolute = resolve(file);
  const findings = await semanticFindings({
    experiment: result.experiment,
    written,
    directory: dirname(absolute),
    file: absolute,
    dataDirectory,
    devices,
  });
  return inOrder([...result.problems, ...findings.map((finding) => parsed.problem(finding))]);
}

/** The same for an experiment that has no text, such as that of a frozen run: findings without places. */
export function checkResolved(experiment: Experiment, directory: string): Promise<Finding[]> {
  return semanticFindings({ experiment, directory });
}

/**
 * Checks an experiment that is about to run.
 * @returns its warnings
 * @throws UserError naming every error with its place and remedy.
 */
export async function requireSound(
  text: string,
  file: string,
  options: CheckOptions = {},
): Promise<Problem[]> {
  const problems = await checkExperiment(text, file, options);
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw problemsError(errors, file);
  return problems;
}

async function semanticFindings(start: CheckContext): Promise<Finding[]> {
  const { experiment, directory } = start;
  const stored = (who: 'teacher' | 'student') => {
    const checkpoint = experiment[who]?.checkpoint;
    if (checkpoint === undefined) return undefined;
    return readStoredModel(checkpoint, {
      path: [who, 'checkpoint'],
      directory,
      freshHead: who === 'student',
    });
  };
  const [dataset, teacher, student] = await Promise.all([
    readDatasetFacts(experiment.dataset, directory),
    stored('teacher'),
    stored('student'),
  ]);
  const context: CheckContext = {
    ...start,
    dataset: dataset.facts,
    storedTeacher: teacher?.stored,
    storedStudent: student?.stored,
  };
  const found = await Promise.all(checks.map((check) => check(context)));
  return [...dataset.findings, ...(teacher?.findings ?? []), ...(student?.findings ?? []), ...found.flat()];
}
