import { z } from 'zod';
import { labelWeight } from '../options.ts';
import type { At, StrategyRecord, TermRecord } from '../strategy-record.ts';
import { type StrategyTermConfig, termRecord, termSchema } from './terms.ts';

const schema = z
  .strictObject({
    kind: z.literal('combined').describe('Several teacher-driven terms.'),
    labelWeight,
    terms: z
      .array(termSchema)
      .min(1)
      .max(16)
      .describe('Teacher-driven terms; each is recorded by itself, so that their sizes can be compared.'),
  })
  .meta({
    description: 'Several teacher-driven terms at once, as TinyBERT and DistilBERT do.',
    formula: 'labelWeight·CE(labels, z_s) + Σ weight·term',
  });

type CombinedConfig = z.output<typeof schema>;

/** What each term tells, at its place among the others. */
function ofTerms<T extends At>(
  { terms }: CombinedConfig,
  tell: (record: TermRecord, term: StrategyTermConfig) => readonly T[] | undefined,
): T[] {
  return terms.flatMap((term, index) =>
    (tell(termRecord(term), term) ?? []).map((told) => ({ ...told, path: ['terms', index, ...told.path] })),
  );
}

export const combined: StrategyRecord<typeof schema> = {
  schema,
  // Models of different kinds can share these.
  beginning: { options: { terms: [{ kind: 'response' }, { kind: 'relation' }] } },
  shares({ labelWeight, terms }) {
    const sum = (compares: TermRecord['compares']) =>
      terms
        .filter((term) => termRecord(term).compares === compares)
        .reduce((total, { weight }) => total + weight, 0);
    return {
      labels: labelWeight,
      answers: sum('answers'),
      states: sum('states'),
      option: 'labelWeight',
    };
  },
  temperatures: (config) => ofTerms(config, (record, term) => record.temperatures?.(term)),
  languageModelsOnly: (config) => ofTerms(config, (record, term) => record.languageModelsOnly?.(term)),
  keptTokens: (config) => ofTerms(config, (record, term) => record.keptTokens?.(term)),
  across: (config) => ofTerms(config, (record, term) => record.across?.(term)),
  idle: (config) => ofTerms(config, (record, term) => record.idle?.(term)),
};
