import { z } from 'zod';
import { type Architecture, architectureRecords } from '../architectures/all.ts';

type Schemas = (typeof architectureRecords)[Architecture]['schema'];

/** Models and their options. */
export const modelSchema = z
  .discriminatedUnion(
    'architecture',
    Object.values(architectureRecords).map(({ schema }) => schema) as [Schemas, ...Schemas[]],
  )
  .describe('A model built from scratch, with weights drawn from the seed.');
