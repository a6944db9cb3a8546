import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { Comparisons } from '../../../extension/dashboard/comparisons.ts';
import { LiveRows } from '../../../extension/dashboard/rows/live-rows.ts';
import { RowCache } from '../../../extension/dashboard/rows/row-cache.ts';
import { SavedViews } from '../../../extension/dashboard/saved-views.ts';
import { type ActionMessage, Session } from '../../../extension/dashboard/session.ts';
import { searchSamples, showSamples } from '../../../src/checks/samples/shown-samples.ts';
import type { RunStore } from '../../../src/runs/store.ts';
import {
  type HostMessage,
  isHostMessage,
  type Navigation,
  type PageMessage,
} from '../../../webview/protocol/messages.ts';

export function comparisons(context: TestContext): Comparisons {
  const made = new Comparisons(join(import.meta.dirname, 'comparison-thread.mjs'));
  context.after(() => made.dispose());
  return made;
}

export interface TestSession {
  readonly session: Session;
  readonly rows: LiveRows;
  /** What the page was told, every message of the shape that the page accepts. */
  readonly told: HostMessage[];
  readonly wrong: unknown[];
  readonly acted: ActionMessage[];
  readonly logged: string[];
  readonly navigated: Navigation[];
  readonly kept: unknown[];
  send(message: PageMessage): Promise<void>;
  ask(message: Record<string, unknown>): Promise<Extract<HostMessage, { kind: 'response' }>>;
  heard(name: string): HostMessage[];
}

/** A dashboard without VS Code, over a real store. */
export function openSession(
  context: TestContext,
  store: RunStore,
  {
    act,
    failures = [],
  }: { act?: (message: ActionMessage) => Promise<void>; failures?: { name: string; error: Error }[] } = {},
): TestSession {
  const folder = { reader: async () => store };
  const told: HostMessage[] = [];
  const wrong: unknown[] = [];
  const acted: ActionMessage[] = [];
  const logged: string[] = [];
  const navigated: Navigation[] = [];
  const kept: unknown[] = [];
  const rows = new LiveRows(new RowCache(() => [folder]), (error) => logged.push(String(error)));
  const savedViews = savedViewsInMemory();
  const session = new Session({
    rows,
    comparisons: comparisons(context),
    viewer: { show: showSamples, search: searchSamples },
    folders: () => [folder],
    trusted: () => true,
    failures: () => failures,
    post: (message) => {
      // As VS Code does on the way to the page.
      const arrived: unknown = JSON.parse(JSON.stringify(message));
      if (isHostMessage(arrived)) told.push(arrived);
      else wrong.push(arrived);
    },
    act: async (message) => {
      acted.push(message);
      await act?.(message);
    },
    navigated: (navigation) => navigated.push(navigation),
    keepView: (view) => kept.push(view),
    savedViews,
    log: (doing, error) => logged.push(`${doing}: ${error}`),
  });
  context.after(() => {
    session.dispose();
    rows.dispose();
  });
  let lastId = 0;
  return {
    ...{ session, rows, told, wrong, acted, logged, navigated, kept },
    send: (message) => session.receive(message),
    async ask(message) {
      lastId += 1;
      const id = lastId;
      await session.receive({ kind: 'request', id, ...message });
      const answer = told.find((one) => one.kind === 'response' && one.id === id);
      if (answer?.kind !== 'response') throw new Error('no answer');
      return answer;
    },
    heard: (name) => told.filter((one) => one.kind === 'notification' && one.name === name),
  };
}

/** The saved views of a workspace that has no others. */
export function savedViewsInMemory(): SavedViews {
  const memory = new Map<string, unknown>();
  return new SavedViews({
    keys: () => [...memory.keys()],
    get: (key: string) => memory.get(key) as never,
    update: async (key: string, value: unknown) => void memory.set(key, value),
  });
}

export async function until(look: () => boolean): Promise<void> {
  const deadline = Date.now() + 120_000;
  while (!look()) {
    if (Date.now() > deadline) throw new Error(`waited in vain: ${look}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
