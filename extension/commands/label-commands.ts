import { l10n, type QuickPickItem, window } from 'vscode';
import { endStates } from '../../src/worker/directory/run-states.ts';
import type { Services } from '../services.ts';
import type { FoundRun } from '../workspace/runs/run-folders.ts';
import { targetRuns } from './targets.ts';

export async function rename(services: Services, ...args: unknown[]): Promise<void> {
  const run = (await targetRuns(services, args, {}, l10n.t('Which run is to be renamed?')))?.[0];
  if (!run) return;
  const name = await window.showInputBox({
    title: l10n.t('Rename Run'),
    value: run.record.name,
    validateInput: (text) => (text.trim() === '' ? l10n.t('A run needs a name.') : undefined),
  });
  if (name === undefined) return;
  await (await run.folder.writer()).rename(run.record.id, name);
  await run.folder.look();
}

export async function note(services: Services, ...args: unknown[]): Promise<void> {
  const run = (await targetRuns(services, args, {}, l10n.t('To which run does the note belong?')))?.[0];
  if (!run) return;
  const text = await window.showInputBox({
    title: l10n.t('Note on {0}', run.record.name),
    prompt: l10n.t('What is worth remembering of this run. Empty removes the note.'),
    value: run.record.note,
  });
  if (text === undefined) return;
  await (await run.folder.writer()).setNote(run.record.id, text);
  await run.folder.look();
}

/** Ticks tags on and off; a new one is made by typing it. */
export async function tag(services: Services, ...args: unknown[]): Promise<void> {
  const runs = await targetRuns(services, args, {}, l10n.t('Which runs are to be tagged?'), true);
  if (!runs) return;
  const chosen = await pickTags(runs);
  if (!chosen) return;
  for (const { folder, record } of runs) {
    const store = await folder.writer();
    const removed = record.tags.filter((one) => !chosen.includes(one));
    if (removed.length > 0) await store.untag(record.id, ...removed);
    const added = chosen.filter((one) => !record.tags.includes(one));
    if (added.length > 0) await store.tag(record.id, ...added);
  }
  for (const folder of new Set(runs.map((run) => run.folder))) await folder.look();
}

async function pickTags(runs: readonly FoundRun[]): Promise<string[] | undefined> {
  const known = new Set<string>();
  for (const folder of new Set(runs.map((run) => run.folder)))
    for (const { tag } of (await (await folder.reader())?.tags()) ?? []) known.add(tag);
  const own = new Set(runs.flatMap(({ record }) => [...record.tags]));

  const pick = window.createQuickPick<QuickPickItem>();
  pick.canSelectMany = true;
  pick.title = l10n.t('Tags');
  pick.placeholder = l10n.t('Tick tags, or type a new one');
  const items: QuickPickItem[] = [...new Set([...own, ...known])].map((label) => ({ label }));
  pick.items = items;
  pick.selectedItems = items.filter(({ label }) => own.has(label));
  try {
    return await new Promise<string[] | undefined>((resolve) => {
      pick.onDidChangeValue((value) => {
        const text = value.trim();
        const chosen = new Set(pick.selectedItems.map(({ label }) => label));
        const offered = items.some(({ label }) => label === text) || text === '';
        pick.items = offered
          ? items
          : [{ label: text, description: l10n.t('new tag'), alwaysShow: true }, ...items];
        pick.selectedItems = pick.items.filter(({ label }) => chosen.has(label));
      });
      pick.onDidChangeSelection((selected) => {
        for (const item of selected) if (!items.includes(item)) items.push({ label: item.label });
      });
      pick.onDidAccept(() => {
        const chosen = pick.selectedItems.map(({ label }) => label);
        const typed = pick.value.trim();
        resolve(typed && !chosen.includes(typed) && chosen.length === own.size ? [...chosen, typed] : chosen);
      });
      pick.onDidHide(() => resolve(undefined));
      pick.show();
    });
  } finally {
    pick.dispose();
  }
}

export async function setBaseline(services: Services, ...args: unknown[]): Promise<void> {
  const run = (
    await targetRuns(services, args, { states: ['completed'] }, l10n.t('Which run are others held against?'))
  )?.[0];
  if (!run) return;
  await (await run.folder.writer()).setBaseline(run.record.baseline ? undefined : run.record.id);
  await run.folder.look();
}

/** Deletes runs with their directories, after asking. */
export async function remove(services: Services, ...args: unknown[]): Promise<void> {
  const runs = await targetRuns(
    services,
    args,
    { states: endStates },
    l10n.t('Which runs are to be removed?'),
    true,
  );
  if (!runs) return;
  const yes = l10n.t('Remove');
  const answer = await window.showWarningMessage(
    runs.length === 1
      ? l10n.t('Remove the run {0}?', runs[0]!.record.name)
      : l10n.t('Remove {0} runs?', runs.length),
    {
      modal: true,
      detail: l10n.t('Its figures, checkpoints and student are deleted. This cannot be undone.'),
    },
    yes,
  );
  if (answer !== yes) return;
  const { runEngine } = await import('../workspace/runs/run-engine.ts');
  for (const { folder, record } of runs) await runEngine.removeRun(await folder.writer(), record.id);
  for (const folder of new Set(runs.map((run) => run.folder))) await folder.look();
}
