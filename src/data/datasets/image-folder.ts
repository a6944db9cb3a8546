import { resolve } from 'node:path';
import type { ImageFolderConfig } from '../../experiment/datasets/image-folder.ts';
import { listClasses, listUnlabelled } from '../images/image-files.ts';
import { imageFolderFiles, openImageFolder, requireSize, sizeOf } from '../images/image-folder.ts';
import { imageSize } from '../images/image-size.ts';
import { requireApart } from '../unlabelled.ts';
import { type DatasetReader, namedUnlabelled } from './dataset-reader.ts';
import { trainAndTest } from './train-and-test.ts';

/** Of so many images the size is looked up while somebody types. */
const mostImages = 500;

export const imageFolder: DatasetReader<ImageFolderConfig> = {
  open: openImageFolder,
  async look(config, directory, { attempt, decodeSome }) {
    const folders = trainAndTest(config, (named) => named);
    const from = config.unlabelled?.from;
    const found: unknown[] = [];
    for (const folder of folders)
      found.push(await attempt(folder, () => listClasses(resolve(directory, folder.written))));
    const raw = from === undefined ? [] : [namedUnlabelled(from)];
    for (const own of raw)
      found.push(
        await attempt(own, () => {
          requireApart(own.written, config.test, directory);
          return listUnlabelled(resolve(directory, own.written));
        }),
      );
    if (found.includes(undefined)) return undefined;
    return attempt([...folders, ...raw], async () => {
      const files = await imageFolderFiles(config, directory);
      const { classNames, first, training, testing, unlabelled, remarks } = files;
      const all = [...training, ...testing, ...(unlabelled ?? [])];
      const image = await sizeOf(config, first);
      if (config.height === undefined || config.width === undefined)
        for (const some of [[...training, ...testing], unlabelled ?? []])
          for (const { file } of some.slice(0, mostImages)) {
            const size = await imageSize(file);
            if (size) requireSize(size, file, [image[0], image[1]], config);
          }
      await decodeSome(all);
      const labels = (files: readonly { label: number }[]) => Int32Array.from(files, ({ label }) => label);
      return {
        facts: {
          task: { classes: classNames.length, image },
          labels: {
            draw: config,
            train: labels(training),
            test: labels(testing),
            ...(unlabelled && { unlabelled: unlabelled.length }),
          },
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
