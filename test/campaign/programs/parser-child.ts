/**
 * Tries blocks of inputs, or, where a second argument names a file, the one input in it; the first argument says which, as
 * JSON. Says what came of it as JSON, a line each.
 */
import { readFileSync } from 'node:fs';
import { type Block, tryBlock, tryOne } from '../parsers/block.ts';

const [blocks, file] = process.argv.slice(2);
// A promise that nobody waits for must not go wrong unseen.
process.on('unhandledRejection', (error) => {
  console.error(error);
  process.exit(70);
});
for (const block of JSON.parse(blocks!) as Block[]) {
  const result = file === undefined ? await tryBlock(block) : await tryOne(block, readFileSync(file));
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
