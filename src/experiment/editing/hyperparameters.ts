import type { JsonPath } from '../parsing/problem.ts';
import { example, expectation } from '../schema/expectation.ts';
import { type SchemaNode, schemaRoot } from '../schema/json-schema.ts';
import {
  allowsNull,
  discriminatorOf,
  isRecord,
  resolveVariant,
  schemaAt,
  valueAt,
} from '../schema/schema-walk.ts';

/** One setting of an experiment: what a row of the sidebar or a cell of the dashboard shows and edits in place. */
export interface Hyperparameter {
  readonly path: JsonPath;
  /** Last step of the path. */
  readonly name: string;
  /** Undefined where an option without a default is left out. */
  readonly value: unknown;
  readonly default: unknown;
  /** Whether the value is not what it would be, were it left out. */
  readonly changed: boolean;
  readonly description: string;
  readonly type: 'integer' | 'number' | 'boolean' | 'text' | 'choice' | 'list';
  /** What may be written, in words: "a whole number of at least 1". */
  readonly expected: string;
  readonly unit?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  /** The bounds themselves are not allowed. */
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly choices?: readonly { readonly value: string; readonly description?: string }[];
  /** Choosing another value changes which options there are; write what variantOf() returns. */
  readonly selectsVariant: boolean;
  /** How the option is switched off or left out, where it can be: the path to remove, or to set to the value. */
  readonly clear?: { readonly path: JsonPath; readonly value?: null };
}

const notParameters = new Set(['$schema', 'name', 'description', 'sweep']);

/**
 * Every hyperparameter of an experiment, in the order of the schema: those of its dataset, models, strategy and
 * training, with defaults where nothing is written. Sections that are optional and left out are not listed.
 * @param experiment as it is written or with its defaults filled in; it need not be valid.
 */
export function hyperparametersOf(experiment: unknown): Hyperparameter[] {
  const properties = Object.entries(schemaRoot().properties ?? {});
  return properties.flatMap(([key, node]) =>
    notParameters.has(key) ? [] : rows(node, [key], experiment, undefined),
  );
}

function rows(
  node: SchemaNode,
  path: JsonPath,
  experiment: unknown,
  clear: Hyperparameter['clear'],
): Hyperparameter[] {
  const value = valueAt(experiment, path);
  const nullable = allowsNull(node);
  const inner = resolveVariant(node, value);
  if (inner.properties === undefined && inner.oneOf === undefined)
    return inner.items !== undefined && structured(inner.items)
      ? listRows(inner.items, path, value, experiment)
      : [row(node, path, value, clear ?? (nullable ? { path, value: null } : undefined))];
  // What stands in an optional section that is left out, nobody asked for. A section behind null can be switched on.
  if (value === undefined && node.default === undefined && !isTraining(path)) return [];
  if (!nullable) return sectionRows(inner, path, experiment, undefined);
  const off = { path, value: null };
  if (value !== null && value !== undefined) return sectionRows(inner, path, experiment, off);
  // A section that is off is switched on by what it cannot do without.
  const needed = Object.entries(inner.properties ?? {}).filter(([key]) => inner.required?.includes(key));
  return needed.flatMap(([key, child]) => rows(child, [...path, key], experiment, off));
}

/** A teacher's training may be left out: then all its options are at their defaults, and worth showing. */
function isTraining(path: JsonPath): boolean {
  return path.at(-1) === 'training';
}

function sectionRows(
  node: SchemaNode,
  path: JsonPath,
  experiment: unknown,
  clear: Hyperparameter['clear'],
): Hyperparameter[] {
  const variant = discriminatorOf(node);
  const properties = node.properties ?? (variant ? { [variant.key]: { enum: variant.choices } } : {});
  return Object.entries(properties).flatMap(([key, child]) => {
    const childPath = [...path, key];
    if (
      isTraining(childPath) &&
      ['checkpoint', 'server'].some((there) => valueAt(experiment, [...path, there]) !== undefined)
    )
      return [];
    if (isVariantKey(experiment, path, key)) return [variantRow(child, childPath, experiment)];
    const required = node.required?.includes(key) ?? false;
    const optional = !required && child.default === undefined ? { path: childPath } : undefined;
    return rows(child, childPath, experiment, required ? clear : optional);
  });
}

