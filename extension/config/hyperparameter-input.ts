import { l10n, type QuickPickItem, type TextDocument, window } from 'vscode';
import type { Hyperparameter } from '../../src/experiment/editing/hyperparameters.ts';
import type { TextEdit } from '../../src/experiment/parsing/problem.ts';
import { describePath } from '../../src/experiment/parsing/problem.ts';
import type { Experiment } from '../../src/experiment/schema/schema.ts';
import { tidyNumber } from '../../src/experiment/tidy-number.ts';

export const showValue = (value: unknown): string => {
  if (value === undefined || value === null) return l10n.t('none');
  if (Array.isArray(value)) return value.map(showValue).join(', ');
  return String(typeof value === 'number' ? tidyNumber(value) : value);
};

/** Asks for a new value, by a pick list where there are choices, else by a field that checks as one types. */
export async function askForValue(
  parameter: Hyperparameter,
  experiment: Experiment,
): Promise<{ value: unknown } | undefined> {
  const { ownedName } = await import('../../src/experiment/editing/setting-name.ts');
  const title = `${describePath(parameter.path)} (${ownedName(parameter.path)})`;
  const choices = choicesOf(parameter);
  if (choices) {
    const picked = await window.showQuickPick(choices, {
      title,
      placeHolder: parameter.description,
      matchOnDescription: true,
    });
    return picked && { value: picked.value };
  }
  const { parseInput } = await import('../../src/experiment/editing/hyperparameter-input.ts');
  const text = await window.showInputBox({
    title,
    prompt: `${parameter.description} ${l10n.t('Expected: {0}.', parameter.expected)}`,
    value: parameter.value === undefined || parameter.value === null ? '' : showValue(parameter.value),
    placeHolder: parameter.clear ? l10n.t('empty for none') : undefined,
    validateInput: (input) => {
      if (input.trim() === '' && parameter.clear) return undefined;
      const parsed = parseInput(parameter, input, experiment);
      return 'message' in parsed ? parsed.message : undefined;
    },
  });
  if (text === undefined) return undefined;
  if (text.trim() === '' && parameter.clear) return { value: undefined };
  const parsed = parseInput(parameter, text, experiment);
  return 'message' in parsed ? undefined : parsed;
}

function choicesOf({
  type,
  choices,
  value,
}: Hyperparameter): (QuickPickItem & { value: unknown })[] | undefined {
  const mark = (choice: unknown) => (choice === value ? l10n.t('current') : '');
  if (type === 'boolean')
    return [true, false].map((choice) => ({
      label: String(choice),
      description: mark(choice),
      value: choice,
    }));
  return choices?.map((choice) => ({
    label: choice.value,
    description: mark(choice.value),
    detail: choice.description,
    value: choice.value,
  }));
}

/** The smallest edits that give a hyperparameter a new value; undefined removes what is written. */
export async function hyperparameterEdits(
  document: Pick<TextDocument, 'getText'>,
  parameter: Hyperparameter,
  value: unknown,
  written: unknown,
): Promise<TextEdit[]> {
  const { removeValue, setValue } = await import('../../src/experiment/editing/edit.ts');
  const { variantOf } = await import('../../src/experiment/editing/hyperparameters.ts');
  const text = document.getText();
  const { path, clear, selectsVariant } = parameter;
  if (value === undefined) {
    if (clear && 'value' in clear) return setValue(text, clear.path, clear.value);
    return removeValue(text, clear?.path ?? path);
  }
  if (selectsVariant) {
    const section = path.slice(0, -1);
    return setValue(text, section, variantOf(written, section, String(value)));
  }
  return setValue(text, path, value);
}
