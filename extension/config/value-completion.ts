import { readdir } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { getLocation } from 'jsonc-parser';
import {
  type CancellationToken,
  type Command,
  CompletionItem,
  CompletionItemKind,
  type CompletionItemProvider,
  CompletionList,
  l10n,
  MarkdownString,
  type Position,
  Range,
  type TextDocument,
} from 'vscode';
import type { Checker } from '../../src/checks/apart/checker.ts';
import {
  numbersOf,
  type OfferedPart,
  offeredParts,
  partsWantedAt,
} from '../../src/checks/apart/offered-parts.ts';
import {
  experimentTemplate,
  templateDataset,
  templateStrategies,
} from '../../src/experiment/editing/template.ts';
import { canBeRead, parseText } from '../../src/experiment/parsing/parse.ts';
import { ParsedText } from '../../src/experiment/parsing/positions.ts';
import { valueAt } from '../../src/experiment/schema/schema-walk.ts';
import type { CommandId } from '../contributions/commands.ts';
import { usableImages } from '../workspace/found-images.ts';
import { digits } from '../workspace/ready-data.ts';
import type { RunFolders } from '../workspace/runs/run-folders.ts';
import { CheckpointParts } from './checkpoint-parts.ts';

/**
 * Completes what only this experiment and this folder know: whole experiments where nothing is written yet, numbers of
 * layers, checkpoints of finished runs, and the parts of a checkpoint by their names.
 */
export class ValueCompletion implements CompletionItemProvider {
  readonly #folders: RunFolders;
  readonly #parts: CheckpointParts;

  constructor(folders: RunFolders, checker: Pick<Checker, 'parts'>) {
    this.#folders = folders;
    this.#parts = new CheckpointParts(checker);
  }

  async provideCompletionItems(
    document: TextDocument,
    position: Position,
    token: CancellationToken,
  ): Promise<CompletionItem[] | CompletionList> {
    const text = document.getText();
    if (!canBeRead(text)) return [];
    const offset = document.offsetAt(position);
    if (new ParsedText(text).root === undefined) return wholeExperiments(document);
    const { path, isAtPropertyKey, previousNode } = getLocation(text, offset);
    if (isAtPropertyKey) return [];
    const key = path.at(-1);
    if (key === 'checkpoint' || key === 'of') return this.#checkpoints(document, previousNode);
    const wanted = partsWantedAt(path);
    if (!wanted) return [];
    const { who, kind } = wanted;
    const described = kind === 'layers' || kind === 'exits' ? layers(text, who, kind) : [];
    if (described.length > 0) return described;
    const written = previousNode?.type === 'string' ? String(previousNode.value ?? '') : undefined;
    const parts = await this.#parts.of(document, parseText(text).written, wanted, token);
    // Asked again with the next letter: until then more may be known, or less be meant.
    return new CompletionList(
      parts ? partItems(offeredParts(wanted.kind, parts), written, rangeOf(document, previousNode)) : [],
      true,
    );
  }

  async #checkpoints(
    document: TextDocument,
    node: { offset: number; length: number; type: string } | undefined,
  ): Promise<CompletionItem[]> {
    const folder = this.#folders.of(document.uri);
    if (!folder) return [];
    const from = dirname(document.uri.fsPath);
    const path = (target: string) => relative(from, target).split(sep).join('/');
    const runs = await folder.list({ states: ['completed'], limit: 50 });
    const teachers = join(folder.folder.uri.fsPath, 'teachers');
    const imported = await readdir(teachers, { withFileTypes: true }).catch(() => []);
    const items = [
      ...imported
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => ({ target: path(join(teachers, name)), detail: l10n.t('imported teacher') })),
      ...runs.map(({ directory, experiment, seed }) => ({
        target: path(join(directory, 'student')),
        detail: l10n.t('student of {0}, seed {1}', experiment, seed),
      })),
    ];
    const range = rangeOf(document, node);
    return items.map(({ target, detail }, index) => {
      const item = new CompletionItem(target, CompletionItemKind.Folder);
      item.detail = detail;
      item.insertText = JSON.stringify(target);
      item.filterText = JSON.stringify(target);
      item.sortText = String(index).padStart(4, '0');
      if (range) item.range = range;
      return item;
    });
  }
}

