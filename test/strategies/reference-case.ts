import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import { tf } from '../../src/device/tensorflow.ts';
import { modelSchema } from '../../src/experiment/schema/model-schema.ts';
import { strategySchema } from '../../src/experiment/schema/strategy-schema.ts';
import type { LayerReference } from '../../src/experiment/strategies/layer-reference.ts';
import type { Model } from '../../src/models/model.ts';
import { createStrategy } from '../../src/strategies/create-strategy.ts';
import { topLogits } from '../../src/strategies/losses/top-logits.ts';
import type { StrategyContext, TeacherNeeds, TeacherSignals } from '../../src/strategies/strategy.ts';
import { learningOf } from '../../src/strategies/tasks/all.ts';
import { taskOfLabels } from './support.ts';

interface Stored {
  readonly shape: number[];
  readonly data: (number | '-inf')[];
}

/** One line of test/reference/strategies.golden.json, made by strategies.py. */
export interface ReferenceCase {
  readonly name: string;
  readonly strategy: unknown;
  readonly labels: { readonly shape: number[]; readonly data: number[] };
  readonly weights: number[];
  readonly mask?: Stored;
  readonly labelSmoothing: number;
  readonly totals: { readonly samples: number; readonly tokens: number; readonly targets: number };
  readonly teacher?: { readonly logits?: Stored; readonly hidden?: Stored[] };
  /** What gradients are taken with respect to: logits, hidden.K, parameters.NAME, peer-K. */
  readonly leaves: Record<string, Stored>;
  readonly expected: {
    readonly terms: Record<string, { weight: number; value: number }>;
    readonly gradients: Record<string, Stored>;
  };
}

export const referenceCases: readonly ReferenceCase[] = JSON.parse(
  readFileSync(new URL('../reference/strategies.golden.json', import.meta.url), 'utf8'),
);

export const numbersOf = ({ data }: Stored): number[] =>
  data.map((x) => (x === '-inf' ? Number.NEGATIVE_INFINITY : x));
const tensorOf = (stored: Stored): Tensor => tf.tensor(numbersOf(stored), stored.shape, 'float32');

/** A model whose answer is given: what a strategy sees of one, without a network. */
function answeringModel(layerShapes: readonly (readonly number[])[], logits: Tensor): Model {
  return {
    // Strategies hand it on to buildModel and ask what an exit of it is, no more.
    config: modelSchema.parse({ architecture: 'mlp', hidden: [1] }),
    task: { classes: 0, image: [1, 1, 1] },
    layerCount: layerShapes.length - 1,
    parameters: new Map(),
    buffers: new Map(),
    forward: () => ({
      logits,
      hiddenStates: layerShapes.map((shape) => tf.zeros([1, ...shape])),
    }),
    pool: (state) => {
      if (state.rank === 4) return tf.mean(state, [1, 2]);
      if (state.rank === 3) return tf.squeeze(tf.slice(state, [0, 0], [-1, 1]), [1]);
      return state;
    },
    dispose() {},
  };
}

/** Wider than twice what any case keeps of its answers, so that the number of kept tokens counts. */
const teacherWidth = 64;

export interface Outcome {
  readonly terms: Record<string, { weight: number; value: number }>;
  readonly gradients: Record<string, Float32Array>;
}

