import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunEvent } from '../../../src/worker/directory/events.ts';
import { readEvents } from '../../../src/worker/directory/read-events.ts';

/** What a run made, as far as it does not depend on the clock. */
export interface RunOutcome {
  /** Contents of the files of its models, by path. */
  readonly models: ReadonlyMap<string, Buffer>;
  /** What its events say, a line each: how often and in which order a run that was resumed repeats itself is left out. */
  readonly said: ReadonlySet<string>;
}

const measured = new Set([
  'latencyMs',
  'throughput',
  'timedRounds',
  'trainingSeconds',
  'teacherSeconds',
  'savedSeconds',
  'energy',
]);

/**
 * Reads what a completed run made.
 * @returns what is wrong with it by itself, where that is so: lines that are no events, numbers that are missing
 */
export async function outcomeOf(directory: string): Promise<RunOutcome | string> {
  const { events, problems } = await readEvents(join(directory, 'events.jsonl'));
  if (problems.length > 0) return `events.jsonl holds lines that are no events: ${problems[0]!.message}`;
  const misnumbered = events.findIndex(({ seq }, index) => seq !== index);
  if (misnumbered >= 0) return `event ${misnumbered} has the number ${events[misnumbered]!.seq}`;
  const completed = events.filter(({ type }) => type === 'completed').length;
  if (completed !== 1 || events.at(-1)!.type !== 'completed')
    return `the run says ${completed} times that it is completed, and ends with ${events.at(-1)?.type}`;
  return { models: modelsOf(directory), said: new Set(events.flatMap((event) => told(event, directory))) };
}

/** How a run differs from one that was left alone; undefined where it does not. */
export function difference(run: RunOutcome, undisturbed: RunOutcome): string | undefined {
  for (const [path, content] of undisturbed.models)
    if (!run.models.get(path)?.equals(content)) return `${path} differs from that of an undisturbed run`;
  for (const path of run.models.keys())
    if (!undisturbed.models.has(path)) return `${path} should not be there`;
  for (const line of undisturbed.said) if (!run.said.has(line)) return `an event is lost: ${line}`;
  for (const line of run.said) if (!undisturbed.said.has(line)) return `an event says otherwise: ${line}`;
  return undefined;
}

function modelsOf(directory: string): Map<string, Buffer> {
  const models = new Map<string, Buffer>();
  // A model card tells how fast the model was.
  for (const folder of ['student', 'candidates'].filter((name) => existsSync(join(directory, name))))
    for (const path of readdirSync(join(directory, folder), { recursive: true }).map(String))
      if (/\.(safetensors|onnx)$|config\.json$/.test(path))
        models.set(join(folder, path), readFileSync(join(directory, folder, path)));
  return models;
}

/** What an event says that must be the same in every life of a run; nothing of those that tell of time or of a life. */
function told(event: RunEvent, directory: string): string[] {
  switch (event.type) {
    case 'metric': {
      // A teacher that another run has trained meanwhile is not trained again.
      if (event.model === 'teacher' && !Object.keys(event.values).some((name) => name.startsWith('test.')))
        return [];
      return Object.entries(event.values).map(([name, value]) =>
        [event.model, event.step, event.epoch, name, value].join(' '),
      );
    }
    case 'checkpoint':
      return [`checkpoint ${event.epoch} ${event.best} ${event.path.replace(directory, '')}`];
    case 'data':
      return [`data ${JSON.stringify(event.data)}`];
    case 'result':
      return [JSON.stringify(event.result, (key, value) => (measured.has(key) ? undefined : value))];
    default:
      return [];
  }
}
