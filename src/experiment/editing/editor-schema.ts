import { experimentJsonSchema, type SchemaNode } from '../schema/json-schema.ts';
import { valueSnippet, variantSnippet } from './editor-snippets.ts';

type Lenient = Record<string, unknown>;

const judged = [
  'additionalProperties',
  'required',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'minItems',
  'maxItems',
  'minLength',
  'maxLength',
  'pattern',
  'multipleOf',
  'type',
  'const',
  'enum',
  'oneOf',
  'anyOf',
];

/**
 * The schema for VS Code's own JSON support: it completes and explains, but finds nothing wrong, for the checks say so
 * already, in better words. Whatever could be refused stands beside a branch that accepts everything.
 */
export function editorJsonSchema(): Lenient {
  return lenient(experimentJsonSchema());
}

function lenient(node: SchemaNode): Lenient {
  const result: Lenient = Object.fromEntries(Object.entries(node).filter(([key]) => !judged.includes(key)));
  if (node.properties)
    result.properties = Object.fromEntries(
      Object.entries(node.properties).map(([key, child], index) => [
        key,
        // Distillery does not need it: it is not the first thing to be offered.
        property(child, key === '$schema' ? 999 : index),
      ]),
    );
  if (node.items) result.items = lenient(node.items);
  if (typeof node.additionalProperties === 'object')
    result.additionalProperties = lenient(node.additionalProperties);
  const branches = alternatives(node);
  // The kind of a section stays strict inside its variant: it is what chooses the variant.
  if (branches.length > 0) result.anyOf = [...branches, {}];
  return result;
}

/** In the completion list keys stand as in the schema, by weight and not by letter; none is written without a value. */
function property(node: SchemaNode, index: number): Lenient {
  const result = { ...lenient(node), suggestSortText: placeInList(index) };
  const hasValue = node.default !== undefined || node.const !== undefined;
  return hasValue ? result : { ...result, defaultSnippets: [valueSnippet(node)] };
}

/** The key that chooses a variant is the first of all its variants. */
function placeInList(index: number): string {
  return String(index).padStart(3, '0');
}

function alternatives(node: SchemaNode): Lenient[] {
  if (node.oneOf) return [...node.oneOf.map(variant), choiceOfVariant(node.oneOf)];
  if (node.anyOf) return node.anyOf.filter(({ type }) => type !== 'null').map(lenient);
  if (node.enum) {
    const { enumDescriptions, markdownEnumDescriptions } = node;
    return [{ enum: node.enum, enumDescriptions, markdownEnumDescriptions }];
  }
  if (node.const !== undefined) return [{ const: node.const }];
  return node.type === 'boolean' ? [{ type: 'boolean' }] : [];
}

/** A variant that applies only where its kind is written. */
function variant(node: SchemaNode): Lenient {
  const result = lenient(node);
  const properties = { ...(result.properties as Record<string, Lenient>) };
  let kind: unknown;
  for (const [key, child] of Object.entries(node.properties ?? {}))
    if (child.const !== undefined) {
      kind = child.const;
      properties[key] = { ...properties[key], const: child.const, anyOf: undefined };
    }
  return { ...result, properties, defaultSnippets: [variantSnippet(node, kind)] };
}

/** Proposes the kinds while none, or an unknown one, is written. */
function choiceOfVariant(variants: readonly SchemaNode[]): Lenient {
  const keys = Object.entries(variants[0]?.properties ?? {}).filter(
    ([, { const: value }]) => value !== undefined,
  );
  return {
    properties: Object.fromEntries(
      keys.map(([key]) => [
        key,
        {
          suggestSortText: placeInList(0),
          anyOf: [
            {
              enum: variants.map(({ properties }) => properties?.[key]?.const),
              enumDescriptions: variants.map(({ description }) => description ?? ''),
            },
            {},
          ],
        },
      ]),
    ),
  };
}
