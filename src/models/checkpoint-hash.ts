import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { fileProblem } from '../data/file-problem.ts';
import { weightFileNames } from './checkpoint-weights.ts';

/**
 * Identifies a model by its configuration and weights, 16 hexadecimal digits.
 * @throws UserError if a file cannot be read.
 */
export async function checkpointHash(directory: string): Promise<string> {
  const hash = createHash('sha256');
  for (const name of ['config.json', ...(await weightFileNames(directory))]) {
    const file = join(directory, name);
    try {
      hash.update(`\n${name}\n`);
      for await (const chunk of createReadStream(file)) hash.update(chunk as Uint8Array);
    } catch (error) {
      throw fileProblem(error, file);
    }
  }
  return hash.digest('hex').slice(0, 16);
}
