import { type SchemaNode, schemaRoot } from './json-schema.ts';
import { discriminatorOf } from './schema-walk.ts';
import { serialize } from './text-style.ts';

const style = { lineEnd: '\n', indent: '  ' } as const;
const longestComment = 110;

/** Strategies of language models want data and models of their own; templates are for images. */
const forLanguage = new Set(['sequence']);

/** Options that do nothing while the others are at their defaults. */
const unused: Readonly<Record<string, readonly string[]>> = { feature: ['temperature'] };

export interface TemplateStrategy {
  readonly kind: string;
  readonly description: string;
  readonly formula: string;
}

/** The strategies a template can be written for, with what they mean. */
export function templateStrategies(): TemplateStrategy[] {
  return variants()
    .map((variant) => ({
      kind: String(variant.properties?.kind?.const),
      description: (variant.description ?? '').split(' Loss: ')[0]!,
      formula: variant.formula ?? '',
    }))
    .filter(({ kind }) => !forLanguage.has(kind));
}

const variants = (): readonly SchemaNode[] => schemaRoot().properties?.strategy?.oneOf ?? [];

/**
 * A new experiment with comments: every option of the strategy at its default with its meaning, the rest as short as it
 * can be. The text is valid.
 * @param dataset what it learns from; MNIST where none is given.
 */
export function experimentTemplate(kind: string, name: string, dataset?: Record<string, unknown>): string {
  const variant = variants().find(({ properties }) => properties?.kind?.const === kind);
  if (variant === undefined) throw new RangeError(`There is no strategy ${kind}.`);
  const teacher = { architecture: 'cnn', channels: [16, 32], dense: 128 };
  const student = studentFor(kind);
  const lines = [
    ...comment((variant.description ?? '').split(' Loss: ')[0]!, ''),
    '{',
    `  "name": ${JSON.stringify(name)},`,
    '',
    ...comment(
      'What both learn from and are tested on. A labelledSubset leaves the student few labels.',
      '  ',
    ),
    `  "dataset": ${serialize(dataset ?? { kind: 'mnist' }, '  ', style)},`,
    '',
    ...comment('The large model. It is trained once and used by every run that names the same one.', '  '),
    `  "teacher": ${serialize({ model: teacher, training: { epochs: 3, batchSize: 64 } }, '  ', style)},`,
    '',
    ...comment('The small model that is trained.', '  '),
    `  "student": ${serialize({ model: student }, '  ', style)},`,
    '',
    ...comment(`Loss: ${variant.formula ?? ''}`, '  '),
    ...strategyLines(variant, kind),
    '',
    ...comment('Options that are left out have defaults; the completion list tells them.', '  '),
    '  "training": { "epochs": 10, "learningRate": 0.001 },',
    '',
    ...comment('One run for each seed: a verdict needs more than one.', '  '),
    '  "seeds": [1, 2, 3]',
    '}',
    '',
  ];
  return lines.join('\n');
}

/** Strategies that compare layers need some; self-distillation needs enough of them for its exits. */
const studentFor = (kind: string): Record<string, unknown> =>
  kind === 'self'
    ? { architecture: 'mlp', hidden: [32, 32, 32, 32] }
    : { architecture: 'mlp', hidden: [32, 16] };

function strategyLines(variant: SchemaNode, kind: string): string[] {
  const options = Object.entries(variant.properties ?? {}).flatMap(([key, node]): string[] => {
    if (unused[kind]?.includes(key)) return [];
    if (key === 'kind') return [`    "kind": ${JSON.stringify(kind)}`];
    const value = node.default ?? (kind === 'combined' && key === 'terms' ? combinedTerms() : undefined);
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

/** Two terms that models of different kinds can share. */
function combinedTerms(): Record<string, unknown>[] {
  const items = variants().find(({ properties }) => properties?.terms)?.properties?.terms?.items;
  const known = items ? (discriminatorOf(items)?.choices ?? []) : [];
  return ['response', 'relation'].filter((term) => known.includes(term)).map((term) => ({ kind: term }));
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
