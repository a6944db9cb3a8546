import type { JsonPath } from '../parsing/problem.ts';
import { type SchemaNode, schemaRoot } from './json-schema.ts';

/** The key whose value chooses between the variants of a section: kind, architecture. */
export function discriminatorOf(node: SchemaNode): { key: string; choices: string[] } | undefined {
  const variants = node.oneOf ?? [];
  const first = variants[0]?.properties ?? {};
  const key = Object.keys(first).find((name) =>
    variants.every((v) => v.properties?.[name]?.const !== undefined),
  );
  if (key === undefined) return undefined;
  return { key, choices: variants.map((variant) => String(variant.properties![key]!.const)) };
}

/** The schema that holds for this value: the variant its discriminator names, null put aside. */
export function resolveVariant(node: SchemaNode, value: unknown): SchemaNode {
  if (node.anyOf !== undefined) {
    const rest = node.anyOf.filter((option) => option.type !== 'null');
    const fitting = rest.length > 1 ? branchFor(rest, value) : undefined;
    if (fitting !== undefined) return fitting;
    if (rest.length === 1)
      return { ...resolveVariant(rest[0]!, value), ...pick(node, 'default', 'description', 'unit') };
  }
  const discriminator = discriminatorOf(node);
  if (discriminator === undefined) return node;
  const choice = isRecord(value) ? value[discriminator.key] : undefined;
  return node.oneOf!.find((variant) => variant.properties?.[discriminator.key]?.const === choice) ?? node;
}

/** Of a list beside an object, what the value is meant to be. */
function branchFor(branches: readonly SchemaNode[], value: unknown): SchemaNode | undefined {
  const type = Array.isArray(value) ? 'array' : isRecord(value) ? 'object' : undefined;
  const fitting = branches.filter((branch) => branch.type !== undefined && branch.type === type);
  return fitting.length === 1 ? fitting[0] : undefined;
}

/** Whether null may stand here. */
export function allowsNull(node: SchemaNode): boolean {
  return node.anyOf?.some((option) => option.type === 'null') ?? false;
}

/** The schema at a path, variants chosen by what the experiment says; undefined where the schema knows no such path. */
export function schemaAt(experiment: unknown, path: JsonPath): SchemaNode | undefined {
  let node: SchemaNode | undefined = schemaRoot();
  let value = experiment;
  for (const step of path) {
    const resolved: SchemaNode = resolveVariant(node, value);
    if (typeof step === 'number') node = resolved.items;
    else
      node =
        ownProperty(resolved.properties, step) ??
        ownProperty(discriminatorNode(resolved), step) ??
        anyProperty(resolved);
    if (node === undefined) return undefined;
    value = childOf(value, step);
  }
  return node;
}

/** What stands behind any key of a section whose keys are free. */
const anyProperty = ({ additionalProperties: any }: SchemaNode): SchemaNode | undefined =>
  typeof any === 'object' && Object.keys(any).length > 0 ? any : undefined;

/** A wrong or missing discriminator leaves the variant open; its own key is known all the same. */
function discriminatorNode(node: SchemaNode): Record<string, SchemaNode> | undefined {
  const discriminator = discriminatorOf(node);
  return discriminator && { [discriminator.key]: { type: 'string', enum: discriminator.choices } };
}

/** The value at a path, or undefined. */
export function valueAt(value: unknown, path: JsonPath): unknown {
  return path.reduce<unknown>(childOf, value);
}

function childOf(value: unknown, step: string | number): unknown {
  if (Array.isArray(value)) return typeof step === 'number' ? value[step] : undefined;
  return isRecord(value) && typeof step === 'string' ? ownProperty(value, step) : undefined;
}

function ownProperty<T>(object: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return object !== undefined && Object.hasOwn(object, key) ? object[key] : undefined;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function pick<K extends keyof SchemaNode>(node: SchemaNode, ...keys: K[]): Partial<SchemaNode> {
  return Object.fromEntries(keys.filter((key) => node[key] !== undefined).map((key) => [key, node[key]]));
}
