import { type SchemaNode, schemaRoot } from '../schema/json-schema.ts';
import { beginningOf, strategyRecord } from '../schema/strategy-schema.ts';
import { factsOf, roleOf, type StrategyKind } from '../strategies/facts.ts';
import { serialize } from './text-style.ts';

const style = { lineEnd: '\n', indent: '  ' } as const;
const longestComment = 110;

/** What there is to learn, with a teacher for it and a student that serves most strategies. */
interface Setting {
  readonly dataset: Record<string, unknown>;
  readonly teacher: Record<string, unknown>;
  readonly student: Readonly<Record<string, unknown>>;
}

const images: Setting = {
  dataset: { kind: 'mnist' },
  teacher: { architecture: 'cnn', channels: [16, 32], dense: 128 },
  student: { architecture: 'mlp', hidden: [32, 16] },
};
const language: Setting = {
  dataset: { kind: 'moby-dick', tokenizer: { kind: 'words', size: 4096 }, length: 64 },
  teacher: { architecture: 'gpt2', hiddenSize: 128, layers: 4, heads: 4 },
  student: { architecture: 'gpt2', hiddenSize: 64, layers: 2, heads: 2 },
};

export interface TemplateStrategy {
  readonly kind: string;
  readonly description: string;
  readonly formula: string;
}

/** The strategies, with what they mean. */
export function templateStrategies(): TemplateStrategy[] {
  return variants().map((variant) => ({
    kind: String(variant.properties?.kind?.const),
    description: (variant.description ?? '').split(' Loss: ')[0]!,
    formula: variant.formula ?? '',
  }));
}

const variants = (): readonly SchemaNode[] => schemaRoot().properties?.strategy?.oneOf ?? [];

/**
 * The kind of dataset that a template has.
 * @param given images to learn from, as for the template itself.
 */
export const templateDataset = (kind: string, given?: Record<string, unknown>): string | undefined =>
  isStrategy(kind) ? String(dataOf(settingOf(kind), given).kind) : undefined;

const dataOf = (setting: Setting, given: Record<string, unknown> | undefined) =>
  given !== undefined && setting === images ? given : setting.dataset;

const isStrategy = (kind: string): kind is StrategyKind => factsOf(kind) !== undefined;

const settingOf = (kind: StrategyKind): Setting =>
  strategyRecord({ kind }).languageModelsOnly?.(beginningOf(kind)).length ? language : images;

/**
 * A new experiment with comments: every option of the strategy at its default with its meaning, the rest as short as it
 * can be. The text is valid.
 * @param given images to learn from; MNIST where none are given.
 */
export function experimentTemplate(kind: string, name: string, given?: Record<string, unknown>): string {
  const variant = variants().find(({ properties }) => properties?.kind?.const === kind);
  if (variant === undefined || !isStrategy(kind)) throw new RangeError(`There is no strategy ${kind}.`);
  const setting = settingOf(kind);
  const { teacher, student: usual } = setting;
  // An alternative trains nothing that could be compared.
  const student =
    roleOf(kind) === 'alternative' ? undefined : (strategyRecord({ kind }).beginning?.student ?? usual);
  const lines = [
    ...comment((variant.description ?? '').split(' Loss: ')[0]!, ''),
    '{',
    `  "name": ${JSON.stringify(name)},`,
    '',
    ...comment(
      'What both learn from and are tested on. A labelledSubset leaves the student few labels.',
      '  ',
    ),
    `  "dataset": ${serialize(dataOf(setting, given), '  ', style)},`,
    '',
    ...comment('The large model. It is trained once and used by every run that names the same one.', '  '),
    `  "teacher": ${serialize({ model: teacher, training: { epochs: 3, batchSize: 64 } }, '  ', style)},`,
    '',
    ...(student === undefined
      ? []
      : [
          ...comment('The small model that is trained.', '  '),
          `  "student": ${serialize({ model: student }, '  ', style)},`,
          '',
        ]),
    ...comment(
      variant.formula === undefined ? '' : `${student ? 'Loss' : 'Formula'}: ${variant.formula}`,
      '  ',
    ),
    ...strategyLines(variant, kind),
    '',
    ...(student === undefined
      ? []
      : [
          ...comment('Options that are left out have defaults; the completion list tells them.', '  '),
          '  "training": { "epochs": 10, "learningRate": 0.001 },',
          '',
        ]),
    ...(student === undefined
      ? ['  "seeds": [1]']
      : [...comment('One run for each seed: a verdict needs more than one.', '  '), '  "seeds": [1, 2, 3]']),
    '}',
    '',
  ];
  return lines.join('\n');
}

/** Options that do nothing while the others are at their defaults are left out. */
function strategyLines(variant: SchemaNode, kind: StrategyKind): string[] {
  const record = strategyRecord({ kind });
  const idle = record.idle?.(beginningOf(kind)).flatMap(({ path }) => (path.length === 1 ? path : [])) ?? [];
  const given: Readonly<Record<string, unknown>> = record.beginning?.options ?? {};
  const options = Object.entries(variant.properties ?? {}).flatMap(([key, node]): string[] => {
    if (idle.includes(key)) return [];
    if (key === 'kind') return [`    "kind": ${JSON.stringify(kind)}`];
    const value = node.default ?? given[key];
    if (value === undefined) return [];
    return [
      [
        ...comment(node.description ?? '', '    '),
        `    ${JSON.stringify(key)}: ${serialize(value, '    ', style)}`,
      ].join('\n'),
    ];
  });
  return ['  "strategy": {', options.join(',\n'), '  },'];
}

/** Text as line comments, broken between words. */
function comment(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && indent.length + 3 + line.length + 1 + word.length > longestComment) {
      lines.push(`${indent}// ${line}`);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return line === '' ? lines : [...lines, `${indent}// ${line}`];
}
