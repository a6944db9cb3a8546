import { l10n, window } from 'vscode';
import { longestText } from '../../src/runs/database/longest-text.ts';
import type { ExplorerNode } from '../explorer/nodes.ts';
import type { Grouping, ViewOptions } from '../explorer/view-options.ts';
import type { Services } from '../services.ts';

export async function groupRuns({ options }: Services): Promise<void> {
  const { grouping } = options.current;
  const choices: { label: string; value: Grouping }[] = [
    { label: l10n.t('By experiment'), value: 'experiment' },
    { label: l10n.t('By strategy'), value: 'strategy' },
    { label: l10n.t('By status'), value: 'status' },
  ];
  const picked = await window.showQuickPick(
    choices.map((choice) => ({
      ...choice,
      description: choice.value === grouping ? l10n.t('current') : '',
    })),
    { placeHolder: l10n.t('Group runs') },
  );
  if (picked) await options.change({ grouping: picked.value });
}

export async function sortRuns({ options }: Services): Promise<void> {
  const { sort, descending } = options.current;
  const choices: { label: string; value: Pick<ViewOptions, 'sort' | 'descending'> }[] = [
    { label: l10n.t('Newest first'), value: { sort: 'createdAt', descending: true } },
    { label: l10n.t('Oldest first'), value: { sort: 'createdAt', descending: false } },
    { label: l10n.t('Most accurate first'), value: { sort: 'accuracy', descending: true } },
    { label: l10n.t('Smallest student first'), value: { sort: 'compression', descending: true } },
    { label: l10n.t('By name'), value: { sort: 'name', descending: false } },
    { label: l10n.t('By seed'), value: { sort: 'seed', descending: false } },
    { label: l10n.t('Last to end first'), value: { sort: 'endedAt', descending: true } },
  ];
  const picked = await window.showQuickPick(
    choices.map((choice) => ({
      ...choice,
      description:
        choice.value.sort === sort && choice.value.descending === descending ? l10n.t('current') : '',
    })),
    { placeHolder: l10n.t('Sort runs') },
  );
  if (picked) await options.change(picked.value);
}

export async function filterRuns({ options }: Services): Promise<void> {
  const text = await window.showInputBox({
    title: l10n.t('Filter Runs'),
    prompt: l10n.t('Part of a name, an experiment, a note or a tag. Empty shows all.'),
    value: options.current.text,
    validateInput: (input) =>
      input.length > longestText ? l10n.t('At most {0} characters.', longestText) : undefined,
  });
  if (text !== undefined) await options.change({ text: text.trim() });
}

export async function clearFilter({ options }: Services): Promise<void> {
  await options.change({ text: '' });
}

export async function refreshRuns({ folders, runTree, deviceReports }: Services): Promise<void> {
  await Promise.all(folders.all.map((folder) => folder.refresh()));
  runTree.refresh();
  deviceReports.forget();
}

export function loadMoreRuns({ runTree, runView }: Services, node?: unknown): void {
  const more = (node ?? runView.selection[0]) as ExplorerNode | undefined;
  if (more?.kind === 'more') runTree.showMore(more.parent);
}
