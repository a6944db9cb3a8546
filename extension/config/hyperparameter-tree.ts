import {
  EventEmitter,
  l10n,
  MarkdownString,
  ThemeColor,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
  type Uri,
  workspace,
} from 'vscode';
import type { Hyperparameter } from '../../src/experiment/editing/hyperparameters.ts';
import { describePath } from '../../src/experiment/parsing/problem.ts';
import type { Experiment } from '../../src/experiment/schema/schema.ts';
import { Disposables } from '../disposables.ts';
import { openExperiment } from './experiment-document.ts';
import { showValue } from './hyperparameter-input.ts';

/** What the hyperparameters belong to: a file, which can be edited, or a run, which is frozen. */
export type HyperparameterSource =
  | { readonly kind: 'file'; readonly uri: Uri }
  | { readonly kind: 'run'; readonly name: string; readonly file: string; readonly config: Experiment };

export type HyperparameterNode = SectionNode | ParameterNode | BrokenNode;

interface SectionNode {
  readonly kind: 'section';
  readonly name: string;
  readonly parameters: readonly ParameterNode[];
}

export interface ParameterNode {
  readonly kind: 'parameter';
  readonly parameter: Hyperparameter;
  readonly source: HyperparameterSource;
  readonly experiment: Experiment;
}

interface BrokenNode {
  readonly kind: 'broken';
  readonly message: string;
  readonly uri: Uri;
}

/** One row per hyperparameter of the selected experiment or run; those that differ from their default stand out. */
export class HyperparameterTree extends Disposables implements TreeDataProvider<HyperparameterNode> {
  readonly #changed = this.add(new EventEmitter<undefined>());
  readonly onDidChangeTreeData = this.#changed.event;
  #source: HyperparameterSource | undefined;

  constructor() {
    super();
    this.add(
      workspace.onDidChangeTextDocument(({ document }) => {
        if (this.#source?.kind === 'file' && document.uri.toString() === this.#source.uri.toString())
          this.#changed.fire(undefined);
      }),
    );
  }

  get source(): HyperparameterSource | undefined {
    return this.#source;
  }

  show(source: HyperparameterSource | undefined): void {
    this.#source = source;
    this.#changed.fire(undefined);
  }

  async getChildren(node?: HyperparameterNode): Promise<HyperparameterNode[]> {
    if (node) return node.kind === 'section' ? [...node.parameters] : [];
    const source = this.#source;
    if (!source) return [];
    if (source.kind === 'run') return sections(source, source.config);
    const { parseExperiment } = await import('../../src/experiment/parsing/parse.ts');
    const { experiment, problems } = parseExperiment((await openExperiment(source.uri)).getText());
    if (experiment) return sections(source, experiment);
    return [{ kind: 'broken', message: problems[0]?.message ?? '', uri: source.uri }];
  }

  getTreeItem(node: HyperparameterNode): TreeItem {
    if (node.kind === 'section') return sectionItem(node);
    return node.kind === 'broken' ? brokenItem(node) : parameterItem(node);
  }
}

async function sections(source: HyperparameterSource, experiment: Experiment): Promise<SectionNode[]> {
  const { hyperparametersOf } = await import('../../src/experiment/editing/hyperparameters.ts');
  const bySection = new Map<string, ParameterNode[]>();
  for (const parameter of hyperparametersOf(experiment)) {
    const name = parameter.path.length > 1 ? String(parameter.path[0]) : l10n.t('run');
    const nodes = bySection.get(name) ?? [];
    nodes.push({ kind: 'parameter', parameter, source, experiment });
    bySection.set(name, nodes);
  }
  return [...bySection]
    .sort(([one], [other]) => rank(one) - rank(other))
    .map(([name, parameters]) => ({ kind: 'section', name, parameters }));
}

/** What is tried out most stands first. */
const order = ['strategy', 'training', 'student', 'teacher', 'dataset'];
const rank = (section: string) => (order.includes(section) ? order.indexOf(section) : order.length);

function sectionItem({ name, parameters }: SectionNode): TreeItem {
  const item = new TreeItem(name, TreeItemCollapsibleState.Expanded);
  item.id = name;
  const changed = parameters.filter(({ parameter }) => parameter.changed).length;
  item.description = changed > 0 ? l10n.t('{0} set', changed) : '';
  return item;
}

function parameterItem({ parameter, source }: ParameterNode): TreeItem {
  const { path, value, changed, unit } = parameter;
  const inner = path.length > 1 ? path.slice(1) : path;
  const item = new TreeItem(describePath(inner));
  item.id = describePath(path);
  item.description = showValue(value) + (unit && value != null ? ` ${unit}` : '');
  item.iconPath = changed
    ? new ThemeIcon('circle-filled', new ThemeColor('gitDecoration.modifiedResourceForeground'))
    : new ThemeIcon('circle-outline', new ThemeColor('disabledForeground'));
  item.contextValue = [source.kind === 'file' ? 'editable' : 'frozen', changed && 'changed']
    .filter(Boolean)
    .join(' ');
  item.tooltip = tooltip(parameter);
  const state = changed ? l10n.t('differs from its default') : l10n.t('default');
  item.accessibilityInformation = { label: `${describePath(path)}, ${item.description}, ${state}` };
  return item;
}

function tooltip(parameter: Hyperparameter): MarkdownString {
  const text = new MarkdownString();
  text.appendText(parameter.description).appendMarkdown('\n\n');
  text.appendText(l10n.t('Expected: {0}.', parameter.expected));
  if (parameter.default !== undefined)
    text.appendMarkdown('\n\n').appendText(l10n.t('Default: {0}.', showValue(parameter.default)));
  return text;
}

function brokenItem({ message, uri }: BrokenNode): TreeItem {
  const item = new TreeItem(l10n.t('The file has a mistake'));
  item.description = message;
  item.iconPath = new ThemeIcon('error', new ThemeColor('errorForeground'));
  item.command = { command: 'vscode.open', title: '', arguments: [uri] };
  return item;
}
