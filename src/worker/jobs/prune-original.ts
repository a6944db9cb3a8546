import { sparsityOf, withMagnitudePruning } from '../../compression/magnitude.ts';
import { whatStays } from '../../compression/structured/graph/plan.ts';
import { copyOf, pruneUnits } from '../../compression/structured/prune-units.ts';
import type { Dataset } from '../../data/dataset.ts';
import { isGraphConfig } from '../../experiment/architectures/onnx-graph.ts';
import type { PruneConfig } from '../../experiment/strategies/prune/record.ts';
import { readModelConfig } from '../../models/checkpoint/read-model-config.ts';
import { parameterCount } from '../../models/model.ts';
import { withoutZeros } from '../../models/stored/sparse-weights.ts';
import { createStrategy } from '../../strategies/create-strategy.ts';
import { initializer } from '../../training/initialize.ts';
import type { Teacher } from '../../training/teacher/teacher.ts';
import type { Compressed } from './compressed.ts';
import { exportStudent } from './export-student.ts';
import type { Job } from './job.ts';
import { trainStudent } from './train-student.ts';

/**
 * Takes units or weights away and trains what is left.
 * @throws UserError if the model cannot lose so much, or training diverges; Interruption
 */
export async function pruneOriginal(
  job: Job,
  config: PruneConfig,
  { model, hash }: Teacher,
  dataset: Dataset,
): Promise<Compressed> {
  const structured = config.method === 'structured';
  const student = job.keep(structured ? await pruneUnits(model, config) : await copyOf(model));
  const labels = createStrategy(config).attach({
    student,
    task: dataset.task,
    initialize: initializer(job.request.seed),
    buildModel: () => {
      throw new Error('A pruned model has no peers.');
    },
  });
  const staying = structured && isGraphConfig(model.config) && (await whatStays(model.config, dataset.task));
  if (staying) job.warn(staying);
  const strategy = job.keep(structured ? labels : withMagnitudePruning(labels, student, config));
  const outcome = await trainStudent(job, { student, strategy, dataset, begins: { teacher: hash } });
  const sparsity = structured
    ? 1 - parameterCount(student) / parameterCount(model)
    : await sparsityOf(student);
  if (!structured)
    job.warn(
      `Of the prunable weights ${(100 * sparsity).toFixed(1)} % are zero. ${
        config.storage === 'sparse'
          ? 'The file leaves them out, but computing with them takes as long as before: only method "structured" makes a model faster.'
          : 'They take as many bytes and as much time as others: storage "sparse" makes the file smaller, method "structured" the model.'
      }`,
    );
  return {
    subject: { name: 'student', model: student, ensemble: false },
    steps: outcome.steps,
    epochs: outcome.epochs,
    outcome: {
      bestEpoch: outcome.bestEpoch,
      trainingSeconds: outcome.seconds,
      ...(outcome.energy && { energy: outcome.energy }),
      compression: { sparsity },
    },
    async save(directory) {
      if (structured || config.storage === 'dense') return exportStudent(student, dataset, directory);
      const saved = await exportStudent(student, dataset, directory, { stored: withoutZeros });
      const { storage } = await readModelConfig(directory);
      const sparseWeights = storage?.weights.map(({ name }) => name);
      return { ...saved, ...(sparseWeights && { compression: { sparseWeights } }) };
    },
  };
}
