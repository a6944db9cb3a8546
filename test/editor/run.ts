import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { format } from 'node:util';
import { downloadAndUnzipVSCode, runTests } from '@vscode/test-electron';
import { build } from 'esbuild';
import { closingLines, type TallyLine } from '../../build/testing/closing-lines.mjs';
import { digest } from '../fixtures/hostile/digest.ts';
import { makeHostileWorkspace } from '../fixtures/hostile/workspace.ts';
import { openBrowser } from './host/browser.ts';
import { startVsCode } from './host/vscode-server.ts';

/**
 * Runs the mocha suites inside a real extension host: in the desktop VS Code where one can be had, else in the VS Code
 * server with a headless browser as its window. A hostile workspace has windows of its own, trusted and not trusted.
 */

/** A window of VS Code, and the suites that run in it. */
interface SuiteWindow {
  readonly name: string;
  readonly workspace: string;
  readonly trusted: boolean;
  readonly environment: Readonly<Record<string, string>>;
}

const root = resolve(import.meta.dirname, '../..');
const suite = join(root, 'dist/test/suite.cjs');
const scratch = mkdtempSync(join(tmpdir(), 'distillery-editor-'));
const words = process.argv.slice(2);
const limitMs = 40 * 60_000;

async function desktopVsCode(): Promise<string | undefined> {
  if (process.env.DISTILLERY_TEST_HOST === 'server') return undefined;
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return undefined;
  try {
    return await downloadAndUnzipVSCode({
      version: 'stable',
      timeout: 30_000,
      cachePath: join(root, '.vscode-test'),
    });
  } catch (error) {
    console.log(
      `The desktop VS Code cannot be downloaded here (${error instanceof Error ? error.message : error}).`,
    );
    return undefined;
  }
}

const resultsOf = ({ name }: SuiteWindow) => join(scratch, `${name}.jsonl`);

/** The host's own exit code is 0 even when its process was killed in mid-suite, so only the results file counts. */
function readResults(window: SuiteWindow): TallyLine[] {
  const file = resultsOf(window);
  if (!existsSync(file)) throw new Error('The suite did not reach its end: no results were written.');
  const lines: TallyLine[] = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  if (!lines.some(({ result }) => result === 'passed')) throw new Error('No test ran.');
  return lines;
}

