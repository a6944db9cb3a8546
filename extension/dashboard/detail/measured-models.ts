import { figuresOf, type ModelSummary } from '../../../src/compare/figures/run-figures.ts';
import { factsOf } from '../../../src/experiment/strategies/facts.ts';
import { eachScore } from '../../../src/experiment/tasks/scores.ts';
import type { MeasuredModel } from '../../../webview/protocol/detail.ts';
import type { Recorded } from './recorded-facts.ts';

/** All models that a run measured, teacher first. */
export function measuredModels(record: Recorded): MeasuredModel[] {
  const { teacher, student, candidates, ensembleAccuracy } = figuresOf(record);
  const { result } = record;
  const models: MeasuredModel[] = [];
  const add = (name: string, role: MeasuredModel['role'], figures: ModelSummary | null) => {
    if (figures) models.push({ name, role, figures });
  };
  add('Teacher', 'teacher', teacher);
  add('Student', 'student', student);
  for (const { name, figures } of candidates)
    add(name, factsOf(record.strategy)?.alongside ?? 'peer', figures);
  if (result?.ensemble && ensembleAccuracy !== null) {
    const { loss, macroF1, calibrationError, reliability = null } = result.ensemble;
    add('Ensemble', 'ensemble', {
      ...unmeasured,
      accuracy: ensembleAccuracy,
      loss,
      macroF1,
      calibrationError,
      reliability,
    });
  }
  return models;
}

const unmeasured: ModelSummary = {
  accuracy: null,
  loss: null,
  parameters: null,
  bytes: null,
  latencyMs: null,
  throughput: null,
  macroF1: null,
  calibrationError: null,
  perplexity: null,
  bitsPerByte: null,
  ...eachScore(() => null),
  confusion: null,
  reliability: null,
};
