import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import fc from 'fast-check';
import {
  type CodeAction,
  type CompletionItem,
  type CompletionList,
  commands,
  type Diagnostic,
  env,
  type Hover,
  languages,
  type MarkdownString,
  Position,
  Range,
  type TextDocument,
  type Uri,
  WorkspaceEdit,
  window,
  workspace,
} from 'vscode';
import type { ParameterNode } from '../../../extension/config/hyperparameter-tree.ts';
import { digits } from '../../../extension/workspace/ready-data.ts';
import { experimentTemplate } from '../../../src/experiment/editing/template.ts';
import { parseExperiment } from '../../../src/experiment/parsing/parse.ts';
import { describePath } from '../../../src/experiment/parsing/problem.ts';
import {
  answering,
  distillery,
  execute,
  inRoot,
  patienceMs,
  smallExperiment,
  until,
  write,
} from './support.ts';

async function parameters(): Promise<ParameterNode[]> {
  const { hyperparameterTree } = (await distillery()).services;
  const sections = await hyperparameterTree.getChildren();
  const nodes = await Promise.all(sections.map((section) => hyperparameterTree.getChildren(section)));
  return nodes.flat().filter((node): node is ParameterNode => node.kind === 'parameter');
}

async function parameter(path: string): Promise<ParameterNode> {
  return until(`${path} in the sidebar`, async () =>
    (await parameters()).find((node) => describePath(node.parameter.path) === path),
  );
}

let opened = 0;

/** Each in a file of its own: what is open already keeps its line ends, and does not like to be written under its feet. */
async function open(text: string): Promise<TextDocument> {
  await commands.executeCommand('workbench.action.closeAllEditors');
  if (opened > 0) await workspace.fs.delete(inRoot(`edited-${opened}.distill.json`));
  const document = await workspace.openTextDocument(await write(`edited-${++opened}.distill.json`, text));
  await window.showTextDocument(document);
  assert.equal(document.getText(), text);
  const { hyperparameterTree } = (await distillery()).services;
  hyperparameterTree.show({ kind: 'file', uri: document.uri });
  return document;
}

async function replaceAll(document: TextDocument, text: string): Promise<void> {
  const edit = new WorkspaceEdit();
  edit.replace(document.uri, new Range(0, 0, document.lineCount, 0), text);
  await workspace.applyEdit(edit);
}

const own = (uri: Uri): Diagnostic[] => languages.getDiagnostics(uri);

async function checked(document: TextDocument): Promise<Diagnostic[]> {
  const { diagnostics } = (await distillery()).services;
  await until('the checks', () => diagnostics.isChecked(document));
  // VS Code's own JSON support answers in its own time.
  await new Promise((resolve) => setTimeout(resolve, 700));
  return own(document.uri);
}

