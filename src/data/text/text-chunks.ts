import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { UserError } from '../../experiment/user-error.ts';
import { fileProblem } from '../file-problem.ts';

/**
 * The text of a file, in pieces, without holding all of it; `.gz` is unpacked. It is UTF-8, or UTF-16 where a byte order
 * mark says so, as in what Excel calls Unicode text; the mark is left out.
 * @throws UserError if the file cannot be read or is neither.
 */
export async function* textChunks(file: string): AsyncGenerator<string> {
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  try {
    for await (const bytes of byteStream(file)) {
      decoder ??= new TextDecoder(encodingOf(bytes as Buffer), { fatal: true });
      const text = decoder.decode(bytes as Buffer, { stream: true });
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

function byteStream(file: string): AsyncIterable<unknown> {
  const stream = createReadStream(file, { highWaterMark: 1 << 18 });
  if (!file.endsWith('.gz')) return stream;
  // Errors of either end the reading of the last.
  return pipeline(stream, createGunzip(), () => {});
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

/** Lines of a file, numbered from 1, without their line breaks. @throws as {@link textChunks} */
export async function* textLines(file: string): AsyncGenerator<{ line: string; number: number }> {
  let rest = '';
  let number = 0;
  for await (const chunk of textChunks(file)) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    for (const line of lines)
      yield { line: line.endsWith('\r') ? line.slice(0, -1) : line, number: ++number };
  }
  if (rest !== '') yield { line: rest, number: ++number };
}
