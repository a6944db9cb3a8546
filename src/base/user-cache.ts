import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where this product keeps what can be had again, for all projects of the user. */
export const userCache = (): string => join(systemCache(), 'distillery');

function systemCache(): string {
  if (process.env.XDG_CACHE_HOME) return process.env.XDG_CACHE_HOME;
  switch (process.platform) {
    case 'win32':
      return process.env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local');
    case 'darwin':
      return join(homedir(), 'Library', 'Caches');
    default:
      return join(homedir(), '.cache');
  }
}
