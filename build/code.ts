// npm run code: opens the sample project with the extension, in VS Code where `code` is on the PATH, else in the browser
// through the VS Code server that the tests use.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startVsCode } from '../test/editor/host/vscode-server.ts';

const root = resolve(import.meta.dirname, '..');
const project = process.argv[2] ? resolve(process.argv[2]) : join(tmpdir(), 'distillery-sample');
if (!existsSync(project)) cpSync(join(root, 'dist/sample'), project, { recursive: true });

const shell = process.platform === 'win32';
const hasCode =
  process.env.DISTILLERY_TEST_HOST !== 'server' &&
  spawnSync('code', ['--version'], { shell, stdio: 'ignore' }).status === 0;

if (hasCode) {
  console.log(`VS Code opens ${project} with Distillery.`);
  const { status } = spawnSync('code', ['--new-window', `--extensionDevelopmentPath=${root}`, project], {
    shell,
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
} else {
  const vscode = await startVsCode({ development: true });
  const url = vscode.url({
    folder: project,
    payload: [['extensionDevelopmentPath', vscode.remoteUri(root)]],
  });
  console.log(`VS Code with Distillery, until Ctrl+C:\n${url}`);
  openInBrowser(url);
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void vscode.stop().then(() => process.exit(0)));
}

function openInBrowser(url: string): void {
  const opener = { darwin: 'open', win32: 'explorer' }[process.platform as string] ?? 'xdg-open';
  // Where there is no desktop the address above is all there is.
  spawn(opener, [url], { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}
