import type { TextDocument } from 'vscode';
import type { Hyperparameter } from '../../../src/experiment/editing/hyperparameters.ts';
import { settingName } from '../../../src/experiment/editing/setting-name.ts';
import type { TextEdit } from '../../../src/experiment/parsing/problem.ts';
import type { Experiment } from '../../../src/experiment/schema/schema.ts';
import type { ConfigEdit } from '../../../webview/protocol/messages.ts';
import { hyperparameterEdits, showValue } from '../../config/hyperparameter-input.ts';
import { parameterAt } from './parameters.ts';

export interface ChangedText {
  readonly text: string;
  /** What turns the old text into the new one, as one step. */
  readonly edits: readonly TextEdit[];
  /** For people: "temperature 8, epochs 30". */
  readonly label: string;
}

/**
 * Changes hyperparameters in the text of an experiment, each by the smallest edits that do it.
 * @param config where a setting is looked up that the text does not spell out
 * @throws UserError where the text is broken or has no place for a setting.
 */
export async function changedExperiment(
  original: string,
  config: Experiment,
  changes: readonly ConfigEdit[],
): Promise<ChangedText> {
  const { edited } = await import('../../../src/experiment/editing/edit.ts');
  const { parseText } = await import('../../../src/experiment/parsing/parse.ts');
  let text = original;
  let edits: TextEdit[] = [];
  const labels: string[] = [];
  for (const { path, value } of changes) {
    const { written } = parseText(text);
    const parameter = known(written, path) ?? parameterAt(config, path);
    const document: Pick<TextDocument, 'getText'> = { getText: () => text };
    edits = await hyperparameterEdits(document, parameter, value, written);
    text = edited(text, edits);
    labels.push(`${settingName(path, config)} ${showValue(value)}`);
  }
  return { text, edits: changes.length === 1 ? edits : difference(original, text), label: labels.join(', ') };
}

function known(written: unknown, path: ConfigEdit['path']): Hyperparameter | undefined {
  try {
    return parameterAt(written, path);
  } catch {
    return undefined;
  }
}

/** The stretch between the first and the last place in which two texts differ. */
export function difference(before: string, after: string): TextEdit[] {
  if (before === after) return [];
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  return [
    {
      offset: start,
      length: before.length - end - start,
      content: after.slice(start, after.length - end),
    },
  ];
}
