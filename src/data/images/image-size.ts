import { fileProblem } from '../../base/file-problem.ts';
import { openNamed } from '../../base/regular-file.ts';

/** So much of a file is read: behind large thumbnails and profiles a JPEG tells its size later. */
const headBytes = 1 << 16;

/**
 * Height and width of a PNG or JPEG from its first bytes.
 * @returns undefined where they do not tell
 * @throws UserError if the file cannot be read
 */
export async function imageSize(file: string): Promise<{ height: number; width: number } | undefined> {
  try {
    const handle = await openNamed(file);
    try {
      const head = Buffer.alloc(headBytes);
      const { bytesRead } = await handle.read(head, 0, headBytes, 0);
      return pngSize(head.subarray(0, bytesRead)) ?? jpegSize(head.subarray(0, bytesRead));
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw fileProblem(error, file);
  }
}

function pngSize(bytes: Buffer) {
  if (bytes.length < 24 || bytes[0] !== 0x89 || bytes[1] !== 0x50) return undefined;
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

/** Walks from marker to marker up to the start of the frame, which holds the size: ITU-T T.81, annex B. */
function jpegSize(bytes: Buffer) {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined;
  for (let at = 2; at + 9 <= bytes.length; ) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at++;
      continue;
    }
    const frame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (frame) return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return undefined;
}
