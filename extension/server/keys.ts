import type { ExtensionContext } from 'vscode';

/** Of the list of names; keys themselves are in the secret storage alone. */
const namesKey = 'distillery.serverKeys';
const secretOf = (name: string) => `distillery.serverKey.${name}`;

/** Keys of servers, by the names of variables that experiments give them, in VS Code’s secret storage. */
export class ServerKeys {
  readonly #context: Pick<ExtensionContext, 'secrets' | 'globalState'>;

  constructor(context: Pick<ExtensionContext, 'secrets' | 'globalState'>) {
    this.#context = context;
  }

  get names(): readonly string[] {
    return this.#context.globalState.get<string[]>(namesKey, []);
  }

  async set(name: string, key: string): Promise<void> {
    await this.#context.secrets.store(secretOf(name), key);
    await this.#context.globalState.update(namesKey, [...new Set([...this.names, name])].sort());
  }

  async forget(name: string): Promise<void> {
    await this.#context.secrets.delete(secretOf(name));
    await this.#context.globalState.update(
      namesKey,
      this.names.filter((other) => other !== name),
    );
  }

  get(name: string): Promise<string | undefined> {
    return Promise.resolve(this.#context.secrets.get(secretOf(name)));
  }
}
