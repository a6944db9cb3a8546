import type { Parser } from './parser.ts';

/** How many in a million inputs each parser gets: cheap ones most, each some thousands. */
const parts: Readonly<Record<string, number>> = {
  csv: 30_000,
  tsv: 15_000,
  jsonl: 30_000,
  'csv.gz': 8000,
  'jsonl.gz': 8000,
  parquet: 8000,
  idx: 36_000,
  png: 12_000,
  jpeg: 4000,
  'other images': 12_000,
  'safetensors header': 220_000,
  safetensors: 15_000,
  'config.json': 30_000,
  'weight index': 8000,
  'tokenizer.json': 6000,
  'tokenizer_config.json': 4000,
  experiment: 64_000,
  template: 9000,
  hyperparameter: 48_000,
  'hub reference': 150_000,
  'events.jsonl': 18_000,
  'experiment.json': 12_000,
  'labels.json': 32_000,
  lock: 8000,
  'checkpoints and caches': 10_000,
  'database rows': 3000,
  lease: 4000,
  'command line': 4000,
  filter: 72_000,
  messages: 120_000,
};

/** All that reads what others wrote; each is loaded when it is first tried. */
const load: Readonly<Record<string, () => Promise<Parser>>> = {
  csv: async () => (await import('./targets/tables.ts')).csv,
  tsv: async () => (await import('./targets/tables.ts')).tsv,
  jsonl: async () => (await import('./targets/tables.ts')).jsonl,
  'csv.gz': async () => (await import('./targets/tables.ts')).packedCsv,
  'jsonl.gz': async () => (await import('./targets/tables.ts')).packedJsonl,
  parquet: async () => (await import('./targets/binary.ts')).parquet,
  idx: async () => (await import('./targets/binary.ts')).idx,
  png: async () => (await import('./targets/binary.ts')).png,
  jpeg: async () => (await import('./targets/binary.ts')).jpeg,
  'other images': async () => (await import('./targets/binary.ts')).otherImages,
  'safetensors header': async () => (await import('./targets/models.ts')).safetensorsHeader,
  safetensors: async () => (await import('./targets/models.ts')).safetensors,
  'config.json': async () => (await import('./targets/models.ts')).configuration,
  'weight index': async () => (await import('./targets/models.ts')).weightIndex,
  'tokenizer.json': async () => (await import('./targets/tokenizers.ts')).tokenizer,
  'tokenizer_config.json': async () => (await import('./targets/tokenizers.ts')).tokenizerSettings,
  experiment: async () => (await import('./targets/experiments.ts')).experiment,
  template: async () => (await import('./targets/experiments.ts')).template,
  hyperparameter: async () => (await import('./targets/experiments.ts')).field,
  'hub reference': async () => (await import('./targets/experiments.ts')).reference,
  'events.jsonl': async () => (await import('./targets/run-files.ts')).events,
  'experiment.json': async () => (await import('./targets/run-files.ts')).request,
  'labels.json': async () => (await import('./targets/run-files.ts')).labels,
  lock: async () => (await import('./targets/run-files.ts')).lock,
  'checkpoints and caches': async () => (await import('./targets/run-files.ts')).kept,
  'database rows': async () => (await import('./targets/store.ts')).rows,
  lease: async () => (await import('./targets/store.ts')).lease,
  'command line': async () => (await import('./targets/command-line.ts')).commandLine,
  filter: async () => (await import('./targets/page.ts')).filter,
  messages: async () => (await import('./targets/page.ts')).messages,
};

export const parserNames: readonly string[] = Object.keys(load);

/** With the one by which the campaign is tried itself. */
const known: typeof load = {
  ...load,
  'self test': async () => (await import('./targets/self-test.ts')).selfTest,
};

export const partOf = (name: string): number => parts[name]! / 1_000_000;

export function loadParser(name: string): Promise<Parser> {
  const found = known[name];
  if (!found) throw new Error(`There is no parser "${name}".`);
  return found();
}
