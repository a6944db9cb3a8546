import type { z } from 'zod';

/** An object of options that says by `architecture` which one it is. */
export type ArchitectureSchema = z.ZodObject<{ architecture: z.ZodLiteral<string> }>;

/** What a model does, whatever its answers mean: it answers to images, it answers to texts, or it continues texts. */
export type ModelGoal = 'images' | 'classification' | 'language-model';

/**
 * What an architecture is before there are tensors: its options and what they tell. What is computed with it, how its
 * weights are named and how it is cut smaller stands on the floor of models, in a folder of the same name.
 */
export interface ArchitectureRecord<
  S extends ArchitectureSchema = ArchitectureSchema,
  Option extends string = string,
> {
  readonly schema: S;
  readonly goal: ModelGoal;
  /**
   * Options that tell how large a model is, in the order in which they are told; the rest is regularization. Those of one
   * group stand with a × between them: [['layers', 'hiddenSize']] is told as 3×96.
   */
  readonly sizes: readonly (readonly Option[])[];
  /** What people write instead of its name, in lower case without hyphens. */
  readonly synonyms?: readonly string[];
}
