import type { SchemaNode } from '../schema/json-schema.ts';
import { discriminatorOf } from '../schema/schema-walk.ts';

/** What completion writes for a value, in VS Code's JSON schemas: strings that begin with ^ are taken as they are. */
interface Snippet {
  readonly label?: string;
  readonly description?: string;
  readonly body: unknown;
}

/** What is written behind a key: the least that can stand there, with stops where something is left to be filled in. */
export function valueSnippet(node: SchemaNode): Snippet {
  return { body: bodyOf(node, { next: 1 }) };
}

/** A whole section of one kind, offered where the section is to be written. */
export function variantSnippet(node: SchemaNode, kind: unknown): Snippet {
  return {
    label: `{ ${String(kind)} }`,
    description: node.description ?? '',
    body: bodyOf(node, { next: 1 }),
  };
}

/** Of models that can be given in several ways, the usual one. */
const usual = ['model'];

function bodyOf(node: SchemaNode, stop: { next: number }): unknown {
  if (node.const !== undefined) return node.const;
  if (node.default !== undefined && node.default !== null) return node.default;
  if (node.enum) return choice(node.enum, stop);
  const discriminator = discriminatorOf(node);
  if (discriminator) return { [discriminator.key]: choice(discriminator.choices, stop) };
  if (node.anyOf) return bodyOf(node.anyOf.find(({ type }) => type !== 'null')!, stop);
  switch (node.type) {
    case 'object': {
      const properties = node.properties ?? {};
      const required = node.required?.filter((key) => properties[key]) ?? [];
      const keys = required.length > 0 ? required : usual.filter((key) => properties[key]);
      if (keys.length === 0) return `^{$${stop.next++}}`;
      return Object.fromEntries(keys.map((key) => [key, bodyOf(properties[key]!, stop)]));
    }
    case 'array':
      // Text stops want quotes; what else a list may hold is completed inside of the brackets.
      return node.items?.type === 'string' ? [`$${stop.next++}`] : `^[$${stop.next++}]`;
    case 'string':
      return `$${stop.next++}`;
    case 'boolean':
      return choice([true, false], stop);
    case 'integer':
    case 'number':
      return `^\${${stop.next++}:${node.minimum ?? node.exclusiveMinimum ?? 1}}`;
    default:
      return `^$${stop.next++}`;
  }
}

function choice(values: readonly unknown[], stop: { next: number }): string {
  const options = values.map((value) => JSON.stringify(value).replace(/[\\,|]/g, '\\$&'));
  return `^\${${stop.next++}|${options.join(',')}|}`;
}
