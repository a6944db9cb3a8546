import { z } from 'zod';
import { featureTerm } from '../feature/record.ts';
import { relationTerm } from '../relation/record.ts';
import { responseTerm } from '../response/record.ts';
import { sequenceTerm } from '../sequence/record.ts';
import type { TermRecord } from '../strategy-record.ts';
import { cosineTerm } from './cosine-term.ts';

/** Teacher-driven terms that can be weighed against each other. */
export const termSchema = z
  .discriminatedUnion('kind', [
    responseTerm.schema,
    featureTerm.schema,
    cosineTerm.schema,
    relationTerm.schema,
    sequenceTerm.schema,
  ])
  .describe('One teacher-driven term of the loss.');

export type StrategyTermConfig = z.output<typeof termSchema>;

const records: { readonly [K in StrategyTermConfig['kind']]: TermRecord } = {
  response: responseTerm,
  feature: featureTerm,
  cosine: cosineTerm,
  relation: relationTerm,
  sequence: sequenceTerm,
};

/** What the options of a term mean. */
export const termRecord = (term: StrategyTermConfig): TermRecord => records[term.kind];
