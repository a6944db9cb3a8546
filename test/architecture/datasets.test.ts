import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { test } from 'node:test';
import { datasetRecords } from '../../src/experiment/datasets/all.ts';
import { taskRecords } from '../../src/experiment/tasks/all.ts';

const root = resolve(import.meta.dirname, '../..');
const ownFolders = /^src\/(experiment|data)\/datasets\//;
/** Which package of npm a kind comes from stands beside the packages themselves. */
const packages = 'src/data/packages/data-packages.ts';

const kinds = Object.keys(datasetRecords);
/** Tasks have some of these names too. */
const ownNames = kinds.filter((kind) => !Object.hasOwn(taskRecords, kind));
const named = (names: readonly string[]) => `['"](${names.join('|')})['"]`;
const any = named(kinds);
const unmistakable = named(ownNames);
const hyphened = named(ownNames.filter((kind) => kind.includes('-')));
const asksWhich = [
  // A comparison with the name of one, a case of a switch, and a list or table of several.
  `[!=]==?\\s*${unmistakable}`,
  `${unmistakable}\\s*[!=]==?`,
  `\\bkind\\s*[!=]==?\\s*${any}`,
  `${any}\\s*[!=]==?\\s*[\\w.?]*\\bkind\\b`,
  `\\bcase\\s+${unmistakable}`,
  `${unmistakable}\\s*[,|]\\s*${any}`,
  `${any}\\s*[,|]\\s*${unmistakable}`,
  `${hyphened}\\s*:`,
  // The options of one, told from those of the others.
  `(Extract|Exclude)<[^>]*\\bkind:\\s*${any}`,
].map((pattern) => new RegExp(pattern));

test('the patterns know a question when they see one', () => {
  for (const question of [
    "if (config.kind !== 'mnist') return;",
    "      case 'image-folder':",
    "const texts = dataset.kind === 'language-model';",
    "'language-model' === experiment.dataset.kind",
    "const imageKinds = ['mnist', 'idx'];",
    "  'spam-assassin': 'SpamAssassin mails',",
    "type Idx = Extract<DatasetConfig, { kind: 'idx' }>;",
    "type Text = Exclude<DatasetConfig, { kind: 'moby-dick' | 'cifar' }>;",
  ])
    assert.ok(
      asksWhich.some((pattern) => pattern.test(question)),
      question,
    );
  for (const other of [
    "  'language-model': 'continues texts',",
    "task.text?.goal === 'language-model'",
    "dataset: { kind: 'mnist' },",
  ])
    assert.ok(!asksWhich.some((pattern) => pattern.test(other)), other);
});

test('nothing outside of the folders of datasets asks which kind of dataset an experiment has', () => {
  const wrong: string[] = [];
  for (const floor of ['src', 'extension', 'webview'])
    for (const name of readdirSync(join(root, floor), { recursive: true })) {
      const file = join(floor, String(name)).split(sep).join('/');
      if (!file.endsWith('.ts') || ownFolders.test(file) || file === packages) continue;
      const lines = readFileSync(join(root, file), 'utf8').split('\n');
      for (const [index, line] of lines.entries())
        if (asksWhich.some((pattern) => pattern.test(line)))
          wrong.push(`${file}:${index + 1} ${line.trim()}`);
    }
  assert.deepEqual(wrong, []);
});
