import type { z } from 'zod';
import type { JsonPath } from '../parsing/problem.ts';
import type { AcrossMethod } from '../schema/across-schema.ts';

/** An object of options that says by its `kind` which one it is. */
export type KindSchema = z.ZodObject<{ kind: z.ZodLiteral<string> }>;

/** Something about one place of a strategy or a term; the path begins there. */
export type At<T = unknown> = T & { readonly path: JsonPath };

/**
 * What options mean before anything is computed: read by checks, which have no list of kinds of their own. A function
 * that is left out has nothing to tell. What a strategy computes stands on the floor of strategies.
 */
export interface LossRecord<S extends KindSchema> {
  readonly schema: S;
  /** Temperatures that soften answers which are compared. */
  temperatures?(config: z.output<S>): readonly At<{ readonly temperature: number }>[];
  /** Parts that there are of language models only. */
  languageModelsOnly?(config: z.output<S>): readonly At<{ readonly what: string }>[];
  /** Where answers over different tokens are compared. */
  across?(config: z.output<S>): readonly At<{ readonly across: AcrossMethod }>[];
  /** Where only the most probable tokens of a teacher are kept. */
  keptTokens?(config: z.output<S>): readonly At<{ readonly topK: number; readonly temperature: number }>[];
  /** Options that do nothing, as the others stand. */
  idle?(config: z.output<S>): readonly At<{ readonly why: string }>[];
}

/** What the parts of a loss weigh beside each other. */
export interface LossShares {
  /** Of the labels. */
  readonly labels: number;
  /** Of terms that compare the models' answers. */
  readonly answers: number;
  /** Of terms that compare hidden states, which leave the classifier alone. */
  readonly states: number;
  /** The option to change where they do not go together. */
  readonly option: string;
}

/** What a new experiment begins with, where defaults and any small network would not do. */
export interface Beginning<S extends KindSchema = KindSchema> {
  /** The options of the student's model. */
  readonly student?: Readonly<Record<string, unknown>>;
  /** Options of the strategy that have no default. */
  readonly options?: Partial<Omit<z.input<S>, 'kind'>>;
}

export interface StrategyRecord<S extends KindSchema = KindSchema> extends LossRecord<S> {
  readonly beginning?: Beginning<S>;
  /** Whether the student writes samples of its own while it learns. */
  onPolicy?(config: z.output<S>): boolean;
  /** Told where labels and a teacher are weighed against each other. */
  shares?(config: z.output<S>): LossShares;
}

/** A teacher-driven term that can be weighed against others. */
export interface TermRecord<S extends KindSchema = KindSchema> extends LossRecord<S> {
  readonly compares: 'answers' | 'states';
}

/** T² is 1 where T is. */
export const idleScaling = ({ temperature }: { readonly temperature: number }) =>
  temperature === 1
    ? [{ path: ['scaleByTemperature'], why: 'the temperature is 1, and so is its square' }]
    : [];
