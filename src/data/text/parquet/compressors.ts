import type { Compressors } from 'hyparquet';
import { compressors, decompressZstd } from 'hyparquet-compressors';

/** Unpacks pages to what their headers promise; the one for Zstandard goes on as long as there is something. */
export const boundedCompressors: Compressors = {
  ...compressors,
  ZSTD: (input, length) => decompressZstd(input, new Uint8Array(length)),
};
