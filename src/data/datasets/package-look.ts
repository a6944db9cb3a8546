import type { DataPackage } from '../packages/data-packages.ts';
import { requirePackage } from '../packages/npm-package.ts';
import { type DatasetReader, thePackage } from './dataset-reader.ts';

/** Looks whether the package of texts that come ready to use is there; its files are known, and not looked at. */
export const lookForPackage =
  (wanted: DataPackage): DatasetReader['look'] =>
  async (_config, directory, { attempt }) => {
    await attempt(thePackage, () => requirePackage(wanted, directory, 'Or name your own texts.'));
    return undefined;
  };
