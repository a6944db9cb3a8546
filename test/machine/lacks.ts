/**
 * Why a test is skipped: something that this machine lacks and that cannot be put on it by itself. Every skip says it so;
 * `npm test` takes any other for a failure, and one for want of something that is there as well.
 */
export const lacks = (what: string, remedy = ''): string =>
  `this machine lacks ${what}${remedy && `: ${remedy}`}`;

/** The right to make a small file system, on which tests let the disk run full. */
export const noSmallDisk = lacks('the right to mount a small file system', 'it takes root on Linux');

/** A shell whose scripts are programs, or false where there is one. */
export const noShell = process.platform === 'win32' && lacks('a Unix shell');
