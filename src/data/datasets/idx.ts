import { resolve } from 'node:path';
import type { IdxConfig } from '../../experiment/datasets/idx.ts';
import type { ImageFiles } from '../mnist.ts';
import { type DatasetReader, type Named, namedUnlabelled } from './dataset-reader.ts';
import { type IdxFiles, lookAtIdx, numberedClasses, openIdx } from './idx-pairs.ts';

export const idx: DatasetReader<IdxConfig> = {
  open: async (config, directory) => openIdx(idxFiles(config, directory), config),
  look(config, directory, looker) {
    const named = (split: 'train' | 'test', part: keyof ImageFiles): Named => ({
      option: [split, part],
      written: config[split][part],
    });
    const pair = (split: 'train' | 'test') => ({
      images: named(split, 'images'),
      labels: named(split, 'labels'),
    });
    const from = config.unlabelled?.from;
    const names = {
      train: pair('train'),
      test: pair('test'),
      ...(from !== undefined && { unlabelled: namedUnlabelled(from) }),
    };
    return lookAtIdx(idxFiles(config, directory), names, config, looker);
  },
  classNames: numberedClasses,
};

function idxFiles(config: IdxConfig, directory: string): IdxFiles {
  const absolute = (pair: ImageFiles): ImageFiles => ({
    images: resolve(directory, pair.images),
    labels: resolve(directory, pair.labels),
  });
  const from = config.unlabelled?.from;
  return {
    train: absolute(config.train),
    test: absolute(config.test),
    ...(from !== undefined && { unlabelled: resolve(directory, from) }),
  };
}
