import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import {
  type CodeAction,
  type CompletionItem,
  type CompletionList,
  commands,
  type Diagnostic,
  type Hover,
  languages,
  type MarkdownString,
  Position,
  type TextDocument,
  type Uri,
  window,
  workspace,
} from 'vscode';
import { digits } from '../../../extension/workspace/ready-data.ts';
import { experimentTemplate } from '../../../src/experiment/editing/template.ts';
import { parseExperiment } from '../../../src/experiment/parsing/parse.ts';
import { encoded, oddGraph } from '../../models/onnx/graphs.ts';
import { open, replaceAll } from './documents.ts';
import { distillery, execute, inRoot, patienceMs, smallExperiment, until, write } from './support.ts';

const own = (uri: Uri): Diagnostic[] => languages.getDiagnostics(uri);

async function checked(document: TextDocument): Promise<Diagnostic[]> {
  const { diagnostics } = (await distillery()).services;
  await until('the checks', () => diagnostics.isChecked(document));
  // VS Code's own JSON support answers in its own time.
  await new Promise((resolve) => setTimeout(resolve, 700));
  return own(document.uri);
}

describe('an experiment in the editor', function () {
  this.timeout(patienceMs);

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

  it('completes inputs, values, layers and weights of the checkpoint that is named', async () => {
    await workspace.fs.writeFile(inRoot('parts/odd.onnx'), encoded(oddGraph()));
    const uri = await write(
      'parts/parts.distill.json',
      smallExperiment('Parts', {
        teacher: { checkpoint: 'odd.onnx', graph: { inputs: { input_ids: '' }, logits: 'Erg' } },
        student: { checkpoint: 'odd.onnx', freeze: ['W'], dropout: 0.1, dropoutAt: ['$me'] },
        strategy: { kind: 'feature', layers: [{ student: '', teacher: 1 }] },
      }),
    );
    const document = await workspace.openTextDocument(uri);
    await window.showTextDocument(document);
    const offered = (needle: string, wanted: string) =>
      until(`${wanted} at ${needle}`, async () => {
        const { items } = await commands.executeCommand<CompletionList>(
          'vscode.executeCompletionItemProvider',
          uri,
          document.positionAt(document.getText().indexOf(needle) + needle.length),
        );
        return items.find(({ insertText }) => insertText === JSON.stringify(wanted));
      });
    await offered('"input_ids": "', 'tok:0');
    await offered('"logits": "Erg', 'Ergebnis');
    await offered('"student": "', 'a b');
    await offered('"$me', '$mean');
    const item = await offered('"W', 'W*');
    assert.equal(item.detail, '3 × 4');
    await workspace.fs.delete(inRoot('parts'), { recursive: true });
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