/** Runs a case through createStrategy on the current backend. */
export async function computeCase(given: ReferenceCase): Promise<Outcome> {
  const names = Object.keys(given.leaves);
  const leaves = Object.fromEntries(names.map((name) => [name, tf.variable(tensorOf(given.leaves[name]!))]));
  const classes = given.leaves.logits!.shape.at(-1)!;
  const hidden = names.filter((name) => name.startsWith('hidden.'));
  const studentShapes = hidden.length > 0 ? hidden.map((name) => leaves[name]!.shape.slice(1)) : [[1]];
  const teacherShapes = given.teacher && (given.teacher.hidden ?? [{ shape: [0, teacherWidth] }]);
  const teacher = teacherShapes && {
    hiddenShapes: teacherShapes.map(({ shape }) => shape.slice(1)),
    classes,
  };
  const strategy = createStrategy(strategySchema.parse(given.strategy));
  const needs = strategy.needs({ student: studentShapes, teacher: teacher?.hiddenShapes });
  const unused = new Set(names.filter((name) => name.startsWith('parameters.')));
  const attached = strategy.attach({
    student: answeringModel(studentShapes, leaves.logits!),
    task: { classes },
    ...(teacher ? { teacher } : {}),
    initialize: (name, shape) => {
      const leaf = leaves[`parameters.${name}`];
      assert.ok(leaf, `no parameter ${name}`);
      assert.deepEqual(leaf.shape, shape);
      unused.delete(`parameters.${name}`);
      return leaf;
    },
    buildModel: (_, name) => answeringModel([[1]], leaves[name]!),
  });
  assert.deepEqual([...unused], [], 'parameters never asked for');
  const values: Record<string, Tensor> = {};
  const weights: Record<string, number> = {};
  const { value, grads } = tf.variableGrads(() => {
    let total: Scalar = tf.scalar(0);
    for (const [name, term] of Object.entries(attached.loss(contextOf(given, needs, leaves)))) {
      weights[name] = term.weight;
      values[name] = tf.keep(tf.clone(term.value));
      total = tf.add(total, tf.mul(term.value, term.weight));
    }
    return total;
  }, Object.values(leaves));
  const outcome: Outcome = { terms: {}, gradients: {} };
  for (const [name, tensor] of Object.entries(values))
    outcome.terms[name] = { weight: weights[name]!, value: (await tensor.data())[0]! };
  for (const [name, leaf] of Object.entries(leaves)) {
    // What the loss does not depend on has no gradient at all.
    const gradient = grads[leaf.name];
    outcome.gradients[name] = gradient
      ? ((await gradient.data()) as Float32Array)
      : new Float32Array(leaf.size);
  }
  tf.dispose([value, grads, values, leaves]);
  return outcome;
}

function contextOf(
  given: ReferenceCase,
  needs: TeacherNeeds,
  leaves: Record<string, Variable>,
): StrategyContext {
  const batch = {
    input: given.mask ? { mask: tensorOf(given.mask) } : {},
    labels: tf.tensor(given.labels.data, given.labels.shape, 'int32'),
    weights: tf.tensor1d(given.weights, 'float32'),
  };
  const totals = {
    samples: tf.scalar(given.totals.samples),
    tokens: tf.scalar(given.totals.tokens),
    targets: tf.scalar(given.totals.targets),
    labelled: tf.scalar(given.totals.samples),
  };
  return {
    batch,
    rows: learningOf(taskOfLabels(batch.labels.rank)).rows(batch, totals),
    student: {
      logits: leaves.logits!,
      hiddenStates: Object.keys(leaves)
        .filter((name) => name.startsWith('hidden.'))
        .map((name) => leaves[name]!),
    },
    teacher: signalsOf(given, needs),
    totals,
    labelSmoothing: given.labelSmoothing,
    random: {
      bernoulli() {
        throw new Error('No strategy draws by itself.');
      },
    },
  };
}

/** The teacher's signals that were asked for, and no others. */
function signalsOf({ teacher }: ReferenceCase, needs: TeacherNeeds): TeacherSignals {
  const layer = (index: LayerReference) => tensorOf(teacher!.hidden![Number(index)]!);
  const logits = needs.logits ? tensorOf(teacher!.logits!) : undefined;
  const top = needs.topLogits;
  return {
    ...(logits && top && top.count < logits.shape.at(-1)!
      ? { topLogits: topLogits(logits, top.count, top.temperatures) }
      : { logits }),
    hiddenStates: new Map(needs.hiddenStates.map((index) => [index, layer(index)])),
    pooled: new Map(needs.pooled.map((index) => [index, layer(index)])),
  };
}
