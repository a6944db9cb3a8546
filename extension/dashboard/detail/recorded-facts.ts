import type { ComparedRun } from '../../../src/compare/compared-run.ts';
import { hyperparametersOf } from '../../../src/experiment/editing/hyperparameters.ts';
import type { RunRecord } from '../../../src/runs/database/run-records.ts';
import type { Facts } from '../../../webview/protocol/detail.ts';
import { measuredModels } from './measured-models.ts';

/** What is read of the record of a run. */
export type Recorded = ComparedRun & Pick<RunRecord, 'strategy' | 'file' | 'directory' | 'pid'>;

/** Facts of a run that follow from its record alone. */
const facts = {
  parameters: ({ config }) =>
    hyperparametersOf(config).map(
      ({ path, name, value, default: standard, changed, description, type, expected, choices, clear }) => ({
        ...{ path, name, value, default: standard, changed, description, type, expected },
        ...(choices && { choices }),
        clearable: clear !== undefined,
      }),
    ),
  file: ({ file }) => file,
  directory: ({ directory }) => directory,
  environment: environmentOf,
  models: measuredModels,
  disagreement: ({ result }) => result?.disagreement ?? null,
  continuations: ({ result }) => result?.continuations ?? [],
} satisfies { readonly [Name in keyof Facts]?: (record: Recorded) => Facts[Name] };

export type RecordedFacts = Pick<Facts, keyof typeof facts>;

export const recordedFacts = (record: Recorded): RecordedFacts =>
  Object.fromEntries(
    Object.entries(facts).map(([name, find]) => [name, find(record)]),
  ) as unknown as RecordedFacts;

function environmentOf({
  device,
  deviceKind,
  host,
  pid,
  state,
  result,
  versions = {},
}: Recorded): Facts['environment'] {
  const pairs: (readonly [string, string | number | undefined])[] = [
    ['Device', device],
    ['Kind of device', deviceKind],
    ['Host', host],
    ['Process', state === 'running' ? pid : undefined],
    ['Energy of', result?.energy?.sources.join(', ')],
    ...Object.entries(versions),
  ];
  return pairs.flatMap(([label, value]) => (value === undefined ? [] : [{ label, value: String(value) }]));
}
