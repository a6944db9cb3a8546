import * as z from 'zod/mini';
import type { Continuation } from '../../src/compare/continuations.ts';
import type { ClassDisagreement } from '../../src/compare/figures/disagreement.ts';
import type { ReliabilityBin } from '../../src/compare/figures/reliability.ts';
import type { Candidate, ModelSummary, RunFigures } from '../../src/compare/figures/run-figures.ts';
import type { ModelFigureKey } from '../../src/compare/teachers.ts';
import { eachScore } from '../../src/experiment/tasks/scores.ts';
import type { Doubt } from '../../src/worker/directory/events.ts';
import { runStates } from '../../src/worker/directory/run-states.ts';
import { figure, named, number, type Schema, shapeOf, text } from './schema.ts';

/** Figures of models and runs, as the engine has them. */

export const confusion = z.nullable(z.array(z.array(number)));
export const reliability = z.nullable(
  z.array(shapeOf<ReliabilityBin>({ count: number, confidence: figure, accuracy: figure })),
);
export const disagreement = z.nullable(
  z.array(
    shapeOf<ClassDisagreement>({
      samples: number,
      onlyStudent: number,
      onlyTeacher: number,
      neither: number,
    }),
  ),
);
export const continuations = z.array(
  shapeOf<Continuation>({ prompt: text, reference: text, texts: named(text) }),
);
export const doubts = z.array(shapeOf<Doubt>({ kind: text, message: text }));
export const runState = z.enum(runStates);

/** What is a number of a model. */
export const modelNumbers = {
  accuracy: figure,
  loss: figure,
  parameters: figure,
  bytes: figure,
  latencyMs: figure,
  throughput: figure,
  macroF1: figure,
  calibrationError: figure,
  perplexity: figure,
  bitsPerByte: figure,
  ...eachScore(() => figure),
} satisfies Record<ModelFigureKey, Schema<number | null>>;

export const modelFigures = shapeOf<ModelSummary>({
  ...modelNumbers,
  graph: z.optional(z.boolean()),
  asIs: z.optional(z.boolean()),
  confusion,
  reliability,
});

export const runFigures = shapeOf<RunFigures>({
  run: text,
  name: text,
  experiment: text,
  strategy: text,
  seed: number,
  state: runState,
  device: z.nullable(text),
  deviceKind: z.nullable(text),
  teacher: z.nullable(modelFigures),
  student: z.nullable(modelFigures),
  candidates: z.array(shapeOf<Candidate>({ name: text, figures: modelFigures })),
  ensembleAccuracy: figure,
  compressionRatio: figure,
  retention: figure,
  agreement: figure,
  disagreement,
  speedup: figure,
  trainingSeconds: figure,
  teacherSeconds: figure,
  savedSeconds: figure,
  energyJoules: figure,
  bestEpoch: figure,
  unlabelled: z.optional(text),
  doubts,
});
