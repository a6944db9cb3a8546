import { crc32, inflateSync } from 'node:zlib';

/**
 * A PNG is unpacked only as far as its header promises pixels. The decoder believes whatever the file holds: image data
 * that inflates to gigabytes, a second header behind the first, or a packed color profile, of which a few megabytes
 * take all memory. The format: https://www.w3.org/TR/png-3.
 */

/** Larger images are refused: a small file can claim any size. */
const mostPixels = 64e6;
/** Of the largest image with four channels of 8 bits; what the decoder needs is several times this. */
const mostRawBytes = 4 * mostPixels;
/** Real ones have one in thousands of bytes at least. */
const mostChunks = 1 << 20;
const pixelTypes = ['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND'];
const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** Samples of a pixel by color type, and the bits that a sample of it may have. */
const colorTypes: Readonly<Record<number, { samples: number; depths: readonly number[] }>> = {
  0: { samples: 1, depths: [1, 2, 4, 8, 16] },
  2: { samples: 3, depths: [8, 16] },
  3: { samples: 1, depths: [1, 2, 4, 8] },
  4: { samples: 2, depths: [8, 16] },
  6: { samples: 4, depths: [8, 16] },
};

/** Where each of the seven passes of an interlaced image begins, and in what steps it goes on. */
const passes = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

interface Chunk {
  readonly type: string;
  readonly data: Buffer;
  /** With length, type and checksum. */
  readonly whole: Buffer;
}

/**
 * The parts of a PNG that hold its pixels: header, palette, transparency and image data; profiles, texts and animations
 * are left out.
 * @throws Error if chunks are broken or in excess, or if the image data does not unpack to what the header promises.
 */
export function pixelChunks(file: Uint8Array): Uint8Array {
  const kept: Chunk[] = [];
  let promised: number | undefined;
  for (const chunk of chunksOf(Buffer.from(file.buffer, file.byteOffset, file.byteLength))) {
    const { type, data } = chunk;
    if (promised === undefined && (type !== 'IHDR' || data.length !== 13))
      throw new Error('it does not begin with a header');
    promised ??= rawBytes(data);
    if (!pixelTypes.includes(type)) continue;
    if (type !== 'IDAT' && kept.some((other) => other.type === type))
      throw new Error(`it has several ${type} chunks`);
    if (type !== 'IDAT' || data.length > 0) kept.push(chunk);
  }
  const packed = kept.filter(({ type }) => type === 'IDAT').map(({ data }) => data);
  const found = unpackedBytes(Buffer.concat(packed), promised!);
  if (found < promised!) throw new Error(`its pixels end after ${found} of ${promised} bytes`);
  return Buffer.concat([signature, ...kept.map(({ whole }) => whole)]);
}

/** Up to the chunk that ends the image. @throws Error if one is cut off or its checksum is wrong */
function* chunksOf(bytes: Buffer): Generator<Chunk> {
  if (!bytes.subarray(0, signature.length).equals(signature))
    throw new Error('it does not begin as a PNG does');
  for (let at = signature.length, count = 0; ; count++) {
    if (at + 12 > bytes.length) throw new Error('it is cut off');
    const end = at + 12 + bytes.readUInt32BE(at);
    if (end > bytes.length) throw new Error('it is cut off');
    if (count === mostChunks) throw new Error(`it has more than ${mostChunks} chunks`);
    const type = bytes.toString('latin1', at + 4, at + 8);
    yield { type, data: bytes.subarray(at + 8, end - 4), whole: bytes.subarray(at, end) };
    // Afterwards, for a header that promises too much says more than that it is damaged.
    if (crc32(bytes.subarray(at + 4, end - 4)) !== bytes.readUInt32BE(end - 4))
      throw new Error(`the CRC of its chunk ${type} is wrong`);
    if (type === 'IEND') return;
    at = end;
  }
}

/** Bytes of the rows that the header promises, each with the byte that names its filter. */
function rawBytes(header: Buffer): number {
  const width = header.readUInt32BE(0);
  const height = header.readUInt32BE(4);
  const [depth, color, compression, filter, interlace] = header.subarray(8);
  const kind = colorTypes[color!];
  if (width === 0 || height === 0) throw new Error(`it is ${height} × ${width} pixels`);
  if (width * height > mostPixels) throw new Error(`it has more than ${mostPixels / 1e6} megapixels`);
  if (!kind?.depths.includes(depth!)) throw new Error(`it has ${depth} bits of color type ${color}`);
  if (compression !== 0 || filter !== 0 || interlace! > 1)
    throw new Error('it is compressed, filtered or interlaced in an unknown way');
  const bits = kind.samples * depth!;
  const sizes =
    interlace === 0
      ? [[width, height] as const]
      : passes.map(([x, y, dx, dy]) => [Math.ceil((width - x) / dx), Math.ceil((height - y) / dy)] as const);
  const bytes = sizes.reduce(
    (sum, [w, h]) => sum + (w <= 0 || h <= 0 ? 0 : h * (1 + Math.ceil((w * bits) / 8))),
    0,
  );
  // A byte a row names a filter.
  if (bytes > mostRawBytes + height * 2)
    throw new Error(`its pixels take ${Math.round(bytes / 1e6)} MB, more than ${mostRawBytes / 1e6}`);
  return bytes;
}

function unpackedBytes(packed: Buffer, most: number): number {
  try {
    return inflateSync(packed, { maxOutputLength: most }).length;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE') throw error;
    throw new Error('its image data unpacks to more than its header promises', { cause: error });
  }
}
