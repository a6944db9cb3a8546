import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { fileProblem } from '../../../base/file-problem.ts';
import { nowReading } from '../../../base/reading.ts';
import { openNamed } from '../../../base/regular-file.ts';
import { UserError } from '../../../base/user-error.ts';
import { longestLine, tooLongLine } from './longest-line.ts';

/** Text packs to a tenth at best; what packs to less than this is no text, but made to fill the memory. */
const mostUnpacked = 100;
/** Up to here, in bytes, whatever it packs to. */
const harmless = 16 << 20;

/**
 * The text of a file, in pieces, without holding all of it; `.gz` is unpacked. It is UTF-8, or UTF-16 where a byte order
 * mark says so, as in what Excel calls Unicode text; the mark is left out.
 * @throws UserError if the file cannot be read, is neither, or unpacks to a hundred times its size.
 */
export async function* textChunks(file: string): AsyncGenerator<string> {
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  try {
    for await (const bytes of byteStream(file)) {
      nowReading(file);
      decoder ??= new TextDecoder(encodingOf(bytes), { fatal: true });
      const text = decoder.decode(bytes, { stream: true });
      if (text !== '') yield text;
    }
    decoder?.decode();
  } catch (error) {
    throw textProblem(error, file);
  }
}

function encodingOf([first, second]: Buffer): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
}

async function* byteStream(file: string): AsyncGenerator<Buffer> {
  const handle = await openNamed(file);
  const stream = handle.createReadStream({ highWaterMark: 1 << 18 });
  if (!file.endsWith('.gz')) {
    yield* stream;
    return;
  }
  let length = 0;
  // Errors of either end the reading of the last.
  for await (const bytes of pipeline(stream, createGunzip({ chunkSize: 1 << 18 }), () => {})) {
    length += (bytes as Buffer).length;
    if (length > harmless && length > mostUnpacked * stream.bytesRead)
      throw new UserError(`${file} unpacks to more than ${mostUnpacked} times its size, as no text does.`, {
        remedy: 'If this is what it should hold, unpack it with gunzip and name the unpacked file.',
        place: file,
      });
    yield bytes as Buffer;
  }
}

function textProblem(error: unknown, file: string): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
    return new UserError(`${file} is not text in UTF-8.`, {
      remedy: `Convert it, for example: iconv -f WINDOWS-1252 -t UTF-8 "${file}" > converted.txt`,
      place: file,
      cause: error,
    });
  if (code?.startsWith('Z_') || code === 'ERR_STREAM_PREMATURE_CLOSE')
    return new UserError(`${file} ends in .gz but cannot be unpacked: it is broken or cut off.`, {
      remedy: 'Download or compress it again.',
      place: file,
      cause: error,
    });
  return fileProblem(error, file);
}

/**
 * Lines of a file that are not empty, numbered from 1 among all, without their line breaks.
 * @throws as {@link textChunks}, and if a line is longer than {@link longestLine}
 */
export async function* textLines(file: string): AsyncGenerator<{ line: string; number: number }> {
  const most = longestLine();
  // Pieces of a line whose end has not come: joined once, when it has.
  let begun: string[] = [];
  let length = 0;
  let number = 0;
  for await (const chunk of textChunks(file)) {
    let start = 0;
    for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', start)) {
      const last = chunk.slice(start, end);
      if (length + last.length > most) throw tooLongLine(file, number + 1);
      const line = begun.length === 0 ? last : begun.join('') + last;
      begun = [];
      length = 0;
      start = end + 1;
      number++;
      // Millions of empty ones are passed over at once.
      if (line !== '' && line !== '\r')
        yield { line: line.endsWith('\r') ? line.slice(0, -1) : line, number };
    }
    if (start === chunk.length) continue;
    begun.push(chunk.slice(start));
    length += chunk.length - start;
    if (length > most) throw tooLongLine(file, number + 1);
  }
  if (length > 0) yield { line: begun.join(''), number: ++number };
}