function listRows(items: SchemaNode, path: JsonPath, value: unknown, experiment: unknown): Hyperparameter[] {
  const entries = Array.isArray(value) ? value : [];
  return entries.flatMap((_, index) => rows(items, [...path, index], experiment, undefined));
}

const structured = (node: SchemaNode) => node.properties !== undefined || node.oneOf !== undefined;

function isVariantKey(experiment: unknown, section: JsonPath, key: string): boolean {
  const node = schemaAt(experiment, section);
  return node !== undefined && discriminatorOf(node)?.key === key;
}

function row(
  node: SchemaNode,
  path: JsonPath,
  written: unknown,
  clear: Hyperparameter['clear'],
): Hyperparameter {
  const inner = resolveVariant(node, written);
  const value = written === undefined ? node.default : written;
  return {
    path,
    name: String(path.at(-1)),
    value,
    default: node.default,
    changed: JSON.stringify(value) !== JSON.stringify(node.default),
    description: node.description ?? '',
    type: typeOf(inner),
    expected: expectation(node),
    ...definedOf({
      unit: node.unit ?? inner.unit,
      minimum: inner.minimum,
      maximum: inner.maximum,
      exclusiveMinimum: inner.exclusiveMinimum,
      exclusiveMaximum: inner.exclusiveMaximum,
      choices: inner.enum?.map((choice, index) => ({
        value: String(choice),
        ...definedOf({ description: inner.enumDescriptions?.[index] }),
      })),
      clear,
    }),
    selectsVariant: false,
  };
}

function variantRow(node: SchemaNode, path: JsonPath, experiment: unknown): Hyperparameter {
  const section = schemaAt(experiment, path.slice(0, -1))!;
  const { choices, key } = discriminatorOf(section)!;
  return {
    ...row({ ...node, type: 'string', enum: choices }, path, valueAt(experiment, path), undefined),
    description: section.description ?? '',
    choices: choices.map((value, index) => ({
      value,
      ...definedOf({
        description:
          section.oneOf?.[index]?.description ?? section.oneOf?.[index]?.properties?.[key]?.description,
      }),
    })),
    expected: expectation({ enum: choices }),
    selectsVariant: true,
  };
}

/**
 * The section with another variant chosen: what the new variant knows too is kept, what it must have and the old one
 * lacks gets an example, the rest goes.
 */
export function variantOf(experiment: unknown, section: JsonPath, choice: string): Record<string, unknown> {
  const node = schemaAt(experiment, section);
  const discriminator = node && discriminatorOf(node);
  if (discriminator === undefined || !discriminator.choices.includes(choice))
    throw new RangeError(`${section.join('.')} has no variant ${choice}`);
  const current = valueAt(experiment, section);
  const variant = resolveVariant(node!, { [discriminator.key]: choice });
  const result: Record<string, unknown> = { [discriminator.key]: choice };
  for (const [key, child] of Object.entries(variant.properties ?? {})) {
    if (key === discriminator.key) continue;
    const kept = isRecord(current) && Object.hasOwn(current, key) ? current[key] : undefined;
    if (kept !== undefined) result[key] = kept;
    else if (variant.required?.includes(key)) result[key] = filled(child);
  }
  return result;
}

/** Layers of a network start at a usual width rather than at the least that is allowed. */
const usualWidth = 128;

/** The simplest value a required option accepts. */
function filled(node: SchemaNode): unknown {
  if (node.default !== undefined) return node.default;
  const variant = discriminatorOf(node);
  const chosen = variant && { [variant.key]: variant.choices[0] };
  const inner = resolveVariant(node, chosen);
  if (inner.properties !== undefined)
    return {
      ...chosen,
      ...Object.fromEntries(
        (inner.required ?? [])
          .filter((key) => key !== variant?.key)
          .map((key) => [key, filled(inner.properties![key]!)]),
      ),
    };
  if (inner.type === 'array') {
    const item = filled(inner.items ?? {});
    return Array.from({ length: inner.minItems ?? 0 }, () => (typeof item === 'number' ? usualWidth : item));
  }
  return example(inner) ?? '';
}

function typeOf(node: SchemaNode): Hyperparameter['type'] {
  if (node.enum !== undefined) return 'choice';
  if (node.type === 'array') return 'list';
  if (node.type === 'integer' || node.type === 'number' || node.type === 'boolean') return node.type;
  return 'text';
}

function definedOf<T extends object>(object: T): Partial<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Partial<T>;
}
