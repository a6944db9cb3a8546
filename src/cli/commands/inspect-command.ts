import { resolve } from 'node:path';
import { Command } from 'commander';
import type { ModelReport } from '../../checks/models/model-report-schema.ts';
import { formatBytes, formatCount } from '../../compare/formatting.ts';
import { isGraphConfig } from '../../experiment/architectures/onnx-graph.ts';
import { exitCodes } from '../complain.ts';
import type { CommandMaker } from '../program.ts';
import { plainTable } from '../table.ts';
import type { Colors } from '../terminal.ts';

/** As many names as a line shows. */
const shownNames = 8;

export const inspectCommand: CommandMaker = ({ terminal, checker }, ended) =>
  new Command('inspect')
    .description(
      'Show what a model is: what it takes and answers, its size, and the layers that strategies can name.',
    )
    .argument('<model>', 'folder of a checkpoint, or an ONNX file')
    .option('--json', 'print it as JSON')
    .action(
      ended(async (model: string, options: { json?: boolean }) => {
        const { out, outColors } = terminal;
        const report = await checker.inspect(resolve(model));
        out(options.json ? `${JSON.stringify(report, null, 2)}\n` : described(report, outColors));
        return exitCodes.ok;
      }),
    );

function described(report: ModelReport, colors: Colors): string {
  const { architecture, task, classes, classNames, parameters, bytes, image, vocabulary, length } = report;
  const names = classNames
    ? `: ${classNames.slice(0, shownNames).join(', ')}${classNames.length > shownNames ? ', …' : ''}`
    : '';
  const facts: [string, string][] = [
    ['architecture', isGraphConfig({ architecture }) ? 'a graph of its own (ONNX)' : architecture],
    ['task', task],
    ['parameters', formatCount(parameters)],
    ['size', formatBytes(bytes)],
    ...(image ? [['images', image.join(' × ')] as [string, string]] : []),
    ...(vocabulary === undefined ? [] : [['tokens', formatCount(vocabulary)] as [string, string]]),
    ...(length === undefined ? [] : [['texts', `up to ${formatCount(length)} tokens`] as [string, string]]),
    ...(classes === vocabulary ? [] : [['classes', `${formatCount(classes)}${names}`] as [string, string]]),
    ...report.inputs.map(({ name, shape }): [string, string] => ['input', `${name} (${shape})`]),
    ...report.outputs.map(({ name, shape }): [string, string] => ['output', `${name} (${shape})`]),
  ];
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
