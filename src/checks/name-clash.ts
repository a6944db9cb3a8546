import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { readExperimentText } from '../experiment/parsing/load.ts';
import { parseExperiment } from '../experiment/parsing/parse.ts';
import type { Check } from './context.ts';

const mostFiles = 200;

/** Two experiments of one name beside each other cannot be told apart in lists and tables. */
export const checkNameClash: Check = async ({ experiment, file }) => {
  if (file === undefined) return [];
  const folder = dirname(file);
  const names = await readdir(folder).catch(() => []);
  const others = names.filter((name) => name.endsWith('.distill.json') && name !== basename(file)).sort();
  for (const other of others.slice(0, mostFiles)) {
    const text = await readExperimentText(join(folder, other)).catch(() => '');
    if (parseExperiment(text).experiment?.name === experiment.name)
      return [
        {
          message: `${other} has the name "${experiment.name}" too.`,
          remedy: 'Give each experiment a name of its own.',
          path: ['name'],
          severity: 'warning',
          code: 'name-clash',
        },
      ];
  }
  return [];
};