async function runInServer(window: SuiteWindow): Promise<void> {
  const vscode = await startVsCode({
    development: true,
    env: environmentOf(window),
    workspaceTrust: !window.trusted,
  });
  // Small, since nobody looks at it: what is asked here is asked of the extension host.
  const context = await openBrowser({ width: 640, height: 400 });
  try {
    const page = await context.newPage();
    const noise =
      /Creating a socket|connection token|reconnection-grace-time|additional builtin extensions|\[AgentHost|AccountPolicyGate|Service Worker|\[lifecycle\]|^Unable to read file/;
    const done = new Promise<void>((resolveDone) => {
      void page.exposeFunction('codeAutomationLog', (_type: string, args: unknown[]) => {
        const line = format(...args);
        if (!noise.test(line)) console.log(line);
      });
      void page.exposeFunction('codeAutomationExit', () => resolveDone());
    });
    const crashed = new Promise<never>((_, reject) =>
      page.once('crash', () => reject(new Error('The window crashed.'))),
    );
    const late = new Promise<never>((_, reject) => {
      setTimeout(
        () => reject(new Error(`The suite did not end within ${limitMs / 60_000} minutes.`)),
        limitMs,
      ).unref();
    });
    await page.goto(
      vscode.url({
        folder: window.workspace,
        payload: [
          ['extensionDevelopmentPath', vscode.remoteUri(root)],
          ['extensionTestsPath', vscode.remoteUri(suite)],
          ['skipWelcome', 'true'],
        ],
      }),
    );
    await Promise.race([done, crashed, late]);
    const killed = /Extension Host Process exited with code: \S+, signal: (?!null)(\S+)\./.exec(
      vscode.output(),
    );
    if (killed) throw new Error(`The extension host was killed: ${killed[0]}`);
  } finally {
    await context.close();
    await vscode.stop();
  }
}

const environmentOf = (window: SuiteWindow) => ({
  ...window.environment,
  DISTILLERY_TEST_RESULTS: resultsOf(window),
});

const runInDesktop = (window: SuiteWindow, vscodeExecutablePath: string) => {
  const profile = join(scratch, `${window.name}-profile`);
  mkdirSync(join(profile, 'User'), { recursive: true });
  // Nobody is there to be asked.
  writeFileSync(
    join(profile, 'User/settings.json'),
    JSON.stringify({ 'security.workspace.trust.startupPrompt': 'never' }),
  );
  return runTests({
    vscodeExecutablePath,
    extensionDevelopmentPath: root,
    extensionTestsPath: suite,
    extensionTestsEnv: environmentOf(window),
    launchArgs: [
      window.workspace,
      '--disable-extensions',
      `--user-data-dir=${profile}`,
      ...(window.trusted ? ['--disable-workspace-trust'] : []),
    ],
  });
};

/** Words pick suites by parts of their names. */
async function windowsOf(): Promise<SuiteWindow[]> {
  const hostile = words.filter((word) => 'hostile'.includes(word));
  const others = words.filter((word) => !hostile.includes(word));
  const windows: SuiteWindow[] = [];
  if (words.length === 0 || others.length > 0) {
    const workspace = join(scratch, 'workspace');
    mkdirSync(workspace);
    const environment = { DISTILLERY_TEST_ONLY: others.join(',') };
    windows.push({ name: 'sample', workspace, trusted: true, environment });
  }
  if (process.platform !== 'win32' && (words.length === 0 || hostile.length > 0))
    for (const trusted of [true, false]) windows.push(await hostileWindow(trusted));
  return windows;
}

/** A process that the locks of planted runs name, and that has nothing to do with them. */
const innocent = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });

async function hostileWindow(trusted: boolean): Promise<SuiteWindow> {
  const name = trusted ? 'hostile' : 'hostile-untrusted';
  const workspace = join(scratch, name);
  const outside = join(scratch, `${name}-outside`);
  const innocentPid = innocent.pid!;
  await makeHostileWorkspace(workspace, outside, { innocentPid });
  const expected = {
    trusted,
    outside,
    outsideDigest: digest(outside),
    insideDigest: digest(workspace),
    innocentPid,
  };
  const environment = {
    DISTILLERY_TEST_ONLY: 'hostile',
    DISTILLERY_TEST_HOSTILE: JSON.stringify(expected),
    // What takes all the time there is need not take a minute each.
    DISTILLERY_CHECK_SECONDS: '4',
  };
  return { name, workspace, trusted, environment };
}

let failed = true;
try {
  await build({
    absWorkingDir: root,
    entryPoints: ['test/editor/suite/suite.ts'],
    outfile: suite,
    bundle: true,
    platform: 'node',
    // The CommonJS build of jsonc-parser requires its parts by names that a bundler cannot follow.
    mainFields: ['module', 'main'],
    format: 'cjs',
    target: 'node20',
    sourcemap: 'inline',
    external: ['vscode', 'mocha', 'sqlite3', 'onnxruntime-node', 'koffi'],
    logLevel: 'warning',
    logOverride: { 'empty-import-meta': 'silent' },
  });
  const desktop = await desktopVsCode();
  const lines: TallyLine[] = [];
  for (const window of await windowsOf()) {
    if (desktop) await runInDesktop(window, desktop);
    else await runInServer(window);
    lines.push(...readResults(window));
  }
  // For the closing lines of npm test.
  const tally = process.env.DISTILLERY_TEST_TALLY;
  if (tally) writeFileSync(tally, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const closing = closingLines(lines);
  console.log(closing.text);
  failed = closing.failed > 0;
} catch (error) {
  console.error(error);
} finally {
  innocent.kill();
  rmSync(scratch, { recursive: true, force: true, maxRetries: 10 });
}
process.exit(failed ? 1 : 0);
