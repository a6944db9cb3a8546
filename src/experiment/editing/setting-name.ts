import type { JsonPath } from '../parsing/problem.ts';
import { hyperparametersOf } from './hyperparameters.ts';

/** Whose setting it is, and which: "teacher epochs", "student hidden", "strategy temperature". Training is the student's. */
export function ownedName(path: JsonPath): string {
  const steps = path.filter((step) => step !== 'training' && step !== 'model');
  const owned = path[0] === 'training' ? ['student', ...steps] : steps;
  return owned.reduce<string>(
    (text, step) =>
      typeof step === 'number' ? `${text}[${step}]` : text === '' ? String(step) : `${text} ${step}`,
    '',
  );
}

/** What a setting is called beside the others of its experiment: whose it is, where another has the same name. */
export function settingName(path: JsonPath, experiment: unknown): string {
  const name = path.at(-1);
  const namesakes = hyperparametersOf(experiment).filter((other) => other.path.at(-1) === name);
  return namesakes.length > 1 || typeof name !== 'string' ? ownedName(path) : name;
}
