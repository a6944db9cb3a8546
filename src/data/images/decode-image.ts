import { convertIndexedToRgb, type DecodedPng, decode as decodePng } from 'fast-png';
import jpeg from 'jpeg-js';
import { UserError } from '../../base/user-error.ts';
import { checkJpeg } from './jpeg-scans.ts';
import type { Pixels } from './pixels.ts';
import { pixelChunks } from './png-chunks.ts';

/** Larger images are refused: a small file can claim any size. */
const mostMegapixels = 64;

/** The format of an image by its name, as far as it can be read. */
export const isImageName = (name: string): boolean => /\.(png|jpe?g)$/i.test(name);

/**
 * Decodes a PNG or JPEG by what it begins with, whatever its name says. Transparency is left out.
 * @throws UserError if it is neither, broken, or larger than 64 megapixels.
 */
export function decodeImage(bytes: Uint8Array, file: string): Pixels {
  const isPng = bytes[0] === 0x89 && bytes[1] === 0x50;
  const isJpeg = bytes[0] === 0xff && bytes[1] === 0xd8;
  if (!isPng && !isJpeg)
    throw new UserError(`${file} is neither PNG nor JPEG.`, {
      remedy: 'Convert it, or take it out of the folder.',
      place: file,
    });
  try {
    const image = isPng ? fromPng(bytes) : fromJpeg(bytes);
    if (image.data.length === 0) throw new Error(`it is ${image.height} × ${image.width} pixels`);
    return image;
  } catch (error) {
    throw new UserError(`${file} cannot be decoded: ${(error as Error).message}.`, {
      remedy: 'It may be cut off or broken; replace it, or take it out of the folder.',
      place: file,
      cause: error,
    });
  }
}

function fromJpeg(bytes: Uint8Array): Pixels {
  checkJpeg(bytes);
  const { height, width, data } = jpeg.decode(bytes, {
    useTArray: true,
    formatAsRGBA: false,
    tolerantDecoding: false,
    maxResolutionInMP: mostMegapixels,
    maxMemoryUsageInMB: 1024,
  });
  return { height, width, channels: 3, data };
}

function fromPng(bytes: Uint8Array): Pixels {
  const png = decodePng(pixelChunks(bytes));
  const { height, width } = png;
  if (png.palette) {
    const channels = png.palette[0]?.length ?? 3;
    return colours(convertIndexedToRgb(png), { height, width, channels, bits: 8 });
  }
  return colours(png.depth < 8 ? unpacked(png) : png.data, {
    height,
    width,
    channels: png.channels,
    bits: png.depth,
  });
}

/** Grey samples of 1, 2 or 4 bits, of which a byte holds several; each row begins with a byte of its own. */
function unpacked({ data, depth, width, height }: DecodedPng): Uint8Array {
  const samples = new Uint8Array(width * height);
  const rowBytes = Math.ceil((width * depth) / 8);
  const mask = (1 << depth) - 1;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const bit = x * depth;
      const byte = data[y * rowBytes + (bit >> 3)]!;
      samples[y * width + x] = (byte >> (8 - depth - (bit & 7))) & mask;
    }
  return samples;
}

/** Takes alpha away and brings samples to 8 bits. */
function colours(
  samples: ArrayLike<number>,
  { height, width, channels, bits }: { height: number; width: number; channels: number; bits: number },
): Pixels {
  const kept = channels >= 3 ? 3 : 1;
  const data = new Uint8Array(height * width * kept);
  const largest = 2 ** bits - 1;
  for (let pixel = 0; pixel < height * width; pixel++)
    for (let channel = 0; channel < kept; channel++)
      data[pixel * kept + channel] = Math.round((samples[pixel * channels + channel]! * 255) / largest);
  return { height, width, channels: kept, data };
}
