import { dirname, resolve } from 'node:path';
import { inOrder, parseText } from '../experiment/parsing/parse.ts';
import type { Finding, Problem } from '../experiment/parsing/problem.ts';
import type { Experiment } from '../experiment/schema/schema.ts';
import { namedLayers } from '../experiment/strategies/named-layers.ts';
import { askedDropout } from '../models/onnx/dropping/places.ts';
import { checkClassWeights } from './class-weights.ts';
import { checkCompression } from './compression.ts';
import type { Check, CheckContext } from './context.ts';
import { readDatasetFacts } from './data/dataset-facts.ts';
import { withKnownTokenizer } from './data/known-tokenizer.ts';
import { checkSamples } from './data/samples.ts';
import { checkDevice, type DeviceLookup } from './device.ts';
import { checkLossWeights } from './loss-weights.ts';
import { checkClassNames } from './models/class-names.ts';
import { checkFrozen } from './models/frozen.ts';
import { checkLora } from './models/lora.ts';
import { checkModels } from './models/models.ts';
import { checkPixels } from './models/pixels.ts';
import { readStoredModel } from './models/stored-model.ts';
import { checkStoredModels } from './models/stored-models.ts';
import { checkNameClash } from './name-clash.ts';
import { checkSeeds } from './seeds.ts';
import { checkServer } from './server.ts';
import { checkStrategy } from './strategy.ts';
import { checkSweep } from './sweep/sweep.ts';
import { checkSweptValues } from './sweep/values.ts';
import { checkTaskOptions } from './task-options.ts';
import { checkAcross } from './tokens/across-note.ts';
import { checkKeptTokens } from './tokens/kept-tokens.ts';
import { checkOwnTokens } from './tokens/own-tokens.ts';
import { checkSampleKinds } from './tokens/sample-kinds.ts';
import { checkTokenizers } from './tokens/tokenizers.ts';
import { checkUnlabelled } from './unlabelled.ts';
import { checkUnusedOptions } from './unused-options.ts';

const checks: readonly Check[] = [
  checkSamples,
  checkUnlabelled,
  checkModels,
  checkFrozen,
  checkLora,
  checkStoredModels,
  checkClassNames,
  checkPixels,
  checkOwnTokens,
  checkTokenizers,
  checkAcross,
  checkSampleKinds,
  checkServer,
  checkStrategy,
  checkCompression,
  checkLossWeights,
  checkKeptTokens,
  checkUnusedOptions,
  checkTaskOptions,
  checkClassWeights,
  checkSeeds,
  checkDevice,
  checkNameClash,
  checkSweep,
];

/** What is asked again of each value that a sweep tries: all that needs no further look at data or checkpoints. */
const ofOneValue: readonly Check[] = [
  checkModels,
  checkFrozen,
  checkStoredModels,
  checkAcross,
  checkStrategy,
  checkCompression,
  checkLossWeights,
  checkUnusedOptions,
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

async function semanticFindings(start: CheckContext): Promise<Finding[]> {
  const { experiment, directory } = start;
  const stored = (who: 'teacher' | 'student') => {
    const { checkpoint, graph } = experiment[who] ?? {};
    const dropout = who === 'student' && experiment.student ? askedDropout(experiment.student) : undefined;
    if (checkpoint === undefined) return undefined;
    return readStoredModel(checkpoint, {
      path: [who, 'checkpoint'],
      directory,
      freshHead: who === 'student',
      graph,
      dropout,
      values: namedLayers(experiment.strategy)
        .filter((layer) => layer.who === who)
        .map(({ value, path }) => ({ value, path: ['strategy', ...path] })),
    });
  };
  // One after the other, so that what is being read when a process dies of it is the last that was begun.
  const dataset = await readDatasetFacts(await withKnownTokenizer(experiment, directory), directory);
  const teacher = await stored('teacher');
  const student = await stored('student');
  const context: CheckContext = {
    ...start,
    dataset: dataset.facts,
    storedTeacher: teacher?.stored,
    storedStudent: student?.stored,
  };
  const found: Finding[] = [...dataset.findings, ...(teacher?.findings ?? []), ...(student?.findings ?? [])];
  for (const check of checks) found.push(...(await check(context)));
  if (experiment.sweep && !found.some(({ severity }) => severity === 'error'))
    found.push(...(await checkSweptValues(context, found, ofOneValue)));
  return found;
}
