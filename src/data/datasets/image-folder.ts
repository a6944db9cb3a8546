import { resolve } from 'node:path';
import type { ImageFolderConfig } from '../../experiment/datasets/image-folder.ts';
import { listClasses } from '../images/image-files.ts';
import { imageFolderFiles, openImageFolder, requireSize, sizeOf } from '../images/image-folder.ts';
import { imageSize } from '../images/image-size.ts';
import type { DatasetReader } from './dataset-reader.ts';
import { trainAndTest } from './train-and-test.ts';

/** Of so many images the size is looked up while somebody types. */
const mostImages = 500;

export const imageFolder: DatasetReader<ImageFolderConfig> = {
  open: openImageFolder,
  async look(config, directory, { attempt, decodeSome }) {
    const folders = trainAndTest(config, (named) => named);
    const classes = [];
    for (const folder of folders)
      classes.push(await attempt(folder, () => listClasses(resolve(directory, folder.written))));
    if (classes.includes(undefined)) return undefined;
    return attempt(folders, async () => {
      const { classNames, first, training, testing, remarks } = await imageFolderFiles(config, directory);
      const image = await sizeOf(config, first);
      if (config.height === undefined || config.width === undefined)
        for (const { file } of [...training, ...testing].slice(0, mostImages)) {
          const size = await imageSize(file);
          if (size) requireSize(size, file, [image[0], image[1]], config);
        }
      await decodeSome([...training, ...testing]);
      const labels = (files: readonly { label: number }[]) => Int32Array.from(files, ({ label }) => label);
      return {
        facts: {
          task: { classes: classNames.length, image },
          labels: { draw: config, train: labels(training), test: labels(testing) },
        },
        remarks,
      };
    });
  },
  classNames: ({ train }, directory) => listClasses(resolve(directory, train)),
  assumedTask: ({ height, width, colour }) =>
    height === undefined || width === undefined
      ? undefined
      : { classes: 2, image: [height, width, colour === 'rgb' ? 3 : 1] },
};
