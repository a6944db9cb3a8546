import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { commands, type Uri, window, workspace } from 'vscode';
import { isExperimentUri } from '../../../extension/config/experiment-document.ts';
import { digest } from '../../fixtures/hostile/digest.ts';
import {
  answering,
  distillery,
  execute,
  folder,
  inRoot,
  milliseconds,
  patienceMs,
  root,
  until,
  watchEventLoop,
} from './support.ts';

/** No block of the host is nearly so long; how long they are is printed. */
const mostHeldMs = 5000;
/** Larger ones VS Code itself does not give to extensions, or not as text. */
const mostTextBytes = 2 << 20;

/** Says how long the host was held at most by what is done, and that this is bearable. */
async function held(what: string, work: () => Promise<unknown>): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const watched = watchEventLoop();
  try {
    await work();
  } finally {
    delay.disable();
  }
  const { heldMs } = watched();
  if (heldMs > 50)
    console.log(`held ${milliseconds(heldMs)} (late ${milliseconds(delay.max / 1e6)}): ${what}`);
  assert.ok(heldMs < mostHeldMs, `the host was held for ${milliseconds(heldMs)} by ${what}`);
  return heldMs;
}

const expected = JSON.parse(process.env.DISTILLERY_TEST_HOSTILE ?? '{}') as {
  readonly trusted: boolean;
  readonly outside: string;
  readonly outsideDigest: string;
  readonly insideDigest: string;
  readonly innocentPid: number;
};

describe(`a hostile workspace, ${expected.trusted ? 'trusted' : 'not trusted'}`, function () {
  this.timeout(2 * patienceMs);
  let worst = 0;
  const watch = async (what: string, work: () => Promise<unknown>) => {
    worst = Math.max(worst, await held(what, work));
  };

  it('is opened', async () => {
    assert.equal(workspace.isTrusted, expected.trusted);
    await watch('activation', async () => {
      await distillery();
    });
  });

  it('has its experiments checked, each with an answer', async () => {
    const { services } = await distillery();
    const found = await services.files.list();
    assert.ok(found.length > 40, String(found.length));
    const baseline = await held('the sound experiment', () => checked(inRoot('fine.distill.json')));
    for (const uri of found) {
      const { size } = await workspace.fs.stat(uri);
      // A device or a pipe has no size, and is opened by nobody but who clicks it.
      if (size === 0 || size > mostTextBytes) continue;
      // What is checked is the same in both; without trust the editor's own reading is of interest.
      if (!expected.trusted && /^(data|images|idx|tokenizer|checkpoint)-/.test(basename(uri.path))) continue;
      await watch(basename(uri.path), () => checked(uri));
    }
    console.log(
      `the host is held ${milliseconds(baseline)} by a sound experiment, ${milliseconds(worst)} at most`,
    );
  });

  it('shows the sound run beside the others, in the tree and in the dashboard', async () => {
    const { services } = await distillery();
    await watch('reading all runs again', () => execute('distillery.refreshRuns'));
    await watch('listing runs', async () => {
      await until('the sound run', async () => {
        const records = await (await folder()).list();
        return records.some(({ name, state }) => name === 'Sound' && state === 'completed');
      });
    });
    await watch('the tree', async () => {
      for (const node of await services.runTree.getChildren())
        for (const child of await services.runTree.getChildren(node)) services.runTree.getTreeItem(child);
    });
    await watch('the dashboard', async () => {
      const messages = await answering({}, () => execute('distillery.openDashboard'));
      assert.deepEqual(messages, []);
      await until('the dashboard', () => window.tabGroups.all.some(({ tabs }) => tabs.length > 0));
    });
    await commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('changes nothing outside, nothing at all where it is not trusted, and ends nobody', async () => {
    if (expected.trusted)
      await watch('rebuilding', () =>
        answering({ showWarningMessage: yes }, () => execute('distillery.rebuildDatabase')),
      );
    process.kill(expected.innocentPid, 0);
    assert.equal(digest(expected.outside), expected.outsideDigest);
    if (!expected.trusted) assert.equal(digest(root().fsPath), expected.insideDigest);
  });

  it('held the host for less than it takes to notice', () => {
    console.log(`all in all the host was held ${milliseconds(worst)} at most`);
    assert.ok(worst < mostHeldMs);
  });
});

/** The first button of a question. */
const yes = (_message: string, _options: unknown, ...buttons: unknown[]) => buttons[0];

/** Shows an experiment until what is wrong with it is known, and asks at its beginning what the editor asks. */
async function checked(uri: Uri): Promise<void> {
  assert.ok(isExperimentUri(uri));
  const { services } = await distillery();
  const document = await workspace.openTextDocument(uri);
  await window.showTextDocument(document);
  await until(`${uri.path} to be checked`, () => services.diagnostics.isChecked(document), patienceMs);
  const at = document.positionAt(2);
  for (const ask of ['vscode.executeHoverProvider', 'vscode.executeCompletionItemProvider'])
    await commands.executeCommand(ask, uri, at);
  await commands.executeCommand('vscode.executeCodeLensProvider', uri, 10);
  await services.hyperparameterTree.getChildren();
  await commands.executeCommand('workbench.action.closeActiveEditor');
}
