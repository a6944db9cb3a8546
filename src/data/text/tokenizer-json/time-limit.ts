import { createContext, Script } from 'node:vm';

/** Seconds for any text, and for each of its UTF-16 units; an ordinary tokenizer takes a thousandth of it. */
const always = 10;
const perUnit = 1e-5;

type Limited = <T>(units: number, work: () => T) => T;

/**
 * Expressions that are in wide use, or too simple to be slow: what is cut by them alone needs no watch, which takes a
 * tenth of a millisecond for each text.
 */
const known = new Set([
  // GPT-2
  "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
  // CLIP
  "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+",
  // Llama 3
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  // Qwen 2
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  // XLM-RoBERTa, T5
  ' {2,}',
  '\\s+',
  '\\d',
  '\\p{N}',
  '\\p{N}{1,3}',
  '[\\r\\n]',
]);

/**
 * What runs the work of a tokenizer. Its regular expressions come with it, and one that tries every way to part a text
 * takes longer than anybody lives; nothing but time tells it from a good one. Where all of them are known, work just
 * runs.
 * @param definition a tokenizer.json, of which every "Regex" counts, wherever it stands
 * @returns a function that throws Error naming the expressions once the work on a text of so many UTF-16 units is late
 */
export function timeLimited(definition: unknown, seconds = always): Limited {
  const unknown = [...expressionsIn(definition)].filter((expression) => !known.has(expression));
  if (unknown.length === 0) return (_, work) => work();
  return <T>(units: number, work: () => T): T => {
    const limit = seconds + units * perUnit;
    try {
      return watched(Math.ceil(limit * 1000), work);
    } catch (error) {
      if (!isLate(error)) throw error;
      const named = unknown.slice(0, 3).map((one) => (one.length > 200 ? `${one.slice(0, 200)}…` : one));
      throw new Error(
        `it is not done with a text of ${units} characters after ${Math.round(limit)} seconds; an expression of it takes too long: ${named.join(', or ')}`,
        { cause: error },
      );
    }
  };
}

const isLate = (error: unknown) => (error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';

// Only what a script begins can be ended; a search for matches is ended as well.
let script: Script | undefined;
let context: ReturnType<typeof createContext> | undefined;

/**
 * Does work that others wrote, and that may never end.
 * @throws Error if it is not done in time
 */
export function watched<T>(milliseconds: number, work: () => T): T {
  script ??= new Script('work()');
  context ??= createContext({});
  let result: T | undefined;
  const outer: unknown = context.work;
  context.work = () => {
    result = work();
  };
  try {
    script.runInContext(context, { timeout: milliseconds });
  } finally {
    context.work = outer;
  }
  return result as T;
}

function* expressionsIn(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) return;
  if ('Regex' in value && typeof value.Regex === 'string') yield value.Regex;
  for (const one of Object.values(value)) if (typeof one === 'object') yield* expressionsIn(one);
}
