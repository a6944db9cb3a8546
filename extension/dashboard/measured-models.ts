import { figuresOf, type ModelSummary } from '../../src/compare/run-figures.ts';
import type { RunRecord } from '../../src/runs/run-records.ts';
import type { MeasuredModel } from '../../webview/protocol.ts';

/** All models that a run measured, teacher first. */
export function measuredModels(record: RunRecord): MeasuredModel[] {
  const { teacher, student, candidates, ensembleAccuracy } = figuresOf(record);
  const { result } = record;
  const models: MeasuredModel[] = [];
  const add = (
    name: string,
    role: MeasuredModel['role'],
    figures: ModelSummary | null,
    key = role as string,
  ) => {
    if (figures) models.push({ name, role, figures, ...furtherOf(result, key) });
  };
  add('Teacher', 'teacher', teacher);
  add('Student', 'student', student);
  for (const { name, figures } of candidates)
    add(name, record.strategy === 'self' ? 'exit' : 'peer', figures, name);
  if (result?.ensemble && ensembleAccuracy !== null) {
    const { loss, macroF1, calibrationError } = result.ensemble;
    add('Ensemble', 'ensemble', {
      ...unmeasured,
      accuracy: ensembleAccuracy,
      loss,
      macroF1,
      calibrationError,
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
  confusion: null,
};

type Further = Pick<MeasuredModel, 'reliability' | 'samples'>;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** Bins of confidence and continued texts of one model, where the run measured such. */
function furtherOf(result: RunRecord['result'], model: string): Further {
  const all: Readonly<Record<string, unknown>> = isRecord(result) ? result : {};
  const own = all[model] ?? (isRecord(all.candidates) ? all.candidates[model] : undefined);
  const reliability = isRecord(own) ? binsOf(own.reliability) : [];
  const samples = samplesOf(all.continuations, model);
  return { ...(reliability.length > 0 && { reliability }), ...(samples.length > 0 && { samples }) };
}

function binsOf(value: unknown): NonNullable<Further['reliability']>[number][] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((bin) => {
    if (!isRecord(bin)) return [];
    const { confidence, accuracy, count } = bin;
    return typeof confidence === 'number' && typeof accuracy === 'number' && typeof count === 'number'
      ? [{ confidence, accuracy, count }]
      : [];
  });
}

function samplesOf(value: unknown, model: string): NonNullable<Further['samples']>[number][] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((one) => {
    if (!isRecord(one) || typeof one.prompt !== 'string' || !isRecord(one.texts)) return [];
    const text = one.texts[model];
    return typeof text === 'string' ? [{ prompt: one.prompt, text }] : [];
  });
}
