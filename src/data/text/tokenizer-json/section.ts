import { ZodError, type ZodType, z } from 'zod';
import type { Part } from './definition.ts';

/**
 * Runs what reads one section of a tokenizer.json.
 * @param name of the section, with which the message of an error begins
 * @throws Error saying where in the file the mistake stands, whatever the reader throws
 */
export function section<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ZodError) {
      const { path, message } = error.issues[0]!;
      throw new Error(`${[name, ...path].join('.')}: ${message}`, { cause: error });
    }
    throw new Error(`${name}: ${(error as Error).message}`, { cause: error });
  }
}

/** An option of a part. @throws ZodError with its name in the path */
export const optionOf = <S extends ZodType>(part: Part, name: string, schema: S): z.output<S> =>
  z.looseObject({ [name]: schema }).parse(part)[name] as z.output<S>;

const partsSchema = z.array(z.looseObject({ type: z.string() }));

/** What is made of the parts that one consists of. @throws Error saying which of them is wrong */
export const partsOf = <T>(part: Part, name: string, make: (one: Part) => T): T[] =>
  optionOf(part, name, partsSchema).map((one, index) => section(`${name}.${index}`, () => make(one)));
