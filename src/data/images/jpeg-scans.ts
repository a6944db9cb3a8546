/**
 * Looks at the headers of a JPEG before it is decoded: the decoder makes memory for every pixel that is promised and goes
 * over all of them in every scan, so that a file of a few hundred bytes takes a gigabyte, or hours. ITU-T T.81, annex B.
 */

/** Pixels that are gone over, in all scans together. Progressive images have about ten scans. */
const mostVisits = 2e9;
const mostScans = 500;
const mostPixels = 64e6;

const isFrame = (marker: number) => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
/** Without a length: a byte that stands for itself, restarts, and the beginning of an image. */
const standsAlone = (marker: number) => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);

/** @throws Error if it has several frames, more pixels than its bytes can hold, or scans without end */
export function checkJpeg(bytes: Uint8Array): void {
  let pixels: number | undefined;
  let scans = 0;
  for (const { marker, at } of markersOf(bytes)) {
    if (isFrame(marker)) {
      if (pixels !== undefined) throw new Error('it has several frames');
      pixels = pixelsOf(bytes, at);
    } else if (marker === 0xda) {
      scans++;
      if (scans > mostScans || scans * (pixels ?? 0) > mostVisits)
        throw new Error(`it goes over its pixels in ${scans} scans and more`);
    }
  }
}

/** @param at where the length of the frame stands */
function pixelsOf(bytes: Uint8Array, at: number): number {
  const two = (place: number) => (bytes[place] ?? 0) * 256 + (bytes[place + 1] ?? 0);
  const [height, width] = [two(at + 3), two(at + 5)];
  if (height === 0 || width === 0) throw new Error(`it is ${height} × ${width} pixels`);
  const pixels = height * width;
  if (pixels > mostPixels) throw new Error(`it has more than ${mostPixels / 1e6} megapixels`);
  // A block of 8 × 8 takes a bit at the very least.
  if (pixels / 64 > bytes.length * 8)
    throw new Error(`its ${bytes.length} bytes cannot hold ${height} × ${width} pixels`);
  return pixels;
}

/** Markers with where their lengths stand, up to the end of the image; what lies between them is passed over. */
function* markersOf(bytes: Uint8Array): Generator<{ marker: number; at: number }> {
  for (let at = 2; at + 1 < bytes.length; ) {
    const start = bytes.indexOf(0xff, at);
    if (start < 0) return;
    const marker = bytes[start + 1];
    at = start + 1;
    // A stuffed zero, or one of several fill bytes.
    if (marker === undefined || marker === 0x00 || marker === 0xff) continue;
    if (marker === 0xd9) return;
    at = start + 2;
    if (standsAlone(marker)) continue;
    yield { marker, at };
    at += Math.max(2, (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0));
  }
}
