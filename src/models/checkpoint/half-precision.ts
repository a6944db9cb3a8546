/** Conversions between float32 and the two 16-bit formats in which checkpoints are stored, rounding to nearest even. */

const floats = new Float32Array(1);
const bits = new Uint32Array(floats.buffer);

/** IEEE 754 binary16 to float32, exactly. */
export function halfToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** float32 to IEEE 754 binary16; what is too large becomes infinite. */
export function floatToHalf(value: number): number {
  floats[0] = value;
  const word = bits[0]!;
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x47800000) return sign | 0x7c00;
  if (magnitude < 0x38800000) {
    // Subnormal in binary16: a multiple of 2⁻²⁴. Multiplying by a power of two is exact, so rounding happens once.
    floats[0] = Math.abs(value);
    return sign | roundHalfToEven(floats[0]! * 2 ** 24);
  }
  const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
  return sign | ((rounded - 0x38000000) >>> 13);
}

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

/** bfloat16, the upper half of a float32, for a whole array. */
export function brainFloatsToFloats(source: Uint16Array): Float32Array {
  const result = new Float32Array(source.length);
  const words = new Uint32Array(result.buffer);
  for (let at = 0; at < source.length; at++) words[at] = source[at]! << 16;
  return result;
}

export function floatsToBrainFloats(source: Float32Array): Uint16Array {
  const result = new Uint16Array(source.length);
  for (let at = 0; at < source.length; at++) {
    floats[0] = source[at]!;
    const word = bits[0]!;
    const notANumber = (word & 0x7fffffff) > 0x7f800000;
    result[at] = notANumber ? (word >>> 16) | 0x40 : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
  }
  return result;
}

export function halvesToFloats(source: Uint16Array): Float32Array {
  const result = new Float32Array(source.length);
  for (let at = 0; at < source.length; at++) result[at] = halfToFloat(source[at]!);
  return result;
}

export function floatsToHalves(source: Float32Array): Uint16Array {
  const result = new Uint16Array(source.length);
  for (let at = 0; at < source.length; at++) result[at] = floatToHalf(source[at]!);
  return result;
}
