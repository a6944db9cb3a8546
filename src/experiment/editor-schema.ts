import { experimentJsonSchema, type SchemaNode } from './json-schema.ts';

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
      Object.entries(node.properties).map(([key, child]) => [key, lenient(child)]),
    );
  if (node.items) result.items = lenient(node.items);
  const branches = alternatives(node);
  // The kind of a section stays strict inside its variant: it is what chooses the variant.
  if (branches.length > 0) result.anyOf = [...branches, {}];
  return result;
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
  for (const [key, child] of Object.entries(node.properties ?? {}))
    if (child.const !== undefined)
      properties[key] = { ...properties[key], const: child.const, anyOf: undefined };
  return { ...result, properties };
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
