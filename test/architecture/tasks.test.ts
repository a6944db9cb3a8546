import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { test } from 'node:test';
import { taskNames, taskRecords } from '../../src/experiment/tasks/all.ts';

const root = resolve(import.meta.dirname, '../..');
const ownFolders = /^src\/(experiment|strategies|training)\/tasks\//;

const records = taskNames.map((name) => taskRecords[name]);
const names = [...new Set([...taskNames, ...records.flatMap(({ goal, title }) => [goal, title])])];
const any = `['"](${names.join('|')})['"]`;
const asksWhich = [
  // A comparison with the name, the goal or the title of one, a case of a switch, and a list that is looked through.
  `[!=]==?\\s*${any}`,
  `${any}\\s*[!=]==?`,
  `\\bcase\\s+${any}`,
  `${any}[\\s,]*\\]\\.(includes|indexOf)\\(`,
  `new Set\\(\\[[^\\]]*${any}`,
  `switch\\s*\\([^)]*\\bgoal\\b`,
  // What only models of one task have, asked in place of the task.
  `\\bperplexity\\b\\s*([!=]==?|\\?(?![:?.])|\\?\\?\\s*null\\)\\s*[!=]==?)`,
].map((pattern) => new RegExp(pattern));

test('the patterns know a question when they see one', () => {
  for (const question of [
    "if (task.text?.goal === 'language-model') {",
    "  if (own.text.goal !== 'classification') return;",
    "const texts = kind === 'text-classification';",
    "return 'images' === goal;",
    "    case 'language modeling':",
    '  switch (task.text.goal) {',
    "if (['classification', 'language-model'].includes(goal)) return;",
    "const images = new Set(['image-classification']);",
    "group.figures.perplexity === null ? 'accuracy' : 'loss'",
    'const language = (teacher.figures.perplexity ?? null) !== null;',
    "const figure = teacher.figures.perplexity ? 'perplexity' : 'accuracy';",
  ])
    assert.ok(
      asksWhich.some((pattern) => pattern.test(question)),
      question,
    );
  for (const other of [
    "  text: { goal: 'language-model', vocabulary, length, padId },",
    "imageSize(config, task, 'images')",
    "textShape(config, task, 'language-model')",
    "  'image classification': true,",
    '  readonly perplexity?: number;',
    'read: (figures) => figures.student?.perplexity ?? null,',
    'if (known.goal !== asked.goal)',
  ])
    assert.ok(!asksWhich.some((pattern) => pattern.test(other)), other);
});

test('nothing outside of the folders of tasks asks which of them there is to learn', () => {
  const wrong: string[] = [];
  for (const floor of ['src', 'extension', 'webview'])
    for (const name of readdirSync(join(root, floor), { recursive: true })) {
      const file = join(floor, String(name)).split(sep).join('/');
      if (!file.endsWith('.ts') || ownFolders.test(file)) continue;
      const lines = readFileSync(join(root, file), 'utf8').split('\n');
      for (const [index, line] of lines.entries())
        if (asksWhich.some((pattern) => pattern.test(line)))
          wrong.push(`${file}:${index + 1} ${line.trim()}`);
    }
  assert.deepEqual(wrong, []);
});
