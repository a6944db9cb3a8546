import assert from 'node:assert/strict';
import fc from 'fast-check';
import { commands, env, window } from 'vscode';
import type { ParameterNode } from '../../../extension/config/hyperparameter-tree.ts';
import { parseExperiment } from '../../../src/experiment/parsing/parse.ts';
import { describePath } from '../../../src/experiment/parsing/problem.ts';
import { open, replaceAll } from './documents.ts';
import { answering, distillery, execute, patienceMs, smallExperiment, until } from './support.ts';

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
