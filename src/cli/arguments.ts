import { existsSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import { UserError } from '../base/user-error.ts';
import type { DeviceChoice } from '../experiment/schema/schema.ts';
import { longestText } from '../runs/database/longest-text.ts';

/** Readers of single arguments; commander tells the user what they throw. */

/**
 * The words after --seed: seeds, alone or joined by commas, up to the first one that names a file; for `--seed 1 2 FILE`
 * reads as one would expect. Throws UserError for a word that is neither.
 */
export function seedWords(words: readonly string[]): { seeds: number[]; files: string[] } {
  const seeds: number[] = [];
  const files: string[] = [];
  for (const word of words)
    if (/^\d+(,\d+)*$/.test(word)) seeds.push(...word.split(',').map(Number));
    else if (word.endsWith('.json') || existsSync(word)) files.push(word);
    else throw new UserError(`${JSON.stringify(word)} is no seed.`, { remedy: seedRemedy });
  const tooLarge = seeds.find((seed) => seed > 2 ** 31 - 1);
  if (tooLarge !== undefined)
    throw new UserError(`The seed ${tooLarge} is too large.`, { remedy: seedRemedy });
  return { seeds, files };
}

const seedRemedy = 'Seeds are whole numbers from 0 to 2147483647; write --seed 1 2 3.';

export function countArgument(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Write a whole number from 1.');
  return Number(text);
}

/** What is to be found in runs. */
export function textArgument(text: string): string {
  if (text.length > longestText)
    throw new InvalidArgumentError(`It has ${text.length} characters; write at most ${longestText}.`);
  return text;
}

/** What a run is to be called. */
export function nameArgument(text: string): string {
  const name = text.trim();
  if (name === '') throw new InvalidArgumentError('Write at least one character that is not a space.');
  return name;
}

/** The names that are known, to be read. */
export const namesOf = (known: object): string => Object.keys(known).join(', ');

/** A reader of known names, joined by commas. */
export function namesArgument<Name extends string>(known: Readonly<Record<Name, unknown>>) {
  return (text: string): Name[] => {
    const names = text.split(',').map((name) => name.trim());
    if (names.some((name) => !Object.hasOwn(known, name)))
      throw new InvalidArgumentError(`Choose among ${namesOf(known)}, joined by commas.`);
    return [...new Set(names)] as Name[];
  };
}

const devices: readonly DeviceChoice[] = ['auto', 'cpu', 'webgpu', 'cuda'];

export function deviceArgument(text: string): DeviceChoice {
  const device = devices.find((choice) => choice === text);
  if (!device) throw new InvalidArgumentError(`Choose one of ${devices.join(', ')}.`);
  return device;
}
