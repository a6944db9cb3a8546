import { findNodeAtLocation, getLocation, type JSONPath, parseTree } from 'jsonc-parser';
import {
  CompletionItem,
  CompletionItemKind,
  type CompletionItemProvider,
  Hover,
  type HoverProvider,
  MarkdownString,
  type Position,
  type TextDocument,
} from 'vscode';
import { canBeRead, parseText } from '../../src/experiment/parsing/parse.ts';
import { type OfferedOption, offeredOptions } from '../../src/experiment/sweep/offered-options.ts';
import { rangeOf } from './experiment-document.ts';

const isOption = (path: JSONPath): boolean =>
  path.length === 3 && path[0] === 'sweep' && path[1] === 'options';

/** Completes the options that a sweep of this experiment can try, each with values to begin with, and explains them. */
export class SweepOptions implements CompletionItemProvider, HoverProvider {
  provideCompletionItems(document: TextDocument, position: Position): CompletionItem[] {
    const text = document.getText();
    if (!canBeRead(text)) return [];
    const { path, isAtPropertyKey, previousNode } = getLocation(text, document.offsetAt(position));
    if (!isAtPropertyKey || !isOption(path)) return [];
    const root = parseTree(text);
    const present = root && findNodeAtLocation(root, ['sweep', 'options']);
    const taken = new Set(present?.children?.map(({ children }) => children?.[0]?.value as unknown));
    // A key that has its value keeps it.
    const hasValue = previousNode?.parent?.children?.[1] !== undefined;
    return this.#offered(text)
      .filter(({ key }) => !taken.has(key) || key === previousNode?.value)
      .map((option, index) => {
        const { key, values } = option;
        const item = new CompletionItem(key, CompletionItemKind.Property);
        const written = JSON.stringify(key);
        item.insertText = hasValue ? written : `${written}: ${spaced(values)}`;
        item.filterText = written;
        item.detail = option.expected;
        item.documentation = new MarkdownString().appendText(option.description);
        item.sortText = String(index).padStart(4, '0');
        if (previousNode?.type === 'string') item.range = rangeOf(document, previousNode);
        return item;
      });
  }

  provideHover(document: TextDocument, position: Position): Hover | undefined {
    const text = document.getText();
    if (!canBeRead(text)) return undefined;
    const { path, isAtPropertyKey, previousNode } = getLocation(text, document.offsetAt(position));
    if (!isAtPropertyKey || !isOption(path) || !previousNode) return undefined;
    const option = this.#offered(text).find(({ key }) => key === path[2]);
    if (!option) return undefined;
    const hover = new MarkdownString();
    hover.appendMarkdown('**').appendText(option.key).appendMarkdown('**\n\n').appendText(option.description);
    hover.appendMarkdown('\n\n').appendText(option.expected);
    return new Hover(hover, rangeOf(document, previousNode));
  }

  #offered(text: string): OfferedOption[] {
    return offeredOptions(parseText(text).written ?? {});
  }
}

/** `{ "min": 1, "max": 2 }`, as people write it. */
const spaced = (value: unknown): string =>
  JSON.stringify(value, undefined, 1).replace(/\n */g, ' ').replace(/\[ /g, '[').replace(/ \]/g, ']');
