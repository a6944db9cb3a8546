import type { z } from 'zod';
import { choiceList, describeValue, example, expectation } from '../schema/expectation.ts';
import type { SchemaNode } from '../schema/json-schema.ts';
import { discriminatorOf, resolveVariant, schemaAt, valueAt } from '../schema/schema-walk.ts';
import { describePath, type Finding, type JsonPath } from './problem.ts';
import { suggest } from './suggestions.ts';

type Issue = z.core.$ZodIssue;

/** What zod found wrong with an experiment, in plain sentences with a remedy each. */
export function findingsOf(issues: readonly Issue[], experiment: unknown): Finding[] {
  const findings = issues.flatMap((issue) => findingsOfIssue(issue, experiment));
  // A misspelled key is also a missing one; the misspelling says it all.
  const renamed = new Set(
    findings.flatMap(({ fix }) =>
      fix !== undefined && 'rename' in fix ? [describePath([...fix.path.slice(0, -1), fix.rename])] : [],
    ),
  );
  return findings.filter((finding) => finding.code !== 'missing' || !renamed.has(describePath(finding.path)));
}

function findingsOfIssue(issue: Issue, experiment: unknown): Finding[] {
  const path = issue.path as (string | number)[];
  const node = schemaAt(experiment, path) ?? {};
  const value = valueAt(experiment, path);
  // Of a list beside an object, what is wrong within the one that was meant.
  const meant = issue.code === 'invalid_union' ? branchOf(node, value, issue.errors) : undefined;
  if (meant)
    return meant.flatMap((inner) =>
      findingsOfIssue({ ...inner, path: [...path, ...inner.path] }, experiment),
    );
  switch (issue.code) {
    case 'unrecognized_keys':
      return unknownKeys(issue.keys, path, experiment);
    case 'invalid_union':
    case 'invalid_value':
    case 'invalid_type':
      if (value === undefined) return [missing(path, node)];
      return [node.enum === undefined ? wrongType(path, node, value) : wrongChoice(path, node.enum, value)];
    case 'too_small':
    case 'too_big':
      if (issue.origin === 'array') return [wrongLength(path, node, value)];
      if (issue.origin === 'string') return [wrongText(path, node, value)];
      return [outOfRange(path, node, value)];
    case 'custom':
      return [
        {
          message: issue.message,
          ...(typeof issue.params?.remedy === 'string' && { remedy: issue.params.remedy }),
          path,
          severity: 'error',
          code: typeof issue.params?.code === 'string' ? issue.params.code : 'invalid',
        },
      ];
    default:
      return [wrongType(path, node, value)];
  }
}

function branchOf(
  { anyOf = [] }: SchemaNode,
  value: unknown,
  errors: readonly (readonly Issue[])[],
): readonly Issue[] | undefined {
  const type = Array.isArray(value) ? 'array' : typeof value === 'object' && value !== null ? 'object' : '';
  const fitting = anyOf.flatMap((branch, index) => (branch.type === type ? [index] : []));
  return fitting.length === 1 && anyOf.length === errors.length ? errors[fitting[0]!] : undefined;
}

/** More unknown keys than these are only counted: each is looked for in the text, and nobody reads hundreds. */
const mostUnknownKeys = 50;

function unknownKeys(keys: readonly string[], path: JsonPath, experiment: unknown): Finding[] {
  const findings = keys.slice(0, mostUnknownKeys).map((key) => unknownKey([...path, key], experiment));
  const rest = keys.length - findings.length;
  if (rest <= 0) return findings;
  const message = `${rest} more keys of ${describePath(path)} are unknown.`;
  return [...findings, { message, path, severity: 'error', code: 'unknown-key' }];
}

function unknownKey(path: JsonPath, experiment: unknown): Finding {
  const section = path.slice(0, -1);
  const key = String(path.at(-1));
  const sectionValue = valueAt(experiment, section);
  const node = resolveVariant(schemaAt(experiment, section) ?? {}, sectionValue);
  const known = Object.keys(node.properties ?? {});
  const free = known.filter((name) => valueAt(sectionValue, [name]) === undefined);
  const close = suggest(key, known);
  const where = section.length === 0 ? 'An experiment' : describePath(section);
  const variant = discriminatorOf(schemaAt(experiment, section) ?? {});
  const chosen = variant && valueAt(sectionValue, [variant.key]);
  const kind = typeof chosen === 'string' ? ` of ${variant!.key} ${JSON.stringify(chosen)}` : '';
  const base = { path, at: 'key', severity: 'error', code: 'unknown-key' } as const;
  const message = `${where}${kind} has no option "${key}".`;
  if (close !== undefined && free.includes(close))
    return {
      ...base,
      message,
      remedy: `Did you mean "${close}"?`,
      fix: { title: `Rename "${key}" to "${close}"`, path, rename: close },
    };
  const remove = { title: `Remove "${key}"`, path, remove: true } as const;
  if (close !== undefined)
    return { ...base, message, remedy: `Remove it: "${close}" is already there.`, fix: remove };
  const remedy =
    free.length === 0
      ? 'Remove it; every option there is is already written.'
      : `Remove it, or use one of these: ${free.filter((name) => name !== '$schema').join(', ')}.`;
  return { ...base, message, remedy, fix: remove };
}

function missing(path: JsonPath, node: SchemaNode): Finding {
  const key = path.at(-1);
  const where = path.length < 2 ? 'The experiment' : describePath(path.slice(0, -1));
  const about = node.description === undefined ? '' : ` ${firstSentence(node.description)}`;
  const value = example(node);
  return {
    message: path.length === 0 ? 'The file holds no experiment.' : `${where} has no "${key}".`,
    remedy: `Add "${key}": ${expectation(node)}.${about}`,
    path,
    severity: 'error',
    code: 'missing',
    ...(value !== undefined && { fix: { title: `Add "${key}": ${JSON.stringify(value)}`, path, value } }),
  };
}

