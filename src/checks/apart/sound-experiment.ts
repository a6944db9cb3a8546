import { resolve } from 'node:path';
import { type LoadedExperiment, parseLoaded, readExperimentText } from '../../experiment/parsing/load.ts';
import type { Problem } from '../../experiment/parsing/problem.ts';
import { requireSound } from '../sound.ts';
import type { Checker, CheckerOptions } from './checker.ts';

/** An experiment that may run: the very text that was checked, and what it says. */
export interface SoundExperiment extends LoadedExperiment {
  readonly warnings: readonly Problem[];
}

/**
 * The one way from a file to what runs. The file is read once: whatever becomes of it while it is checked, what was checked
 * is what is parsed, frozen and run.
 * @throws UserError naming every error with its place and remedy
 */
export async function readSoundExperiment(
  file: string,
  checker: Checker,
  options: CheckerOptions,
): Promise<SoundExperiment> {
  return soundExperiment(await readExperimentText(resolve(file)), file, checker, options);
}

/**
 * The same for a text that is not, or not yet, what the file holds.
 * @param file where relative paths of the text start
 * @throws UserError naming every error with its place and remedy
 */
export async function soundExperiment(
  text: string,
  file: string,
  checker: Checker,
  options: CheckerOptions,
): Promise<SoundExperiment> {
  const loaded = parseLoaded(text, file);
  return { ...loaded, warnings: requireSound(await checker.check(text, file, options), file) };
}
