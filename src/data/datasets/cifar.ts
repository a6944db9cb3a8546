import type { CifarConfig } from '../../experiment/datasets/cifar.ts';
import { cifarClasses, cifarCounts, cifarFiles, cifarImage, openCifar } from '../images/cifar.ts';
import type { DatasetReader } from './dataset-reader.ts';

export const cifar: DatasetReader<CifarConfig> = {
  open: openCifar,
  look: (config, directory, { attempt }) =>
    attempt({ option: ['folder'], written: config.folder }, async () => {
      const files = await cifarFiles(config, directory);
      await cifarCounts([...files.train, ...files.test], files);
      return { facts: { task: { classes: files.classes, image: cifarImage } } };
    }),
  classNames: async (config, directory) => cifarClasses(await cifarFiles(config, directory)),
  assumedTask: () => ({ classes: 2, image: cifarImage }),
};
