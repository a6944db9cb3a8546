import { experimentSchema } from '../../src/experiment/schema/schema.ts';
import { Database } from '../../src/runs/database/database.ts';
import { creationTime } from '../../src/runs/run-id.ts';

/** The tables of version 0.1.0, as it made them; written down here so that no later change of ours reaches them. */
const tables = [
  'CREATE TABLE experiments (number INTEGER PRIMARY KEY, name TEXT NOT NULL, file TEXT NOT NULL, UNIQUE (file, name))',
  `CREATE TABLE runs (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
    experiment INTEGER NOT NULL REFERENCES experiments (number), family TEXT NOT NULL, name TEXT NOT NULL,
    strategy TEXT NOT NULL, seed INTEGER NOT NULL, config TEXT NOT NULL, created_at REAL NOT NULL, state TEXT NOT NULL,
    claimed_at REAL, summary TEXT NOT NULL, started_at REAL, ended_at REAL, accuracy REAL, compression REAL,
    last_seq INTEGER NOT NULL DEFAULT -1, log_bytes INTEGER NOT NULL DEFAULT 0, note TEXT NOT NULL DEFAULT '',
    baseline INTEGER NOT NULL DEFAULT 0)`,
  'CREATE INDEX runs_by_state ON runs (state)',
  'CREATE INDEX runs_by_creation ON runs (created_at, number)',
  'CREATE INDEX runs_by_experiment ON runs (experiment)',
  'CREATE INDEX runs_by_family ON runs (family)',
  `CREATE TABLE events (run INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE, seq INTEGER NOT NULL,
    time REAL NOT NULL, type TEXT NOT NULL, body TEXT, PRIMARY KEY (run, seq)) WITHOUT ROWID`,
  `CREATE TABLE series (number INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
    model TEXT NOT NULL, name TEXT NOT NULL, points INTEGER NOT NULL DEFAULT 0, last REAL, lowest REAL, highest REAL,
    last_step INTEGER NOT NULL DEFAULT -1, last_seq INTEGER NOT NULL DEFAULT -1, UNIQUE (run, model, name))`,
  `CREATE TABLE metrics (series INTEGER NOT NULL REFERENCES series (number) ON DELETE CASCADE, step INTEGER NOT NULL,
    seq INTEGER NOT NULL, time REAL NOT NULL, epoch REAL NOT NULL, value REAL, PRIMARY KEY (series, step)) WITHOUT ROWID`,
  `CREATE TABLE artifacts (run INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE, path TEXT NOT NULL,
    kind TEXT NOT NULL, epoch REAL, best INTEGER NOT NULL DEFAULT 0, seq INTEGER NOT NULL,
    PRIMARY KEY (run, path)) WITHOUT ROWID`,
  `CREATE TABLE tags (run INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE, tag TEXT NOT NULL,
    PRIMARY KEY (run, tag)) WITHOUT ROWID`,
  'CREATE INDEX tags_by_tag ON tags (tag)',
  'CREATE TABLE leases (name TEXT PRIMARY KEY, holder TEXT NOT NULL, expires_at REAL NOT NULL) WITHOUT ROWID',
  'CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID',
  'PRAGMA user_version = 1',
];

/** Its data is named by paths. */
export const oldExperiment = experimentSchema.parse({
  name: 'Old',
  dataset: {
    kind: 'idx',
    train: { images: 'train-images', labels: 'train-labels' },
    test: { images: 'test-images', labels: 'test-labels' },
  },
  teacher: { model: { architecture: 'mlp', hidden: [64] } },
  student: { model: { architecture: 'mlp', hidden: [8] } },
  strategy: { kind: 'response' },
  seeds: [3],
});

/** Makes a database as version 0.1.0 left it, with one run; `experiment` is the absolute path it kept of the file. */
export async function oldDatabase(
  file: string,
  id: string,
  experiment = '/experiments/old.distill.json',
): Promise<void> {
  const database = await Database.open(file, async (statements) => {
    for (const table of tables) await statements.run(table);
    await statements.run("INSERT INTO experiments (name, file) VALUES ('Old', ?)", [experiment]);
    await statements.run(
      `INSERT INTO runs (id, experiment, family, name, strategy, seed, config, created_at, state, summary)
       VALUES (?, 1, 'from-a-path', 'An old run', 'response', 3, ?, ?, 'interrupted', ?)`,
      [
        id,
        JSON.stringify(oldExperiment),
        creationTime(id),
        JSON.stringify({ state: 'interrupted', from: { state: 1 } }),
      ],
    );
    await statements.run("INSERT INTO tags VALUES (1, 'paper')");
  });
  await database.close();
}
