import { join } from 'node:path';
import { heed, type StopRequested } from '../base/interruption.ts';
import { onceAcrossProcesses } from '../base/locks/wait-for-lock.ts';
import { resolvePath } from '../experiment/parsing/resolve-path.ts';
import { cachedSnapshot, cacheFolder, checkpointIn, repositoryName } from '../models/hub/cache.ts';
import { downloadSnapshot } from '../models/hub/download.ts';
import { isHubReference, isPinned, parseHubReference } from '../models/hub/reference.ts';

const pollMs = 200;

export interface CheckpointFolderOptions {
  readonly stopRequested?: StopRequested;
  /** Bytes that are here and bytes there will be. */
  readonly onDownload?: (done: number, total: number) => void;
}

/**
 * The folder, or the ONNX file, of a checkpoint that an experiment names: a path, or a model of the Hugging Face Hub, which is downloaded
 * if need be, by one process at a time.
 * @throws UserError if it cannot be downloaded
 * @throws Interruption while downloading; what has arrived stays for the next time
 */
export async function checkpointFolder(
  checkpoint: string,
  experimentDirectory: string,
  { stopRequested, onDownload }: CheckpointFolderOptions = {},
): Promise<string> {
  if (!isHubReference(checkpoint)) return resolvePath(experimentDirectory, checkpoint);
  const reference = parseHubReference(checkpoint);
  const stopping = new AbortController();
  const look = () => {
    try {
      if (stopRequested) heed(stopRequested);
    } catch (interruption) {
      stopping.abort(interruption);
    }
  };
  const download = async () => {
    // A hub that sends nothing makes no progress to look at.
    const looking = setInterval(look, pollMs);
    try {
      return await downloadSnapshot(reference, {
        signal: stopping.signal,
        onProgress: (done, total) => {
          onDownload?.(done, total);
          look();
        },
      });
    } finally {
      clearInterval(looking);
    }
  };
  const found = await onceAcrossProcesses(
    join(cacheFolder(), '.locks', repositoryName(reference), 'distillery.lock'),
    // A branch may have moved on; a commit stays what it is.
    async () => (isPinned(reference) ? cachedSnapshot(reference) : undefined),
    download,
    { stopRequested },
  );
  return checkpointIn(found);
}
