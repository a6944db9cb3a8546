import { z } from 'zod';
import { combined } from '../strategies/combined/record.ts';
import { direct } from '../strategies/direct/record.ts';
import type { StrategyKind } from '../strategies/facts.ts';
import { feature } from '../strategies/feature/record.ts';
import { generated } from '../strategies/generated/record.ts';
import { online } from '../strategies/online/record.ts';
import { prune } from '../strategies/prune/record.ts';
import { quantize } from '../strategies/quantize/record.ts';
import { relation } from '../strategies/relation/record.ts';
import { response } from '../strategies/response/record.ts';
import { self } from '../strategies/self/record.ts';
import { sequence } from '../strategies/sequence/record.ts';
import type { StrategyRecord } from '../strategies/strategy-record.ts';

const records = {
  direct,
  response,
  feature,
  relation,
  self,
  online,
  sequence,
  generated,
  combined,
  quantize,
  prune,
} satisfies { readonly [K in StrategyKind]: StrategyRecord };

type Schemas = (typeof records)[StrategyKind]['schema'];

/** Strategies and their settings. */
export const strategySchema = z
  .discriminatedUnion('kind', Object.values(records).map(({ schema }) => schema) as [Schemas, ...Schemas[]])
  .describe('How the student learns from the teacher.');

export type StrategyConfig = z.output<typeof strategySchema>;

/** What the settings of a strategy mean. */
export const strategyRecord = ({ kind }: Pick<StrategyConfig, 'kind'>): StrategyRecord => records[kind];

/** A strategy as a new experiment begins with it: every option at its default, or one that goes with most models. */
export const beginningOf = (kind: StrategyKind): StrategyConfig =>
  strategySchema.parse({ ...strategyRecord({ kind }).beginning?.options, kind });
