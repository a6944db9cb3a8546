// npm test: types, lint, every unit test in a process of its own, and beside them the dashboard's page in a browser and
// the extension in a real VS Code. Words as arguments pick tests of units and of the page by parts of their paths; --unit
// leaves the browser out. The last line says how many passed, failed and were skipped.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { closingLines } from './testing/closing-lines.mjs';
import { bundleTestPage } from './testing/test-page.mjs';
import { compileTestPrograms, compileTests, inProcesses } from './testing/test-programs.mjs';

const root = resolve(import.meta.dirname, '..');
const bin = (name) => join(root, 'node_modules', '.bin', name);
const { values, positionals: only } = parseArgs({
  options: { unit: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const whole = only.length === 0 && !values.unit;
const scratch = mkdtempSync(join(tmpdir(), 'distillery-npm-test-'));
process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
const lines = [];
/** What was held back has been told when these have come. */
const told = [];
let stages = 0;

/** @param held what is printed waits for this, so that stages that go side by side are told one after the other. */
function run(command, args, { environment = {}, held } = {}) {
  return new Promise((done) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['inherit', ...(held ? ['pipe', 'pipe'] : ['inherit', 'inherit'])],
      env: { ...process.env, ...environment },
      shell: process.platform === 'win32',
    });
    let said = '';
    let tell = (text) => {
      said += text;
    };
    for (const stream of held ? [child.stdout, child.stderr] : [])
      stream.setEncoding('utf8').on('data', (text) => tell(text));
    if (held)
      told.push(
        held.then(() => {
          process.stdout.write(said);
          tell = (text) => process.stdout.write(text);
        }),
      );
    child.once('error', (error) => done(error.message));
    child.once('close', (code, signal) => done(code ?? signal));
  });
}

/** A step without tests of its own: it counts only where it fails. */
async function check(title, command, args) {
  const status = await run(command, args);
  if (status !== 0) lines.push({ suite: 'npm test', name: title, result: 'failed', reason: '' });
}

/** Tests; what became of each stands in the tally, and the end of the process must agree with it. */
async function tests(title, args, { environment, held } = {}) {
  const begun = Promise.resolve(held).then(() => console.log(`\n— ${title}`));
  const tally = join(scratch, `${stages++}.jsonl`);
  const reporters = ['--test-reporter=spec', '--test-reporter-destination=stdout'];
  reporters.push(
    '--test-reporter=./build/testing/tally-reporter.mjs',
    `--test-reporter-destination=${tally}`,
  );
  const words = args.flatMap((word) => (word === '--test' ? [word, ...reporters] : [word]));
  const status = await run(process.execPath, words, {
    environment: { ...environment, DISTILLERY_TEST_TALLY: tally },
    held: held && begun,
  });
  const written = existsSync(tally) ? readFileSync(tally, 'utf8').trim().split('\n').filter(Boolean) : [];
  const results = written.map((line) => JSON.parse(line));
  lines.push(...results);
  const failed = results.some(({ result }) => result === 'failed');
  if (status !== 0 && !failed)
    lines.push({ suite: 'npm test', name: title, result: 'failed', reason: `ended with ${status}` });
  else if (results.length === 0)
    lines.push({ suite: 'npm test', name: title, result: 'failed', reason: 'no test ran' });
}

/** What the suites need is put on the machine before the first of them. @returns what is there, or why it is not. */
async function prepare() {
  const file = join(scratch, 'machine.json');
  const status = await run(process.execPath, ['--import', 'tsx', 'test/machine/prepare.ts', file]);
  if (status === 0) return JSON.parse(readFileSync(file, 'utf8'));
  lines.push({ suite: 'npm test', name: 'preparing the machine', result: 'failed', reason: '' });
  return {};
}

/** As errors name places in what compileTests() made. */
const placesOfErrors = ['--import', './build/testing/places-of-errors.mjs'];

/** Those that take longest begin first, so that none is left to run alone at the end. */
const longest = [
  'page/themes',
  'page/rest',
  'page/comparison',
  'page/grid',
  'page/transformers-js',
  'worker/interruption',
  'device/kernels/kernels-webgpu',
  'campaign/short',
  'transformers-js/node',
  'worker/worker',
  'worker/compress',
  'build/package',
  'models/student-tokenizers',
];
const place = (file) => {
  const at = longest.findIndex((part) => file.includes(part));
  return at < 0 ? longest.length : at;
};

