import {
  floatsToHalves,
  floatToHalf,
  halfToFloat,
  halvesToFloats,
} from '../../models/checkpoint/half-precision.ts';

/** How numbers are stored in GGUF files: by their names in ggml, and the numbers of these. */
export const tensorTypes = { F32: 0, F16: 1, Q4_0: 2, Q8_0: 8 } as const;
export type TensorType = keyof typeof tensorTypes;

/** Numbers that share a scale. */
export const blockSize = 32;
const blockBytes = { Q4_0: 2 + blockSize / 2, Q8_0: 2 + blockSize } as const;

export const isBlocked = (type: TensorType): type is keyof typeof blockBytes => type in blockBytes;

/** @param count a multiple of {@link blockSize} where numbers share scales */
export function bytesOf(type: TensorType, count: number): number {
  if (isBlocked(type)) return (count / blockSize) * blockBytes[type];
  return count * (type === 'F32' ? 4 : 2);
}

/**
 * Numbers as ggml stores them, rounded as its `quantize_row_q8_0_ref` and `quantize_row_q4_0_ref` do.
 * @throws RangeError if one is too large for a scale of 16 bits, or no number
 */
export function encodeTensor(type: TensorType, values: Float32Array): Uint8Array {
  switch (type) {
    case 'F32':
      return bytesIn(values);
    case 'F16': {
      const halves = floatsToHalves(values);
      if (halves.some((half) => (half & 0x7c00) === 0x7c00)) throw tooLarge();
      return bytesIn(halves);
    }
    case 'Q8_0':
      return inBlocks(type, values, eightBits);
    case 'Q4_0':
      return inBlocks(type, values, fourBits);
  }
}

const tooLarge = () => new RangeError('it holds numbers beyond those of float16');

const bytesIn = ({ buffer, byteOffset, byteLength }: Float32Array | Uint16Array) =>
  new Uint8Array(buffer, byteOffset, byteLength);

type Encode = (block: Float32Array, target: Uint8Array) => number;

function inBlocks(type: keyof typeof blockBytes, values: Float32Array, encode: Encode): Uint8Array {
  const bytes = new Uint8Array(bytesOf(type, values.length));
  const view = new DataView(bytes.buffer);
  for (let from = 0, at = 0; from < values.length; from += blockSize, at += blockBytes[type]) {
    const scale = encode(
      values.subarray(from, from + blockSize),
      bytes.subarray(at + 2, at + blockBytes[type]),
    );
    const half = floatToHalf(scale);
    if ((half & 0x7c00) === 0x7c00) throw tooLarge();
    view.setUint16(at, half, true);
  }
  return bytes;
}

/** float32 throughout, as in C. */
const round = Math.fround;
const inverse = (scale: number) => (scale === 0 ? 0 : round(1 / scale));

function eightBits(block: Float32Array, target: Uint8Array): number {
  let largest = 0;
  for (const value of block) largest = Math.max(largest, Math.abs(value));
  const scale = round(largest / 127);
  const times = inverse(scale);
  for (const [at, value] of block.entries()) {
    const scaled = round(value * times);
    // Halves away from zero.
    target[at] = Math.sign(scaled) * Math.floor(Math.abs(scaled) + 0.5);
  }
  return scale;
}

/** The number of the largest magnitude becomes −8 times the scale, whose sign is its opposite. */
function fourBits(block: Float32Array, target: Uint8Array): number {
  let extreme = 0;
  for (const value of block) if (Number.isNaN(value) || Math.abs(value) > Math.abs(extreme)) extreme = value;
  const scale = round(extreme / -8);
  const times = inverse(scale);
  const nibble = (value: number) => Math.min(15, Math.trunc(round(round(value * times) + 8.5)));
  for (let at = 0; at < blockSize / 2; at++)
    target[at] = nibble(block[at]!) | (nibble(block[at + blockSize / 2]!) << 4);
  return scale;
}

/** What is left of numbers that were stored. @param bytes from the beginning of their buffer */
export function decodeTensor(type: TensorType, bytes: Uint8Array): Float32Array {
  switch (type) {
    case 'F32':
      return new Float32Array(bytes.buffer);
    case 'F16':
      return halvesToFloats(new Uint16Array(bytes.buffer));
    case 'Q8_0':
      return fromBlocks(type, bytes, (block, at) => (block[at]! << 24) >> 24);
    case 'Q4_0':
      return fromBlocks(
        type,
        bytes,
        (block, at) => (at < blockSize / 2 ? block[at]! & 0xf : block[at - blockSize / 2]! >> 4) - 8,
      );
  }
}

function fromBlocks(
  type: keyof typeof blockBytes,
  bytes: Uint8Array,
  numberAt: (block: Uint8Array, at: number) => number,
): Float32Array {
  const size = blockBytes[type];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Float32Array((bytes.length / size) * blockSize);
  for (let block = 0; block < bytes.length / size; block++) {
    const scale = halfToFloat(view.getUint16(block * size, true));
    const numbers = bytes.subarray(block * size + 2, (block + 1) * size);
    for (let at = 0; at < blockSize; at++) values[block * blockSize + at] = scale * numberAt(numbers, at);
  }
  return values;
}
