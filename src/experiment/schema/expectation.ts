import type { SchemaNode } from './json-schema.ts';
import { allowsNull, discriminatorOf } from './schema-walk.ts';

/** In words, what may stand here: "a whole number of at least 1", "a number from 0 to 1 or null". */
export function expectation(node: SchemaNode): string {
  if (allowsNull(node)) {
    const rest = node.anyOf!.find((option) => option.type !== 'null')!;
    return `${expectation(rest)} or null`;
  }
  if (node.const !== undefined) return JSON.stringify(node.const);
  if (node.enum !== undefined) return choiceList(node.enum);
  if (node.type === 'integer') return numberWords('a whole number', node);
  if (node.type === 'number') return numberWords('a number', node);
  if (node.type === 'boolean') return 'true or false';
  if (node.type === 'string')
    return node.maxLength === undefined
      ? 'text in quotes'
      : `text in quotes, 1 to ${node.maxLength} characters`;
  if (node.type === 'array') return `a list in brackets of ${listWords(node)}`;
  const discriminator = discriminatorOf(node);
  if (discriminator !== undefined)
    return `an object in braces with a "${discriminator.key}" of ${choiceList(discriminator.choices)}`;
  if (node.anyOf !== undefined) return node.anyOf.map(expectation).join(' or ');
  return 'an object in braces';
}

/** A value that would be accepted: the default, or the simplest in range; undefined for sections. */
export function example(node: SchemaNode): unknown {
  if (node.default !== undefined && node.default !== null) return node.default;
  if (allowsNull(node)) return example(node.anyOf!.find((option) => option.type !== 'null')!);
  if (node.enum !== undefined) return node.enum[0];
  if (node.type === 'integer' || node.type === 'number')
    return node.minimum ?? (node.exclusiveMinimum !== undefined ? node.exclusiveMinimum + 1 : 0);
  if (node.type === 'boolean') return true;
  return undefined;
}

function numberWords(noun: string, node: SchemaNode): string {
  const { minimum, exclusiveMinimum, maximum, exclusiveMaximum } = node;
  if (minimum !== undefined && maximum !== undefined) return `${noun} from ${minimum} to ${maximum}`;
  if (minimum !== undefined && exclusiveMaximum !== undefined)
    return `${noun} from ${minimum} up to, but not including, ${exclusiveMaximum}`;
  if (exclusiveMinimum !== undefined && maximum !== undefined)
    return `${noun} above ${exclusiveMinimum} and at most ${maximum}`;
  if (exclusiveMinimum !== undefined && exclusiveMaximum !== undefined)
    return `${noun} above ${exclusiveMinimum} and below ${exclusiveMaximum}`;
  if (minimum !== undefined) return `${noun} of at least ${minimum}`;
  if (exclusiveMinimum !== undefined) return `${noun} above ${exclusiveMinimum}`;
  return noun;
}

function listWords(node: SchemaNode): string {
  const { minItems, maxItems, items } = node;
  const count =
    minItems !== undefined && maxItems !== undefined
      ? `${minItems} to ${maxItems} entries`
      : minItems !== undefined
        ? `at least ${minItems} ${minItems === 1 ? 'entry' : 'entries'}`
        : 'entries';
  return items === undefined ? count : `${count}, each ${expectation(items)}`;
}

/** `"a"`, `"a" or "b"`, `"a", "b" or "c"`. */
export function choiceList(choices: readonly unknown[]): string {
  const quoted = choices.map((choice) => JSON.stringify(choice));
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
}

/** What a value is, in words, short enough for a sentence: `the text "three"`, `the number -3`, `a list`. */
export function describeValue(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'string')
    return value === '' ? 'empty text' : `the text ${JSON.stringify(shorten(value))}`;
  if (typeof value === 'number')
    return Number.isFinite(value) ? `the number ${value}` : 'a number too large to be held';
  if (typeof value === 'boolean') return String(value);
  return 'an object';
}

function shorten(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 39)}…`;
}