/** All of a text that stands at the place already. */
const rangeOf = (
  document: TextDocument,
  node: { offset: number; length: number; type: string } | undefined,
): Range | undefined =>
  node?.type === 'string'
    ? new Range(document.positionAt(node.offset), document.positionAt(node.offset + node.length))
    : undefined;

/** More than anybody scrolls through. */
const mostItems = 1000;

/** @param written what stands at the place already, if it is text */
function partItems(
  offered: readonly OfferedPart[],
  written: string | undefined,
  range: Range | undefined,
): CompletionItem[] {
  const meant = (written ?? '').toLowerCase().replaceAll('*', '');
  const fits = ({ value }: OfferedPart) =>
    written === undefined || (typeof value === 'string' && value.toLowerCase().includes(meant));
  // What is being typed may be none of them, as a pattern is: then all are shown.
  const near = offered.filter(fits);
  return (near.length > 0 ? near : offered).slice(0, mostItems).map(({ value, detail }, index) => {
    const item = new CompletionItem(String(value), CompletionItemKind.Value);
    item.insertText = JSON.stringify(value);
    // A pattern that is half written is found in each name that it may mean.
    item.filterText = written === undefined ? JSON.stringify(value) : JSON.stringify(written);
    item.detail = detail;
    item.sortText = String(index).padStart(4, '0');
    if (range) item.range = range;
    return item;
  });
}

/** An experiment for each strategy, as New Experiment writes it, with data that can be opened here. */
async function wholeExperiments(document: TextDocument): Promise<CompletionItem[]> {
  const name = basename(document.uri.path).replace(/\.distill\.json$/, '');
  const images = await usableImages(document.uri);
  return templateStrategies().map(({ kind, description, formula }, index) => {
    const item = new CompletionItem(
      { label: kind, description: l10n.t('whole experiment') },
      CompletionItemKind.Snippet,
    );
    const text = experimentTemplate(kind, name, images);
    item.insertText = text.trimEnd();
    item.detail = formula;
    item.documentation = new MarkdownString().appendText(description).appendCodeblock(text, 'jsonc');
    item.sortText = String(index).padStart(4, '0');
    if (images === digits && templateDataset(kind, images) === digits.kind) item.command = bring(document);
    return item;
  });
}

/** The digits that the extension carries come beside the experiment that was written. */
function bring({ uri }: TextDocument): Command {
  const command: CommandId = 'distillery.getData';
  return { title: '', command, arguments: [uri] };
}

/** Layers a model has, from its configuration: counted as the strategies count them, 0 the input or embedding. */
function layers(text: string, who: 'student' | 'teacher', kind: 'layers' | 'exits'): CompletionItem[] {
  const count = layersOf(valueAt(parseText(text).written, [who, 'model']));
  return numbersOf(kind, count).map((layer) => {
    const item = new CompletionItem(String(layer), CompletionItemKind.Value);
    item.sortText = String(layer).padStart(4, '0');
    item.detail =
      layer === 0
        ? l10n.t('input or embedding')
        : layer === count
          ? l10n.t('last layer')
          : l10n.t('layer {0}', layer);
    return item;
  });
}

function layersOf(model: unknown): number | undefined {
  const config = model as {
    layers?: number;
    hidden?: unknown[];
    channels?: unknown[];
    dense?: number;
    blocks?: number;
    depth?: number;
  };
  if (typeof config !== 'object' || config === null) return undefined;
  if (typeof config.layers === 'number') return config.layers;
  if (Array.isArray(config.hidden)) return config.hidden.length;
  if (Array.isArray(config.channels)) return config.channels.length + (config.dense === undefined ? 0 : 1);
  if (typeof config.blocks === 'number') return config.blocks;
  return typeof config.depth === 'number' ? (config.depth - 2) / 2 : undefined;
}