const files = readdirSync(join(root, 'test'), { recursive: true })
  .map((file) => `test/${file.replaceAll('\\', '/')}`)
  .filter((file) => file.endsWith('.test.ts') && !file.startsWith('test/editor/'))
  .filter((file) => only.length === 0 || only.some((part) => file.includes(part)))
  .sort()
  .sort((one, other) => place(one) - place(other));
// Without a file, Node would look for tests everywhere by itself.
if (files.length === 0) {
  console.error(`No test has ${only.map((part) => `"${part}"`).join(' or ')} in its path.`);
  process.exit(1);
}
const needsBrowser = (file) => file.startsWith('test/page/');
const units = files.filter((file) => !needsBrowser(file));
const pages = values.unit ? [] : files.filter(needsBrowser);

async function typesAndLint() {
  console.log('\n— types and lint');
  await Promise.all([
    check('types', bin('tsc'), ['--noEmit']),
    (async () => {
      for (const part of ['webview', 'test/webview'])
        await check(`types of ${part}`, bin('tsc'), ['--noEmit', '-p', part]);
      await check('lint', bin('biome'), ['check', '.']);
    })(),
  ]);
}

/** Tests of units, and beside them those of the page: what a browser does in processes of its own is no test of a unit. */
async function unitsAndPages() {
  const page = join(scratch, 'page');
  const made = await Promise.all([
    compileTestPrograms(),
    compileTests([...units, ...pages]),
    ...(pages.length > 0 ? [bundleTestPage(page)] : []),
  ]).catch((error) => error);
  if (made instanceof Error) {
    lines.push({ suite: 'npm test', name: 'compiling the tests', result: 'failed', reason: made.message });
    return;
  }
  const [programs, compiled] = made;
  const cores = availableParallelism();
  const stage = (title, files, atOnce, options) =>
    tests(title, [...placesOfErrors, '--test', `--test-concurrency=${atOnce}`, ...files], options);
  // Many tests wait for processes they started: more of them at a time than there are cores.
  const first =
    units.length > 0 &&
    stage('unit tests', compiled.slice(0, units.length), cores + 1, {
      // A second thread would only wait, and keep a core busy with it: what is trained here is too small to be shared out.
      environment: { DISTILLERY_TEST_PROGRAMS: programs, DISTILLERY_THREADS: '1' },
    });
  // A browser draws in a process beside that of the test: half as many at a time as there are cores. Those that can
  // share one are in one process.
  if (pages.length > 0) {
    const atOnce = Math.max(1, Math.floor(cores / 2));
    const sharing = pages.map((file) =>
      /\buse(Pages|Browser)\(/.test(readFileSync(join(root, file), 'utf8')),
    );
    const of = (shared) => compiled.slice(units.length).filter((_, index) => sharing[index] === shared);
    const processes = [...inProcesses(of(true), atOnce), ...of(false)];
    await stage('the page, in a browser', processes, atOnce, {
      environment: { DISTILLERY_TEST_PAGE: page },
      ...(first && { held: first }),
    });
  }
  await first;
}

// Where there is no desktop, VS Code shows itself in Chromium; through the user interface alone it always does.
const desktop = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;

/** A suite that needs a VS Code, which it starts itself. @param held until what it prints may be told */
async function editorTests(title, words, { canDoWithout = false, held } = {}) {
  const lacking = ['Chromium', 'VS Code'].find((thing) => typeof found[thing] === 'string');
  if (lacking === undefined || canDoWithout) return tests(title, ['--import', 'tsx', ...words], { held });
  const reason = `this machine lacks ${lacking}`;
  lines.push({ suite: words.at(-1), name: title, result: 'skipped', reason });
}

const found = whole ? await prepare() : {};
if (whole) {
  // VS Code waits much of its time for its windows, and leaves the cores to what goes beside it.
  const first = (async () => {
    await typesAndLint();
    await unitsAndPages();
  })();
  await editorTests('inside a real extension host', ['test/editor/run.ts'], {
    canDoWithout: desktop,
    held: first,
  });
  await editorTests('packaged, through the user interface', ['--test', 'test/editor/ui/user.test.ts'], {
    held: Promise.all(told),
  });
  await editorTests('the dashboard, in a real VS Code', ['--test', 'test/editor/ui/dashboard.test.ts'], {
    held: Promise.all(told),
  });
  await first;
  await Promise.all(told);
} else await unitsAndPages();
const { text, failed } = closingLines(lines, found);
console.log(text);
process.exitCode = failed > 0 ? 1 : 0;
