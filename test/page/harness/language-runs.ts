import { type ExperimentInput, experimentSchema } from '../../../src/experiment/schema/schema.ts';
import { type SampleRun, sampleRuns, start } from './sample-data.ts';

/** Runs of small language models, two experiments of one seed, that continue texts; some of them are hostile. */
export function languageRuns(): SampleRun[] {
  const [template] = sampleRuns({ count: 1 });
  const prompt = 'It was a damp, drizzly November in my soul; and whenever';
  const texts = {
    teacher: ' I find myself growing grim about the sea, I account it high time to get to the water.',
    student:
      ' I was the sea of the ship, and the whale, and <img src=x onerror="window.alerted=true"> of the sea.',
  };
  return (['direct', 'sequence'] as const).map((kind, index) => {
    const config = experimentSchema.parse({
      name: `Moby Dick, ${kind}`,
      dataset: { kind: 'moby-dick' },
      teacher: { model: { architecture: 'gpt2', hiddenSize: 128, layers: 4, heads: 4 } },
      student: { model: { architecture: 'gpt2', hiddenSize: 64, layers: 2, heads: 2 } },
      strategy: { kind },
      seeds: [0],
    } satisfies ExperimentInput);
    const { confusion: _, ...student } = template!.result!.student;
    const { confusion: __, ...teacher } = template!.result!.teacher!;
    return {
      ...template!,
      id: `language-${index}`,
      name: config.name,
      experiment: config.name,
      strategy: kind,
      config,
      createdAt: start + index,
      result: {
        ...template!.result!,
        disagreement: undefined,
        student: {
          ...student,
          accuracy: 0.36 + index / 100,
          loss: 3.9 - index / 10,
          perplexity: Math.exp(3.9 - index / 10),
        },
        teacher: { ...teacher, accuracy: 0.42, loss: 3.31, perplexity: Math.exp(3.31) },
        energy: { joules: 5120 + index * 900, sources: ['package-0'] },
        continuations: [
          { prompt, reference: ' it is a damp, drizzly November, I quietly take to the ship.', texts },
          { prompt: 'Call me', reference: ' Ishmael.', texts: { teacher: ' Ahab, said he.', student: '' } },
        ],
      },
    };
  });
}
