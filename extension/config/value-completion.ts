import { readdir } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { getLocation } from 'jsonc-parser';
import {
  type Command,
  CompletionItem,
  CompletionItemKind,
  type CompletionItemProvider,
  l10n,
  MarkdownString,
  type Position,
  Range,
  type TextDocument,
} from 'vscode';
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

/**
 * Completes what only this experiment and this folder know: whole experiments where nothing is written yet, numbers of
 * layers, and checkpoints of finished runs.
 */
export class ValueCompletion implements CompletionItemProvider {
  readonly #folders: RunFolders;

  constructor(folders: RunFolders) {
    this.#folders = folders;
  }

  async provideCompletionItems(document: TextDocument, position: Position): Promise<CompletionItem[]> {
    const text = document.getText();
    if (!canBeRead(text)) return [];
    const offset = document.offsetAt(position);
    if (new ParsedText(text).root === undefined) return wholeExperiments(document);
    const { path, isAtPropertyKey, previousNode } = getLocation(text, offset);
    if (isAtPropertyKey) return [];
    const key = path.at(-1);
    if (key === 'checkpoint' || key === 'of') return this.#checkpoints(document, previousNode);
    if ((key === 'student' || key === 'teacher') && path[0] === 'strategy') return layers(text, key);
    return [];
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
    const range =
      node?.type === 'string'
        ? new Range(document.positionAt(node.offset), document.positionAt(node.offset + node.length))
        : undefined;
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
function layers(text: string, who: 'student' | 'teacher'): CompletionItem[] {
  const count = layersOf(valueAt(parseText(text).written, [who, 'model']));
  return Array.from({ length: count === undefined ? 0 : count + 1 }, (_, layer) => {
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
