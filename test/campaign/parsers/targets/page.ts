import { sampleRuns, snapshotOf } from '../../../page/harness/sample-data.ts';
import { type Parser, promise } from '../parser.ts';

/** What somebody types to filter the runs of the dashboard. */
export const filter: Parser = {
  name: 'filter',
  form: 'text',
  block: 4000,
  words: [
    'accuracy',
    '>=',
    '≥',
    ':',
    '=',
    '"',
    'seed',
    'state',
    '-',
    ',',
    '%',
    'kB',
    'name:',
    'ago',
    '"student ',
  ],
  async open() {
    const { columnsFor } = await import('../../../../webview/overview/columns.ts');
    const { suggestions } = await import('../../../../webview/overview/filter-completion.ts');
    const { matches, parseQuery } = await import('../../../../webview/overview/filter-query.ts');
    const { runs, configs } = snapshotOf(sampleRuns({ count: 6 }));
    const configOf = (row: (typeof runs)[number]) => configs[row.group]!;
    const columns = columnsFor(runs, configOf);
    return {
      seeds: [
        'accuracy > 0.97',
        'size < 300 kB -mnist',
        'seed = 1,2 state != failed',
        'name:"a b" word "two words"',
      ].map((text) => Buffer.from(text)),
      withoutFile: true,
      read(input) {
        const text = input.toString();
        const query = parseQuery(text, columns);
        promise(
          query.problems.every((problem) => problem !== ''),
          'a filter is refused without a word',
        );
        const found = runs.filter((row) => matches(query, row, configOf(row))).length;
        for (const { caret, text: taken } of suggestions(text, text.length, columns, runs, configOf))
          promise(caret >= 0 && caret <= taken.length, 'a suggestion puts the caret outside of the text');
        return `${query.problems.length > 0 ? query.problems[0] : ''} ${query.conditions.length} ${found > 0}`;
      },
    };
  },
};

/** What the dashboard's page and the extension say to each other, and what is kept of how it was set. */
export const messages: Parser = {
  name: 'messages',
  form: 'json',
  block: 10_000,
  words: [
    'kind',
    'request',
    'command',
    'notification',
    'response',
    'method',
    'compare',
    'curves',
    'parameters',
    'runs',
    'id',
    'navigation',
    'view',
    'panel',
    'state',
  ],
  async open() {
    const checks = await import('../../../../webview/protocol/messages.ts');
    const { keptViewOf, latestView } = await import('../../../../webview/kept-view.ts');
    const { readSavedViews } = await import('../../../../webview/state/saved-views.ts');
    const [row] = snapshotOf(sampleRuns({ count: 1 })).runs;
    const sound: readonly unknown[] = [
      { kind: 'request', id: 1, method: 'compare', parameters: { runs: ['a'] } },
      { kind: 'request', id: 2, method: 'curves', parameters: { runs: ['a'], metrics: null, points: 100 } },
      { kind: 'command', name: 'runChange', run: 'a', edits: [{ path: ['training', 'epochs'], value: 3 }] },
      { kind: 'command', name: 'saveFile', fileName: 'a.svg', content: '', encoding: 'utf8' },
      { kind: 'command', name: 'navigated', navigation: { view: 'run', run: 'a' } },
      { kind: 'notification', name: 'changes', changes: { runs: [row], configs: {}, removed: [] } },
      { kind: 'response', id: 1, result: null },
      { panel: 'a', at: 1, state: { navigation: { view: 'overview' } } },
      [{ name: 'mine', settings: { columns: ['accuracy'], sort: [{ column: 'seed', descending: true }] } }],
    ];
    return {
      seeds: sound.map((message) => Buffer.from(JSON.stringify(message))),
      withoutFile: true,
      read(input) {
        const text = input.toString();
        const { at } = latestView(undefined, text);
        promise(typeof at === 'number', 'a kept view has no date');
        let value: unknown;
        try {
          value = JSON.parse(text);
        } catch {
          return 'no JSON';
        }
        readSavedViews(value);
        return [
          checks.isPageMessage(value),
          checks.isHostMessage(value),
          checks.isNavigation(value),
          checks.isResult('compare', value),
          checks.isResult('curves', value),
          keptViewOf(value) !== undefined,
        ].join(' ');
      },
    };
  },
};
