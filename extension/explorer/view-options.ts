import { EventEmitter, type Memento } from 'vscode';
import type { RunQuery } from '../../src/runs/database/run-records.ts';
import { Disposables } from '../disposables.ts';

export type Grouping = 'experiment' | 'strategy' | 'status';

export interface ViewOptions {
  readonly grouping: Grouping;
  readonly sort: NonNullable<RunQuery['sort']>;
  readonly descending: boolean;
  /** Part of a name, note or tag; empty for no filter. */
  readonly text: string;
}

const standard: ViewOptions = { grouping: 'experiment', sort: 'createdAt', descending: true, text: '' };
const key = 'distillery.runs.view';

/** How the run explorer is arranged; remembered per workspace. */
export class RememberedViewOptions extends Disposables {
  readonly #memento: Memento;
  readonly #changed = this.add(new EventEmitter<ViewOptions>());
  readonly onDidChange = this.#changed.event;

  constructor(memento: Memento) {
    super();
    this.#memento = memento;
  }

  get current(): ViewOptions {
    return { ...standard, ...this.#memento.get<Partial<ViewOptions>>(key) };
  }

  async change(change: Partial<ViewOptions>): Promise<void> {
    const next = { ...this.current, ...change };
    await this.#memento.update(key, next);
    this.#changed.fire(next);
  }
}