describe('inline editing', function () {
  this.timeout(patienceMs);

  it('changes one value in the sidebar, and undo takes it back', async () => {
    const text = smallExperiment('Edited', { strategy: { kind: 'direct' } });
    const document = await open(text);
    const node = await parameter('training.epochs');
    await answering({ showInputBox: () => '9' }, () => execute('distillery.editHyperparameter', node));
    assert.equal(document.getText(), text.replace('"epochs": 2', '"epochs": 9'));
    assert.equal(document.isDirty, false, 'what the sidebar shows is what runs');
    await window.showTextDocument(document);
    await commands.executeCommand('undo');
    assert.equal(document.getText(), text);
    await document.save();
  });

  it('edits an unsaved document as it stands and leaves it unsaved', async () => {
    const document = await open(smallExperiment('Edited'));
    const changed = document.getText().replace('"Edited"', '"In the middle of it"');
    await replaceAll(document, changed);
    assert.ok(document.isDirty);
    const node = await parameter('training.learningRate');
    await answering({ showInputBox: () => '5e-4' }, () => execute('distillery.editHyperparameter', node));
    assert.ok(document.isDirty);
    const { experiment } = parseExperiment(document.getText());
    assert.equal(experiment?.training.learningRate, 5e-4);
    assert.equal(experiment?.name, 'In the middle of it');
    await document.save();
  });

  it('marks what differs from its default, resets it and copies it', async () => {
    const document = await open(smallExperiment('Edited', { training: { epochs: 2, batchSize: 64 } }));
    const { hyperparameterTree } = (await distillery()).services;
    const node = await parameter('training.batchSize');
    assert.match(String(hyperparameterTree.getTreeItem(node).contextValue), /editable changed/);
    await execute('distillery.copyHyperparameter', node);
    assert.equal(await env.clipboard.readText(), '64');
    await execute('distillery.resetHyperparameter', node);
    assert.equal(parseExperiment(document.getText()).experiment?.training.batchSize, 32);
    assert.ok(!document.getText().includes('batchSize'));
  });

  it('refuses a value that the experiment cannot have, in the field itself', async () => {
    await open(smallExperiment('Edited'));
    const node = await parameter('training.epochs');
    const said: unknown[] = [];
    await answering(
      {
        showInputBox: ({ validateInput }: { validateInput: (text: string) => unknown }) => {
          said.push(validateInput('0'), validateInput('many'), validateInput('12'));
          return undefined;
        },
      },
      () => execute('distillery.editHyperparameter', node),
    );
    assert.ok(said[0] && said[1]);
    assert.equal(said[2], undefined);
  });

  it('never makes broken JSON worse', async () => {
    const broken = smallExperiment('Edited').replace('"training": {', '"training": ');
    const document = await open(smallExperiment('Edited'));
    const node = await parameter('training.epochs');
    await replaceAll(document, broken);
    const messages = await answering({ showInputBox: () => '9' }, () =>
      execute('distillery.editHyperparameter', node),
    );
    assert.equal(document.getText(), broken);
    assert.match(messages.join(), /well-formed/);
    const { hyperparameterTree } = (await distillery()).services;
    const [row] = await hyperparameterTree.getChildren();
    assert.equal(row?.kind, 'broken');
    await replaceAll(document, smallExperiment('Edited'));
    await document.save();
  });

  it('changes only the intended value, whatever the file looks like', async () => {
    const choices = [
      { path: 'training.epochs', key: 'epochs', values: fc.integer({ min: 1, max: 500 }) },
      { path: 'training.batchSize', key: 'batchSize', values: fc.integer({ min: 1, max: 512 }) },
      { path: 'training.learningRate', key: 'learningRate', values: fc.constantFrom(0.01, 0.003, 1e-5) },
    ] as const;
    const gap = fc.constantFrom(' ', '', '  ', '\t', ' /* inside */ ');
    const comment = fc.constantFrom('', '// a comment, with "quotes" and {braces}', '/* and one more */');
    const file = fc.record({
      lineEnd: fc.constantFrom('\n', '\r\n'),
      indent: fc.constantFrom('', '  ', '\t', '   '),
      gap,
      comment,
      trailing: fc.boolean(),
      choice: fc.integer({ min: 0, max: choices.length - 1 }),
      written: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(file, fc.infiniteStream(fc.integer({ min: 1, max: 99 })), async (form, numbers) => {
        const { path, key } = choices[form.choice]!;
        const number = numbers.next().value as number;
        const next = key === 'learningRate' ? number / 1000 : number;
        const text = experimentText(form, key);
        const document = await open(text);
        const before = parseExperiment(document.getText()).experiment;
        assert.ok(before, text);
        const node = await parameter(path);
        await answering({ showInputBox: () => String(next) }, () =>
          execute('distillery.editHyperparameter', node),
        );
        const after = document.getText();
        const { experiment } = parseExperiment(after);
        const expected = structuredClone(before) as unknown as { training: Record<string, unknown> };
        expected.training[key] = next;
        assert.deepEqual(experiment, expected, after);
        if (form.written) assert.equal(after, text.replace(writtenValue(key), String(next)));
        else
          for (const line of text.split(form.lineEnd))
            assert.ok(after.includes(line.replace(/,\s*$/, '').trim()), `lost: ${line}`);
        assert.equal(/\r\n/.test(after), form.lineEnd === '\r\n');
      }),
      { numRuns: 12 },
    );
  });

  it('finds mistakes as one types, once each and in its own words', async () => {
    const document = await open(
      smallExperiment('Edited', { trainning: { epochs: 2 }, strategy: { kind: 'respons' }, seeds: [-1] }),
    );
    const found = await checked(document);
    assert.ok(found.length >= 3, JSON.stringify(found));
    assert.deepEqual([...new Set(found.map(({ source }) => source))], ['Distillery'], JSON.stringify(found));
    await replaceAll(document, smallExperiment('Edited'));
    assert.deepEqual(await checked(document), []);
    await replaceAll(document, smallExperiment('Edited', { training: { epochs: '2', optimizer: 'adam' } }));
    const types = await checked(document);
    assert.equal(types.length, 2, JSON.stringify(types));
    await replaceAll(document, smallExperiment('Edited'));
    await document.save();
  });

  it('offers fixes: unknown key, close spelling, out of range, missing file', async () => {
    const wrong = smallExperiment('Edited', { training: { epochs: 2, bachSize: 4 } });
    const mended = async (text: string, title: RegExp, expected: (fixed: string) => void) => {
      const document = await open(text);
      const [problem] = await checked(document);
      assert.ok(problem, text);
      const actions = await commands.executeCommand<CodeAction[]>(
        'vscode.executeCodeActionProvider',
        document.uri,
        problem.range,
      );
      const action = actions.find((one) => title.test(one.title));
      assert.ok(action?.edit, `${problem.message}: ${actions.map((one) => one.title).join(', ')}`);
      await workspace.applyEdit(action.edit);
      expected(document.getText());
      await document.save();
    };
    await mended(wrong, /batchSize/, (text) => assert.match(text, /"batchSize": 4/));
    await mended(smallExperiment('Edited', { strategy: { kind: 'dirct' } }), /direct/, (text) =>
      assert.match(text, /"kind": "direct"/),
    );
    await mended(smallExperiment('Edited', { training: { epochs: 0 } }), /1/, (text) =>
      assert.match(text, /"epochs": 1/),
    );
    await mended(
      smallExperiment('Edited').replace('data/train-images-idx3-ubyte.gz', 'data/train-image-idx3-ubyte.gz'),
      /train-images/,
      (text) => assert.match(text, /data\/train-images-idx3-ubyte\.gz/),
    );
  });

  it('offers a whole experiment for every strategy in an empty file, and keys with their values', async () => {
    const complete = (document: { uri: Uri }, position: Position) =>
      commands.executeCommand<CompletionList>('vscode.executeCompletionItemProvider', document.uri, position);
    const textOf = ({ insertText }: CompletionItem) =>
      typeof insertText === 'string' ? insertText : (insertText?.value ?? '');
    const empty = await open('');
    for (const kind of ['direct', 'response', 'quantize']) {
      const item = await until(`${kind} in an empty file`, async () => {
        const { items } = await complete(empty, new Position(0, 0));
        return items.find(({ label }) => typeof label !== 'string' && label.label === kind);
      });
      const { problems } = parseExperiment(textOf(item));
      assert.deepEqual(problems, []);
    }
    const braces = await open('{\n  \n}');
    for (const [key, value] of [
      ['name', /: "/],
      ['dataset', /"kind": \$\{1\|"mnist"/],
      ['strategy', /"kind": \$\{1\|"direct"/],
    ] as const) {
      const item = await until(`${key} among the keys`, async () => {
        const { items } = await complete(braces, new Position(1, 2));
        return items.find(({ label }) => label === key);
      });
      assert.match(textOf(item), value);
    }
  });

  it('brings the digits that it carries beside an experiment that names them', async () => {
    const text = experimentTemplate('direct', 'carried', digits);
    const uri = await write('carried/carried.distill.json', text);
    await execute('distillery.getData', uri);
    for (const { images, labels } of [digits.train, digits.test])
      for (const file of [images, labels]) assert.ok(existsSync(inRoot(`carried/${file}`).fsPath), file);
    const { checkExperiment } = await import('../../../src/checks/check.ts');
    assert.deepEqual(await checkExperiment(text, uri.fsPath), []);
    await workspace.fs.delete(inRoot('carried'), { recursive: true });
  });

  it('completes keys, kinds, layer numbers, paths and checkpoints, and explains', async () => {
    const text = smallExperiment('Edited', {
      teacher: { checkpoint: '' },
      student: { model: { architecture: 'mlp', hidden: [8, 8, 8] } },
      strategy: { kind: 'feature', layers: [{ student: 1, teacher: 1 }] },
    });
    const document = await open(text);
    const at = (needle: string, offset: number) =>
      document.positionAt(document.getText().indexOf(needle) + offset);
    const labels = async (position: Position, wanted: string) =>
      until(`${wanted} among the completions`, async () => {
        const { items } = await commands.executeCommand<CompletionList>(
          'vscode.executeCompletionItemProvider',
          document.uri,
          position,
        );
        const all = items.map(({ label }: CompletionItem) =>
          typeof label === 'string' ? label : label.label,
        );
        return all.some((label) => label.includes(wanted)) && all;
      });
    const keyed = await commands.executeCommand<CompletionList>(
      'vscode.executeCompletionItemProvider',
      document.uri,
      at('"kind": "feature"', 1),
    );
    const [first] = keyed.items
      .filter(({ sortText }) => sortText !== undefined)
      .sort((one, other) => one.sortText!.localeCompare(other.sortText!));
    assert.match(JSON.stringify(first!.label), /kind/);
    await labels(at('"kind": "feature"', 9), 'relation');
    await labels(at('"student": 1', 11), '3');
    await labels(at('"images": "data/', 16), 'train-images-idx3-ubyte.gz');
    await labels(at('"checkpoint": "', 15), 'student');
    await labels(at('"epochs"', 1), 'warmupRatio');
    const hovers = await commands.executeCommand<Hover[]>(
      'vscode.executeHoverProvider',
      document.uri,
      at('"kind": "feature"', 9),
    );
    const said = hovers.flatMap(({ contents }) =>
      contents.map((one) => (one as MarkdownString).value ?? one),
    );
    assert.match(said.join('\n'), /labelWeight·CE/);
  });

  it('has one lens above an experiment, which can be turned off', async () => {
    const uri = inRoot('digits-direct.distill.json');
    await window.showTextDocument(uri);
    const lenses = () =>
      commands.executeCommand<{ command?: { title: string } }[]>('vscode.executeCodeLensProvider', uri, 10);
    const [lens] = await until('the lens', async () => {
      const all = await lenses();
      return all.length > 0 && all;
    });
    assert.match(lens!.command!.title, /run/i);
    await workspace.getConfiguration().update('distillery.experimentLens', false, true);
    assert.deepEqual(await lenses(), []);
    await workspace.getConfiguration().update('distillery.experimentLens', undefined, true);
  });
});

interface Form {
  lineEnd: string;
  indent: string;
  gap: string;
  comment: string;
  trailing: boolean;
  written: boolean;
}

const writtenValue = (key: string) => (key === 'learningRate' ? '0.0077' : '77');

function experimentText({ lineEnd, indent, gap, comment, trailing, written }: Form, key: string): string {
  const comma = trailing ? ',' : '';
  const value = writtenValue(key);
  const entry = written ? [`${indent}${indent}"${key}"${gap}:${gap}${value},`] : [];
  return [
    comment,
    '{',
    `${indent}"name":${gap}"Odd",`,
    `${indent}"dataset":${gap}{${gap}"kind": "idx", "train": { "images": "data/train-images-idx3-ubyte.gz", "labels": "data/train-labels-idx1-ubyte.gz"${comma} },`,
    `${indent}${comment}`,
    `${indent}"test": { "images": "data/test-images-idx3-ubyte.gz", "labels": "data/test-labels-idx1-ubyte.gz" }${comma} },`,
    `${indent}"training":${gap}{`,
    `${indent}${indent}${comment}`,
    ...entry,
    `${indent}${indent}"schedule"${gap}: "constant"${comma}`,
    `${indent}},`,
    `${indent}"student": { "model": { "architecture": "mlp", "hidden": [8] } },`,
    `${indent}"strategy": { "kind": "direct" }${comma}`,
    '}',
    comment,
    '',
  ].join(lineEnd);
}
