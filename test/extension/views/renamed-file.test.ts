import './window.ts';
import assert from 'node:assert/strict';
import { access, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createRuns } from '../../../src/runs/create-run.ts';
import { openStore } from '../../../src/runs/store.ts';
import { oldExperiment } from '../../runs/old-database.ts';
import { temporaryDirectory } from '../../runs/support.ts';
import { inExplorer, openWindow, shown, Uri } from './window.ts';

const { adoptFormerRuns, followProject } = await import(
  '../../../extension/workspace/runs/stored-project.ts'
);
const { requireInFolder } = await import('../../../extension/workspace/own-files.ts');

test('renamed in the explorer, an experiment keeps its runs', async (t) => {
  const folder = join(await temporaryDirectory(t), 'project');
  await mkdir(folder);
  const [from, to] = [join(folder, 'one.distill.json'), join(folder, 'another.distill.json')];
  await writeFile(to, '{}');
  const store = await openStore(join(folder, '.distillery'));
  t.after(() => store.close());
  const [id] = await createRuns(store, { experiment: oldExperiment, file: from, directory: folder });
  // Stopped, lest the window starts it.
  await store.transaction((database) => database.run("UPDATE runs SET state = 'interrupted'"));
  const window = await openWindow(t, folder, [from]);
  shown.files = [Uri.file(to)];
  inExplorer.renamed.fire({ files: [{ oldUri: Uri.file(from), newUri: Uri.file(to) }] });
  inExplorer.gone.fire(Uri.file(from));
  inExplorer.made.fire(Uri.file(to));
  for (;;) {
    const rows = await window.seen();
    if (rows.length === 1 && rows[0]!.label === 'another' && rows[0]!.below.length === 1) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.equal((await store.get(id!))!.file, to);
  assert.deepEqual(window.log.lines, []);
});

test('an experiment file outside the folders of the window is never written, whatever links lead there', async (t) => {
  const home = await temporaryDirectory(t);
  const [copy, project, link] = ['copy', 'project', 'link'].map((name) => join(home, name)) as [
    string,
    string,
    string,
  ];
  for (const folder of [copy, project]) await mkdir(folder);
  await symlink(copy, link);
  for (const folder of [copy, project]) await writeFile(join(folder, 'x.distill.json'), '{}');
  await symlink(join(project, 'x.distill.json'), join(copy, 'linked.distill.json'));
  await symlink(project, join(copy, 'elsewhere'));
  const refuse = (file: string) =>
    assert.rejects(requireInFolder(Uri.file(file) as never), /outside the folders of this window/);
  for (const root of [copy, link]) {
    shown.folders = [{ uri: Uri.file(root), name: 'copy', index: 0 }];
    await requireInFolder(Uri.file(join(root, 'x.distill.json')) as never);
    for (const outside of [join(project, 'x.distill.json'), `${root}-2/x.distill.json`])
      await refuse(outside);
    for (const name of ['linked.distill.json', 'elsewhere/x.distill.json']) await refuse(join(root, name));
  }
});

test('a renamed project keeps the runs that lie in VS Code’s storage', async (t) => {
  const home = await temporaryDirectory(t);
  const [before, after] = [join(home, 'before'), join(home, 'after')];
  await mkdir(before);
  const storage = (workspace: string, name: string) => join(home, 'storage', workspace, 'extension', name);
  const place = (path: string, dataDirectory: string) => ({
    folder: { name: 'project', uri: { fsPath: path } },
    dataDirectory,
  });
  const log = { error: (doing: string, error: unknown) => assert.fail(`${doing}: ${error}`) } as never;
  const old = place(before, storage('first', 'before-1'));
  await adoptFormerRuns(old, log);
  const store = await openStore(old.dataDirectory);
  await createRuns(store, {
    experiment: oldExperiment,
    file: join(before, 'x.distill.json'),
    directory: before,
  });
  await followProject(store, old, log);
  await store.close();
  // Another window that looks for runs of its own folder takes none of those.
  await mkdir(after);
  const none = place(after, storage('second', 'after-2'));
  await adoptFormerRuns(none, log);
  await assert.rejects(access(none.dataDirectory));
  await rm(after, { recursive: true });

  await rename(before, after);
  await adoptFormerRuns(none, log);
  const found = await openStore(none.dataDirectory);
  t.after(() => found.close());
  await followProject(found, none, log);
  const runs = await found.list({ file: join(after, 'x.distill.json') });
  assert.equal(runs.length, 1);
  assert.equal(runs[0]!.file, join(after, 'x.distill.json'));
});
