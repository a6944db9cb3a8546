import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installVsCodeServer } from '../../machine/vscode-installation.ts';

export interface RunningVsCode {
  readonly port: number;
  /** What the server printed so far; it names the exit code and signal of every extension host that ends. */
  output(): string;
  url(options: { folder?: string; payload?: readonly (readonly [string, string])[] }): string;
  remoteUri(path: string): string;
  stop(): Promise<void>;
}

export interface ServerOptions {
  /** Honour extensionDevelopmentPath and extensionTestsPath; hides notification toasts. */
  readonly development?: boolean;
  /** Settings of the machine that the extension runs on: of a remote one, the user's settings say nothing. */
  readonly settings?: Record<string, unknown>;
  readonly env?: NodeJS.ProcessEnv;
  /** A packaged extension to install first. */
  readonly vsix?: string;
  readonly workspaceTrust?: boolean;
}

const calmSettings = {
  'workbench.startupEditor': 'none',
  'telemetry.telemetryLevel': 'off',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'update.mode': 'none',
  'workbench.enableExperiments': false,
  'workbench.tips.enabled': false,
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'git.enabled': false,
  'chat.disableAIFeatures': true,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
};

/** Starts a server with a fresh profile. Its process group ends with {@link RunningVsCode.stop} or with this process. */
export async function startVsCode(options: ServerOptions = {}): Promise<RunningVsCode> {
  const { node, serverMain } = await installVsCodeServer();
  const home = await mkdtemp(join(tmpdir(), 'distillery-vscode-'));
  const userData = join(home, 'user');
  const extensions = join(home, 'extensions');
  for (const place of ['User', 'Machine']) await mkdir(join(userData, place), { recursive: true });
  await mkdir(extensions);
  await writeFile(
    join(userData, 'User/settings.json'),
    JSON.stringify({
      ...calmSettings,
      'security.workspace.trust.enabled': options.workspaceTrust ?? false,
    }),
  );
  await writeFile(join(userData, 'Machine/settings.json'), JSON.stringify(options.settings ?? {}));
  const profile = [
    '--user-data-dir',
    userData,
    '--extensions-dir',
    extensions,
    '--accept-server-license-terms',
  ];
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(VSCODE_|ELECTRON_)/.test(name)),
  );
  const env = {
    ...inherited,
    XDG_RUNTIME_DIR: home,
    EXTENSIONS_GALLERY: '{"serviceUrl":""}',
    ...options.env,
  };
  if (options.vsix) {
    const install = spawnSync(
      node,
      [serverMain, ...profile, '--install-extension', options.vsix, '--force'],
      {
        env,
        encoding: 'utf8',
      },
    );
    if (install.status !== 0)
      throw new Error(`VS Code would not install ${options.vsix}:\n${install.stdout}${install.stderr}`);
  }
  const child = spawn(
    node,
    [
      serverMain,
      ...profile,
      '--host=127.0.0.1',
      // Any that is free: one that is looked for before may be another's by then.
      '--port=0',
      '--without-connection-token',
      '--disable-telemetry',
      '--disable-update-check',
      '--server-data-dir',
      join(home, 'server'),
      ...(options.workspaceTrust ? [] : ['--disable-workspace-trust']),
      ...(options.development ? ['--enable-smoke-test-driver'] : []),
    ],
    { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  );
  let output = '';
  const port = await listening(child, (text) => {
    output += text;
    return output;
  });
  const kill = (signal: NodeJS.Signals) => {
    try {
      if (child.pid) process.kill(-child.pid, signal);
    } catch {
      // already gone
    }
  };
  const last = () => kill('SIGKILL');
  process.once('exit', last);
  return {
    port,
    output: () => output,
    remoteUri: (path) => `vscode-remote://localhost:${port}${path}`,
    url({ folder, payload = [] }) {
      const url = new URL(`http://localhost:${port}/`);
      if (folder) url.searchParams.set('folder', folder);
      else url.searchParams.set('ew', 'true');
      if (payload.length > 0) url.searchParams.set('payload', JSON.stringify(payload));
      return url.toString();
    },
    async stop() {
      process.off('exit', last);
      const gone = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
      kill('SIGTERM');
      const timer = setTimeout(() => kill('SIGKILL'), 4000);
      await gone;
      clearTimeout(timer);
      kill('SIGKILL');
      await rm(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** @returns the port it listens on */
function listening(child: ChildProcess, collect: (text: string) => string): Promise<number> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`VS Code did not start in five minutes:\n${collect('')}`)),
      300_000,
    );
    const read = (chunk: Buffer) => {
      const said = /Extension host agent listening on (\d+)\s/.exec(collect(chunk.toString()));
      if (!said) return;
      clearTimeout(timer);
      resolve(Number(said[1]));
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`VS Code ended with code ${code}:\n${collect('')}`));
    });
  });
}
