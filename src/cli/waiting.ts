import type { Waiting } from '../checks/apart/checker.ts';
import type { Terminal } from './terminal.ts';

/** A sign of life while a file takes long to be looked at. */
export const waitingOn =
  ({ err }: Terminal): Waiting =>
  (file, seconds) =>
    err(`Still reading ${file}, for ${seconds} s now.\n`);