function wrongType(path: JsonPath, node: SchemaNode, value: unknown): Finding {
  const expected = expectation(node);
  const candidate = converted(node, value);
  return {
    message: `${sentenceStart(path)} must be ${expected}, but is ${describeValue(value)}.`,
    remedy:
      candidate === undefined ? writeInstead(node, expected) : `Write ${JSON.stringify(candidate)} instead.`,
    path,
    severity: 'error',
    code: 'wrong-type',
    ...(candidate !== undefined && {
      fix: { title: `Write ${JSON.stringify(candidate)}`, path, value: candidate },
    }),
  };
}

function wrongChoice(path: JsonPath, choices: readonly unknown[], value: unknown): Finding {
  const close = typeof value === 'string' ? suggest(value, choices.map(String)) : undefined;
  return {
    message: `${sentenceStart(path)} must be ${choiceList(choices)}, but is ${describeValue(value)}.`,
    remedy: close === undefined ? `Write ${choiceList(choices)}.` : `Did you mean "${close}"?`,
    path,
    severity: 'error',
    code: 'wrong-choice',
    ...(close !== undefined && { fix: { title: `Change to "${close}"`, path, value: close } }),
  };
}

function outOfRange(path: JsonPath, node: SchemaNode, value: unknown): Finding {
  const bounds = path.length === 0 ? node : unwrapped(node);
  const expected = expectation(bounds);
  const nearest = typeof value === 'number' ? clamp(bounds, value) : undefined;
  return {
    message: `${sentenceStart(path)} must be ${expected}, but is ${describeValue(value).replace('the number ', '')}.`,
    remedy:
      nearest === undefined ? writeInstead(node, expected) : `Write ${expected}; ${nearest} is the nearest.`,
    path,
    severity: 'error',
    code: 'out-of-range',
    ...(nearest !== undefined && { fix: { title: `Change to ${nearest}`, path, value: nearest } }),
  };
}

function wrongLength(path: JsonPath, node: SchemaNode, value: unknown): Finding {
  const length = Array.isArray(value) ? value.length : 0;
  const few = length < (node.minItems ?? 0);
  return {
    message: few
      ? `${sentenceStart(path)} must not be an empty list.`
      : `${sentenceStart(path)} has ${length} entries; at most ${node.maxItems} are allowed.`,
    remedy: few ? `Write ${expectation(node)}.` : `Keep ${node.maxItems} entries or fewer.`,
    path,
    severity: 'error',
    code: 'wrong-length',
  };
}

function wrongText(path: JsonPath, node: SchemaNode, value: unknown): Finding {
  const length = typeof value === 'string' ? value.trim().length : 0;
  return {
    message:
      length === 0
        ? `${sentenceStart(path)} must not be empty.`
        : `${sentenceStart(path)} is ${length} characters long; at most ${node.maxLength} are allowed.`,
    remedy: length === 0 ? `Write ${expectation(node)}.` : 'Shorten it.',
    path,
    severity: 'error',
    code: 'wrong-length',
  };
}

/** The value the user probably meant, where type alone is wrong: "5" for 5, 1200 for [1200], 2.0e0 for 2. */
function converted(node: SchemaNode, value: unknown): unknown {
  const plain = unwrapped(node);
  if ((plain.type === 'integer' || plain.type === 'number') && typeof value === 'string') {
    const number = value.trim() === '' ? Number.NaN : Number(value);
    return Number.isFinite(number) && fits(plain, number) ? number : undefined;
  }
  if (plain.type === 'integer' && typeof value === 'number') {
    const rounded = Math.round(value);
    return Number.isSafeInteger(rounded) && fits(plain, rounded) ? rounded : undefined;
  }
  if (plain.type === 'boolean') {
    if (value === 'true' || value === 1) return true;
    if (value === 'false' || value === 0) return false;
  }
  if (plain.type === 'array' && plain.items !== undefined && typeof value === 'number')
    return fits(plain.items, value) ? [value] : undefined;
  const discriminator = discriminatorOf(plain);
  if (discriminator !== undefined && typeof value === 'string') {
    const close = suggest(value, discriminator.choices);
    return close && { [discriminator.key]: close };
  }
  return undefined;
}

function fits(node: SchemaNode, value: number): boolean {
  return (
    (node.type !== 'integer' || Number.isSafeInteger(value)) &&
    value >= (node.minimum ?? -Infinity) &&
    value <= (node.maximum ?? Infinity) &&
    value > (node.exclusiveMinimum ?? -Infinity) &&
    value < (node.exclusiveMaximum ?? Infinity)
  );
}

/** The nearest allowed value; undefined where the range is open at that end and no value is nearest. */
function clamp(node: SchemaNode, value: number): number | undefined {
  const nearest = Math.min(Math.max(value, node.minimum ?? -Infinity), node.maximum ?? Infinity);
  return fits(node, nearest) ? nearest : undefined;
}

function unwrapped(node: SchemaNode): SchemaNode {
  return node.anyOf?.find((option) => option.type !== 'null') ?? node;
}

function writeInstead(node: SchemaNode, expected: string): string {
  const value = example(node);
  return value === undefined || typeof value === 'object'
    ? `Write ${expected}.`
    : `Write ${expected}, for example ${JSON.stringify(value)}.`;
}

function sentenceStart(path: JsonPath): string {
  return path.length === 0 ? 'The experiment' : describePath(path);
}

function firstSentence(text: string): string {
  return /^.*?[.](?=\s|$)/s.exec(text)?.[0] ?? text;
}
