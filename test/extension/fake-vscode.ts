/**
 * As much of VS Code's module as the explorer, the status bar and the folders of runs use, for tests without a window. What
 * a test wants to see is kept in `shown`.
 */
import { relative } from 'node:path';
import { pathToFileURL } from 'node:url';

type Listener<T> = (value: T) => void;

export class EventEmitter<T> {
  readonly #listeners = new Set<Listener<T>>();
  readonly event = (listener: Listener<T>) => {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  };
  fire(value: T): void {
    for (const listener of [...this.#listeners]) listener(value);
  }
  dispose(): void {
    this.#listeners.clear();
  }
}

export class Uri {
  readonly scheme = 'file';
  readonly path: string;
  private constructor(path: string) {
    this.path = path;
  }
  static file(path: string): Uri {
    return new Uri(path);
  }
  get fsPath(): string {
    return this.path;
  }
  toString(): string {
    return pathToFileURL(this.path).href;
  }
}

export class ThemeColor {
  constructor(readonly id: string) {}
}
export class ThemeIcon {
  constructor(
    readonly id: string,
    readonly color?: ThemeColor,
  ) {}
}
export const TreeItemCollapsibleState = { None: 0, Collapsed: 1, Expanded: 2 } as const;
export class TreeItem {
  description?: string;
  contextValue?: string;
  constructor(
    readonly label: string,
    readonly collapsibleState = 0,
  ) {}
}
export class MarkdownString {
  value = '';
  supportHtml = false;
  appendMarkdown(text: string): this {
    this.value += text;
    return this;
  }
  appendText(text: string): this {
    this.value += text;
    return this;
  }
}
export class Range {
  constructor(
    readonly start: unknown,
    readonly end: unknown,
  ) {}
}
/** Only named by what is imported along. */
export class WorkspaceEdit {}
export const DiagnosticSeverity = { Error: 0, Warning: 1 } as const;

export const StatusBarAlignment = { Left: 1, Right: 2 } as const;
export const ConfigurationTarget = { Global: 1, Workspace: 2, WorkspaceFolder: 3 } as const;

export const l10n = {
  t: (text: string, ...values: unknown[]) => text.replace(/\{(\d+)\}/g, (_, index) => String(values[index])),
};

/** A field that somebody types into. */
export interface Field {
  readonly value?: string;
  readonly validateInput?: (input: string) => string | undefined;
}

/** What is said of a place in a file. */
export interface Underlined {
  readonly message: string;
  readonly code: string;
  readonly severity: number;
  readonly range: Range;
}

/** What a window would show, and what a test sets. */
export const shown = {
  /** What somebody types into a field. */
  typed: (_field: Field): string | undefined => undefined,
  context: new Map<string, unknown>(),
  messages: [] as string[],
  trusted: true,
  folders: [] as { uri: Uri; name: string; index: number }[],
  files: [] as Uri[],
  /** What stands in open editors. */
  documents: [] as object[],
  /** What is underlined in files, by their addresses. */
  diagnostics: new Map<string, readonly Underlined[]>(),
  settings: { 'distillery.dataDirectory': 'project' } as Record<string, unknown>,
};

const never = () => ({ dispose() {} });
const message = async (text: string) => void shown.messages.push(text);

export const window = {
  createStatusBarItem: () => ({ text: '', show() {}, hide() {}, dispose() {} }),
  showInformationMessage: message,
  showWarningMessage: message,
  showErrorMessage: message,
  showInputBox: async (field: Field) => shown.typed(field),
};
export const commands = {
  executeCommand: async (command: string, key: string, value: unknown) => {
    if (command === 'setContext') shown.context.set(key, value);
  },
};

export const languages = {
  createDiagnosticCollection: () => ({
    set: (uri: Uri, found: readonly Underlined[]) => void shown.diagnostics.set(uri.toString(), found),
    delete: (uri: Uri) => void shown.diagnostics.delete(uri.toString()),
    dispose() {},
  }),
};

const renamed = new EventEmitter<{ files: { oldUri: Uri; newUri: Uri }[] }>();
const made = new EventEmitter<Uri>();
const gone = new EventEmitter<Uri>();
/** What a user does in the file explorer. */
export const inExplorer = { renamed, made, gone };

const configured = new EventEmitter<{ affectsConfiguration(id: string): boolean }>();
/** What a user does in the settings. */
export function changeSetting(id: string, value: unknown): void {
  shown.settings[id] = value;
  configured.fire({ affectsConfiguration: (one) => one === id });
}

export const workspace = {
  get isTrusted() {
    return shown.trusted;
  },
  get workspaceFolders() {
    return shown.folders;
  },
  getWorkspaceFolder: (uri: Uri) =>
    shown.folders.find((folder) => !relative(folder.uri.fsPath, uri.fsPath).startsWith('..')),
  get textDocuments() {
    return shown.documents;
  },
  onDidOpenTextDocument: never,
  onDidChangeTextDocument: never,
  onDidCloseTextDocument: never,
  asRelativePath: (uri: Uri) => relative(shown.folders[0]!.uri.fsPath, uri.fsPath),
  findFiles: async () => shown.files,
  getConfiguration: () => ({
    get: (id: string) => shown.settings[id] ?? true,
    inspect: () => undefined,
  }),
  createFileSystemWatcher: () => ({
    onDidCreate: made.event,
    onDidChange: never,
    onDidDelete: gone.event,
    dispose() {},
  }),
  onDidChangeWorkspaceFolders: never,
  onDidGrantWorkspaceTrust: never,
  onDidChangeConfiguration: configured.event,
  onDidRenameFiles: renamed.event,
};
