import { lstat, rm } from 'node:fs/promises';
import writeFileAtomic from 'write-file-atomic';

/**
 * Writes a file whole or not at all, in the place of whatever has its name. A link is replaced itself: write-file-atomic
 * alone would replace what it leads to, which may be somebody else's file.
 * @throws as node:fs does
 */
export async function replaceFile(file: string, content: string | Buffer): Promise<void> {
  const status = await lstat(file).catch(() => undefined);
  if (status?.isSymbolicLink()) await rm(file);
  await writeFileAtomic(file, content);
}
