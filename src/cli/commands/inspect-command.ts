import { resolve } from 'node:path';
import { Command } from 'commander';
import { UserError } from '../../base/user-error.ts';
import type { ModelReport } from '../../checks/models/model-report-schema.ts';
import { formatBytes, formatCount } from '../../compare/formatting.ts';
import {
  type GraphNames,
  graphNamesSchema,
  inputRoles,
  isGraphConfig,
} from '../../experiment/architectures/onnx-graph.ts';
import { exitCodes } from '../complain.ts';
import type { CommandMaker } from '../program.ts';
import { plainTable } from '../table.ts';
import type { Colors } from '../terminal.ts';

/** As many names as a line shows. */
const shownNames = 8;
/** Names of a graph's parts are long. */
const shownParts = 3;

export const inspectCommand: CommandMaker = ({ terminal, checker }, ended) =>
  new Command('inspect')
    .description(
      'Show what a model is: what it takes and answers, its size, and the layers that strategies can name.',
    )
    .argument('<model>', 'folder of a checkpoint, an ONNX file, or hf:owner/name')
    .option(
      '--input <role=name...>',
      `what an input of an ONNX graph is: ${Object.keys(inputRoles).join(', ')}`,
    )
    .option('--logits <name>', 'the value of an ONNX graph that is its answer')
    .option('--freeze <pattern...>', 'count the weights that these patterns would keep as they are')
    .option('--json', 'print it as JSON, with the names of all weights and values')
    .action(
      ended(async (model: string, options: Options) => {
        const { out, outColors } = terminal;
        const { freeze } = options;
        const graph = namesFrom(options);
        const report = await checker.inspect(model.startsWith('hf:') ? model : resolve(model), {
          ...(graph && { graph }),
          ...(freeze && { freeze }),
        });
        out(options.json ? `${JSON.stringify(report, null, 2)}\n` : described(report, outColors));
        return exitCodes.ok;
      }),
    );

interface Options {
  readonly json?: boolean;
  readonly input?: readonly string[];
  readonly logits?: string;
  readonly freeze?: readonly string[];
}

/** @throws UserError if a role is none */
function namesFrom({ input = [], logits }: Options): GraphNames | undefined {
  if (input.length === 0 && logits === undefined) return undefined;
  const inputs = Object.fromEntries(
    input.map((pair) => {
      const at = pair.indexOf('=');
      return [pair.slice(0, Math.max(0, at)), pair.slice(at + 1)];
    }),
  );
  const names = graphNamesSchema.safeParse({ inputs, ...(logits !== undefined && { logits }) });
  if (names.success) return names.data;
  throw new UserError(`--input ${input.join(' ')} does not say what inputs are.`, {
    remedy: `Write ROLE=NAME, each role and each name once; roles are ${Object.keys(inputRoles).join(', ')}.`,
  });
}

function described(report: ModelReport, colors: Colors): string {
  const { architecture, task, classes, classNames, parameters, bytes, image, vocabulary, length } = report;
  const names = classNames
    ? `: ${classNames.slice(0, shownNames).join(', ')}${classNames.length > shownNames ? ', …' : ''}`
    : '';
  const facts: [string, string][] = [
    ['architecture', isGraphConfig({ architecture }) ? 'a graph of its own (ONNX)' : architecture],
    ['task', task],
    ['parameters', formatCount(parameters)],
    ...(report.frozen === undefined
      ? []
      : [['frozen', `${formatCount(report.frozen)} of them`] as [string, string]]),
    ['size', formatBytes(bytes)],
    ...(image ? [['images', image.join(' × ')] as [string, string]] : []),
    ...(vocabulary === undefined ? [] : [['tokens', formatCount(vocabulary)] as [string, string]]),
    ...(length === undefined ? [] : [['texts', `up to ${formatCount(length)} tokens`] as [string, string]]),
    ...(classes === vocabulary ? [] : [['classes', `${formatCount(classes)}${names}`] as [string, string]]),
    ...report.inputs.map(({ name, shape, role }): [string, string] => [
      'input',
      `${name} (${shape})${role && role !== name ? `, as ${role}` : ''}`,
    ]),
    ...report.outputs.map(({ name, shape }): [string, string] => ['output', `${name} (${shape})`]),
  ];
  if (report.logits !== undefined && !report.outputs.some(({ name }) => name === 'logits'))
    facts.push(['answer', report.logits]);
  facts.push(...ofWeights(report.parts));
  if (report.drops) facts.push(['dropout', `would act on ${few(report.drops)}`]);
  facts.push(...abilities(report.can));
  const width = Math.max(...facts.map(([key]) => key.length));
  const lines = facts.map(([key, value]) => `${colors.dim(key.padEnd(width))}  ${value}\n`).join('');
  const named = report.layers.some(({ name }) => name !== undefined);
  const table = plainTable(
    ['layer', 'hidden state', ...(named ? ['value of the graph'] : [])],
    report.layers.map(({ shape, name }, layer) => [String(layer), shape, ...(named ? [name ?? ''] : [])]),
    colors,
  );
  return `${lines}\n${table}`;
}

/** As much of a list as a line holds. */
const few = (names: readonly string[]): string =>
  names.length <= shownParts
    ? names.join(', ')
    : `${names.slice(0, shownParts).join(', ')} and ${formatCount(names.length - shownParts)} more`;

/** What of the weights is not simply trained. */
function ofWeights({ buffers, tied, constants }: ModelReport['parts']): [string, string][] {
  const reasons = grouped(constants, ({ why }) => why);
  return [
    ...(buffers.length > 0 ? [['statistics', few(buffers.map(({ name }) => name))] as [string, string]] : []),
    ...(tied.length > 0
      ? [['tied', few(tied.map(({ name, parameter }) => `${name} = ${parameter}`))] as [string, string]]
      : []),
    ...[...reasons].map(([why, some]): [string, string] => [
      'not trained',
      `${few(some.map(({ name }) => name))}: ${why}`,
    ]),
  ];
}

function abilities(can: ModelReport['can']): [string, string][] {
  const possible = can.filter(({ refusal }) => refusal === undefined).map(({ what }) => what);
  const refused = grouped(
    can.filter(({ refusal }) => refusal !== undefined),
    ({ refusal }) => refusal!,
  );
  return [
    ['can do', possible.join('; ')],
    ...[...refused].map(([refusal, some]): [string, string] => [
      'cannot',
      `${some.map(({ what }) => what).join('; ')}: ${refusal}`,
    ]),
  ];
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
