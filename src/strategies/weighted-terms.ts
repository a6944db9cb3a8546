import type { Scalar, Variable } from '@tensorflow/tfjs-core';
import { UserError } from '../base/user-error.ts';
import { inOrder, type LayerReference } from '../experiment/strategies/layer-reference.ts';
import { hardLoss } from './losses/hard-loss.ts';
import type {
  AttachedStrategy,
  LossTerm,
  Strategy,
  StrategyContext,
  StrategyParts,
  TeacherNeeds,
} from './strategy.ts';

/** A teacher-driven part of a loss that can stand beside others. */
export interface Term {
  needs: Strategy['needs'];
  /** @throws UserError where student and teacher do not go together. */
  attach(parts: StrategyParts): AttachedTerm;
}

export interface AttachedTerm {
  /** Owned by the term. */
  readonly parameters: ReadonlyMap<string, Variable>;
  /** Values by name, each with its weight inside the term. */
  loss(context: StrategyContext): Record<string, LossTerm>;
}

export interface WeightedTerm {
  readonly weight: number;
  readonly term: Term;
}

const union = <T extends LayerReference>(lists: readonly (readonly T[])[]): T[] =>
  inOrder([...new Set(lists.flat())]);

/** What several terms need together. Full logits serve whoever wants only the largest of them. */
export function uniteNeeds(all: readonly TeacherNeeds[]): TeacherNeeds {
  const across = all.some((needs) => needs.across);
  if (across && !all.every((needs) => needs.across))
    throw new UserError(
      'Some terms compare teacher and student across tokenizers, others token by token or state by state.',
      {
        remedy:
          'Give every term "across", or none: the others need teacher and student to read the same tokens.',
      },
    );
  const wide = all.filter((needs) => needs.logits);
  const top = wide.flatMap(({ topLogits }) => topLogits ?? []);
  return {
    logits: wide.length > 0,
    ...(across && { across }),
    hiddenStates: union(all.map((needs) => needs.hiddenStates)),
    pooled: union(all.map((needs) => needs.pooled)),
    ...(top.length > 0 &&
      top.length === wide.length && {
        topLogits: {
          count: Math.max(...top.map(({ count }) => count)),
          temperatures: union(top.map(({ temperatures }) => temperatures)),
        },
      }),
  };
}

/** `name`, or the first of `name-2`, `name-3` … that is free. */
function freeName(name: string, taken: { has(name: string): boolean }): string {
  let free = name;
  for (let count = 2; taken.has(free); count++) free = `${name}-${count}`;
  return free;
}

/**
 * labelWeight·CE(labels, z_s) + Σ weight·term, each value under its own name. Where some samples of a step have no label,
 * CE is the mean over those that have one, Σ over labelled samples of CE / how many these are, and 0 where there is none;
 * the terms are means over all samples of the step, labelled or not. So neither part depends on how many samples of the
 * other kind there are: labelWeight and the weights mean what they mean without unlabelled samples.
 */
export function weightedTerms(kind: string, labelWeight: number, terms: readonly WeightedTerm[]): Strategy {
  return {
    kind,
    needs: (shapes) => uniteNeeds(terms.map(({ term }) => term.needs(shapes))),
    attach(parts): AttachedStrategy {
      const parameters = new Map<string, Variable>();
      const attached = terms.map(({ weight, term }, index) => {
        // Two terms of one kind must not ask for the same name.
        const prefix = terms.length > 1 ? `term-${index + 1}.` : '';
        const bound = term.attach({
          ...parts,
          initialize: (name, shape, scheme) => parts.initialize(prefix + name, shape, scheme),
        });
        for (const [name, variable] of bound.parameters) parameters.set(prefix + name, variable);
        return { weight, bound };
      });
      return {
        parameters,
        buffers: new Map(),
        loss(context) {
          const values = new Map<string, LossTerm>([
            ['labels', { weight: labelWeight, value: hardLoss(context), ofLabels: true }],
          ]);
          for (const { weight, bound } of attached)
            for (const [name, term] of Object.entries(bound.loss(context)))
              values.set(freeName(name, values), { ...term, weight: weight * term.weight });
          return Object.fromEntries(values);
        },
        dispose() {
          for (const variable of parameters.values()) variable.dispose();
        },
      };
    },
  };
}

/** A term of one value that adds nothing to train. */
export function plainTerm(
  name: string,
  needs: TeacherNeeds,
  check: (parts: StrategyParts) => void,
  value: (context: StrategyContext) => Scalar,
): Term {
  return {
    needs: () => needs,
    attach(parts) {
      check(parts);
      return {
        parameters: new Map(),
        loss: (context) => ({ [name]: { weight: 1, value: value(context) } }),
      };
    },
  };
}
