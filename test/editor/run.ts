import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { format } from 'node:util';
import { downloadAndUnzipVSCode, runTests } from '@vscode/test-electron';
import { build } from 'esbuild';
import { closingLines, type TallyLine } from '../../build/closing-lines.mjs';
import { openBrowser } from './host/browser.ts';
import { startVsCode } from './host/vscode-server.ts';

/**
 * Runs the mocha suite inside a real extension host: in the desktop VS Code where one can be had, else in the VS Code
 * server with a headless browser as its window.
 */

const root = resolve(import.meta.dirname, '../..');
const suite = join(root, 'dist/test/suite.cjs');
const scratch = mkdtempSync(join(tmpdir(), 'distillery-editor-'));
const resultsFile = join(scratch, 'results.json');
const workspace = join(scratch, 'workspace');
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

/** The host's own exit code is 0 even when its process was killed in mid-suite, so only the results file counts. */
function readResults(): TallyLine[] {
  if (!existsSync(resultsFile)) throw new Error('The suite did not reach its end: no results were written.');
  const text = readFileSync(resultsFile, 'utf8');
  // For the closing lines of npm test.
  if (process.env.DISTILLERY_TEST_TALLY) writeFileSync(process.env.DISTILLERY_TEST_TALLY, text);
  const lines: TallyLine[] = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  if (!lines.some(({ result }) => result === 'passed')) throw new Error('No test ran.');
  return lines;
}

async function runInServer(): Promise<void> {
  const vscode = await startVsCode({ development: true, env: environment() });
  const context = await openBrowser();
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
        folder: workspace,
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

function environment(): Record<string, string> {
  return { DISTILLERY_TEST_RESULTS: resultsFile, DISTILLERY_TEST_ONLY: process.argv.slice(2).join(',') };
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
    external: ['vscode', 'mocha', 'sqlite3', 'onnxruntime-node'],
    logLevel: 'warning',
    logOverride: { 'empty-import-meta': 'silent' },
  });
  mkdirSync(workspace, { recursive: true });
  const desktop = await desktopVsCode();
  if (desktop)
    await runTests({
      vscodeExecutablePath: desktop,
      extensionDevelopmentPath: root,
      extensionTestsPath: suite,
      extensionTestsEnv: environment(),
      launchArgs: [workspace, '--disable-extensions'],
    });
  else await runInServer();
  const closing = closingLines(readResults());
  console.log(closing.text);
  failed = closing.failed > 0;
} catch (error) {
  console.error(error);
} finally {
  rmSync(scratch, { recursive: true, force: true, maxRetries: 10 });
}
process.exit(failed ? 1 : 0);
