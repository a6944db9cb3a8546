import { basename } from 'node:path';
import { UserError } from '../../../src/base/user-error.ts';
import type { OpenParser } from './parser.ts';

/** What became of an input: what was read, what was refused, or, with a fault, what should not have happened. */
export interface Verdict {
  /** The same for all inputs that take the same way through the reader, as far as that is told. */
  readonly outcome: string;
  readonly fault?: { readonly what: string; readonly detail: string };
}

/** Reads an input and judges what comes of it. @param file that holds it, if one does */
export async function judge(parser: OpenParser, input: Buffer, file: string | undefined): Promise<Verdict> {
  try {
    return { outcome: `read: ${general(await parser.read(input), input, file)}` };
  } catch (error) {
    return refusal(error, input, parser.withoutFile ? undefined : file);
  }
}

function refusal(error: unknown, input: Buffer, file: string | undefined): Verdict {
  if (!(error instanceof Error)) return fault(`throws what is no error: ${String(error)}`, '');
  const told = general(error.message, input, file);
  if (!(error instanceof UserError)) return fault(`${error.name}: ${told}`, error.stack ?? '');
  if (!error.remedy) return fault(`an error without a remedy: ${told}`, error.message);
  if (file !== undefined && !`${error.message} ${error.place ?? ''}`.includes(basename(file)))
    return fault(`an error that names no file: ${told}`, error.message);
  return { outcome: `refused: ${told}` };
}

const fault = (what: string, detail: string): Verdict => ({ outcome: what, fault: { what, detail } });

/** Without what differs from input to input: the input itself, names, numbers, quoted parts. */
function general(text: string, input: Buffer, file: string | undefined): string {
  let short = text.length > 2000 ? text.slice(0, 2000) : text;
  if (file !== undefined) short = short.replaceAll(file, 'FILE').replaceAll(basename(file), 'FILE');
  if (input.length > 3 && input.length < 1000) short = short.replaceAll(input.toString(), 'INPUT');
  return short
    .replace(/"(?:[^"\\]|\\.)*"?/gs, '"…"')
    .replace(/'[^']*'?|“[^”]*”?|`[^`]*`?/gs, '"…"')
    .replace(/\d+/g, '0')
    .replace(/[^\x20-\x7e]+/g, '…')
    .replace(/(.{1,8})\1{2,}/g, '$1…')
    .slice(0, 100);
}
