import type { MnistConfig } from '../../experiment/datasets/mnist.ts';
import { locateMnist } from '../mnist.ts';
import { type DatasetReader, inPackage, thePackage } from './dataset-reader.ts';
import { lookAtIdx, numberedClasses, openIdx } from './idx-pairs.ts';

const pair = { images: inPackage, labels: inPackage };

export const mnist: DatasetReader<MnistConfig> = {
  open: async (config, directory) => openIdx(locateMnist(directory), config),
  async look(config, directory, looker) {
    const files = await looker.attempt(thePackage, () => locateMnist(directory));
    return files && lookAtIdx(files, { train: pair, test: pair }, config, looker);
  },
  classNames: numberedClasses,
};
