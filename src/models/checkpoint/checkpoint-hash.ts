import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fileProblem } from '../../base/file-problem.ts';
import { openNamed } from '../../base/regular-file.ts';
import type { GraphNames } from '../../experiment/architectures/onnx-graph.ts';
import { stableHash } from '../../experiment/parsing/identity.ts';
import { isGraph } from '../onnx/describe.ts';
import { graphAt } from '../onnx/files.ts';
import { graphHash } from '../onnx/load.ts';
import { weightFileNames } from './checkpoint-weights.ts';
import { classOrder } from './class-order.ts';
import { readModelConfig } from './read-model-config.ts';

/**
 * Identifies a model by its configuration and weights, 16 hexadecimal digits.
 * @throws UserError if a file cannot be read.
 */
export async function checkpointHash(directory: string, graph?: GraphNames): Promise<string> {
  const found = (await graphAt(directory)) && (await readModelConfig(directory, { graph }));
  if (found && isGraph(found)) return graphHash(found);
  const hash = createHash('sha256');
  for (const name of ['config.json', ...(await weightFileNames(directory))]) {
    const file = join(directory, name);
    try {
      hash.update(`\n${name}\n`);
      for await (const chunk of (await openNamed(file)).createReadStream()) hash.update(chunk as Uint8Array);
    } catch (error) {
      throw fileProblem(error, file);
    }
  }
  return hash.digest('hex').slice(0, 16);
}

/**
 * The same for a model whose classes are brought into the order of these names: the same weights in another order give
 * other answers.
 * @param own names of the checkpoint's classes, where it has any
 */
export async function hashInOrder(
  directory: string,
  own: readonly string[] | undefined,
  wanted: readonly string[],
  graph?: GraphNames,
): Promise<string> {
  const hash = await checkpointHash(directory, graph);
  const order = classOrder(own, wanted);
  return order.kind === 'names' ? stableHash({ hash, rows: order.rows }) : hash;
}
