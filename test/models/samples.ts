import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TaskShape } from '../../src/data/dataset.ts';
import {
  type Architecture,
  architectureRecords,
  architectures,
} from '../../src/experiment/architectures/all.ts';
import type { ModelGoal } from '../../src/experiment/architectures/architecture-record.ts';
import { modelSchema } from '../../src/experiment/schema/model-schema.ts';
import type { ModelConfig } from '../../src/experiment/schema/schema.ts';
import { constructionOf } from '../../src/models/architectures/all.ts';

/** What tests that go over all architectures need of one: test/fixtures/architectures/ARCHITECTURE.json. */
interface Samples {
  /** Tiny models, and what they become when they are cut, by names for tests. */
  readonly samples: Readonly<Record<string, { readonly architecture: string }>>;
  /** How units come to contribute nothing. */
  readonly silenced: Silenced;
  /** Students that transformers opens, by the `model_type` they have there, with a suffix where there are several. */
  readonly students?: Readonly<Record<string, { readonly architecture: string; readonly layout?: string }>>;
}

export interface Silenced {
  /** Names of weights that make units, and the axis along which these lie: every other unit is set to zero. */
  readonly units: readonly (readonly [pattern: string, axis: number])[];
  /**
   * Names of weights that make heads: the first half of so many values is set to zero, again and again; null for the
   * first half of the whole weight.
   */
  readonly heads?: readonly (readonly [pattern: string, period: number | null])[];
}

export const folder = join(import.meta.dirname, '../fixtures/architectures');

const read = (architecture: Architecture): Samples =>
  JSON.parse(readFileSync(join(folder, `${architecture}.json`), 'utf8'));

export const text = { vocabulary: 30, length: 6, padId: 0 };

/** A task for models of each goal. */
export const tasks: Readonly<Record<ModelGoal, TaskShape>> = {
  images: { classes: 5, image: [8, 8, 1] },
  classification: { classes: 3, text: { goal: 'classification', ...text } },
  'language-model': { classes: 30, text: { goal: 'language-model', ...text } },
};

export interface Sample {
  readonly architecture: Architecture;
  readonly config: ModelConfig;
  readonly task: TaskShape;
  readonly silenced: Silenced;
}

/** Every sample of every architecture, by its name. */
export const samples: ReadonlyMap<string, Sample> = new Map(
  architectures.flatMap((architecture) => {
    const { samples, silenced } = read(architecture);
    const task = tasks[architectureRecords[architecture].goal];
    return Object.entries(samples).map(([name, written]): [string, Sample] => [
      name,
      { architecture, config: modelSchema.parse(written), task, silenced },
    ]);
  }),
);

export interface Student {
  readonly goal: ModelGoal;
  readonly written: { readonly architecture: string; readonly layout?: string };
}

/** Students that transformers opens. */
export const students: ReadonlyMap<string, Student> = new Map(
  architectures.flatMap((architecture) => {
    const { goal } = architectureRecords[architecture];
    return Object.entries(read(architecture).students ?? {}).map(([name, written]): [string, Student] => [
      name,
      { goal, written },
    ]);
  }),
);

/** What transformers calls the kinds of models that are read and written here, with what they are for. */
export const modelTypes: ReadonlyMap<string, ModelGoal> = new Map(
  [...samples.values()].flatMap(({ architecture, config }) =>
    (constructionOf(config).huggingFace?.modelTypes ?? []).map((type): [string, ModelGoal] => [
      type,
      architectureRecords[architecture].goal,
    ]),
  ),
);
