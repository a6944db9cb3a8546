// npm test: types, lint, every unit test in a process of its own, then the extension in a real VS Code. Words as
// arguments pick unit tests by their file names.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { compileTestPrograms } from './test-programs.mjs';

const root = resolve(import.meta.dirname, '..');
const bin = (name) => join(root, 'node_modules', '.bin', name);
const only = process.argv.slice(2);

function run(title, command, args, environment = {}) {
  console.log(`\n— ${title}`);
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...environment },
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exit(status ?? 1);
}

const files = readdirSync(join(root, 'test'), { recursive: true })
  .map((file) => `test/${file.replaceAll('\\', '/')}`)
  .filter((file) => file.endsWith('.test.ts') && !file.startsWith('test/editor/'))
  .filter((file) => only.length === 0 || only.some((part) => file.includes(part)))
  .sort();

if (only.length === 0) {
  run('types', bin('tsc'), ['--noEmit']);
  for (const part of ['webview', 'test/webview'])
    run(`types of ${part}`, bin('tsc'), ['--noEmit', '-p', part]);
  run('lint', bin('biome'), ['check', '.']);
}
// Many tests wait for processes they started: more of them at a time than there are cores.
const concurrency = `--test-concurrency=${availableParallelism() + 1}`;
const reporter = '--test-reporter=spec';
run('unit tests', process.execPath, ['--import', 'tsx', '--test', concurrency, reporter, ...files], {
  DISTILLERY_TEST_PROGRAMS: await compileTestPrograms(),
});
if (only.length === 0) {
  run('inside a real extension host', process.execPath, ['--import', 'tsx', 'test/editor/run.ts']);
  run('packaged, through the user interface', process.execPath, [
    ...['--import', 'tsx', '--test', '--test-reporter=spec', 'test/editor/ui/user.test.ts'],
  ]);
  run('the dashboard, in a real VS Code', process.execPath, [
    ...['--import', 'tsx', '--test', '--test-reporter=spec', 'test/editor/ui/dashboard.test.ts'],
  ]);
}
