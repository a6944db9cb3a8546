// npm test: types, lint, every unit test in a process of its own, then the extension in a real VS Code. Words as
// arguments pick unit tests by their file names.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const bin = (name) => join(root, 'node_modules', '.bin', name);
const only = process.argv.slice(2);

function run(title, command, args) {
  console.log(`\n— ${title}`);
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
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
run('unit tests', process.execPath, ['--import', 'tsx', '--test', '--test-reporter=spec', ...files]);
if (only.length === 0) {
  run('inside a real extension host', process.execPath, ['--import', 'tsx', 'test/editor/run.ts']);
  run('packaged, through the user interface', process.execPath, [
    ...['--import', 'tsx', '--test', '--test-reporter=spec', 'test/editor/ui/user.test.ts'],
  ]);
}
