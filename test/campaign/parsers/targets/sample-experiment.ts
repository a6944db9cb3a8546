import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseExperiment } from '../../../../src/experiment/parsing/parse.ts';

/** An experiment that is sound, with the file it stands in. */
export function experimentOf(root: string) {
  const file = join(root, 'examples/mnist-response.distill.json');
  return { file, experiment: parseExperiment(readFileSync(file, 'utf8')).experiment! };
}
