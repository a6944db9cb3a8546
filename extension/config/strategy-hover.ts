import { findNodeAtLocation, getLocation, type JSONPath, parseTree } from 'jsonc-parser';
import { Hover, type HoverProvider, l10n, MarkdownString, type Position, type TextDocument } from 'vscode';
import { canBeRead } from '../../src/experiment/parsing/parse.ts';
import { strategyFormula } from '../../src/experiment/schema/json-schema.ts';
import { rangeOf } from './experiment-document.ts';

/** Shows the loss that a strategy minimises, wherever in its section one points; the options' own texts stand beside it. */
export class StrategyHover implements HoverProvider {
  provideHover(document: TextDocument, position: Position): Hover | undefined {
    const text = document.getText();
    if (!canBeRead(text)) return undefined;
    const { path, previousNode } = getLocation(text, document.offsetAt(position));
    if (path[0] !== 'strategy' || !previousNode) return undefined;
    const root = parseTree(text);
    const kind: unknown = root && findNodeAtLocation(root, ['strategy', 'kind'] satisfies JSONPath)?.value;
    const formula = typeof kind === 'string' ? strategyFormula(kind) : undefined;
    if (!formula) return undefined;
    const hover = new MarkdownString();
    hover.appendMarkdown(`**${l10n.t('Loss of {0}', String(kind))}**\n\n`);
    hover.appendCodeblock(formula, 'text');
    hover.appendText(
      l10n.t(
        'z are logits, t the teacher, s the student, T the temperature; p_T(z) = softmax(z/T), CE is the cross-entropy with the labels.',
      ),
    );
    return new Hover(hover, rangeOf(document, previousNode));
  }
}
