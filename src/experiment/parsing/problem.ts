/** Steps from the root of an experiment to a value: keys of objects, indices of arrays. */
export type JsonPath = readonly (string | number)[];

/** Replace `length` UTF-16 units at `offset` by `content`. Edits of one call do not overlap and are in order. */
export interface TextEdit {
  readonly offset: number;
  readonly length: number;
  readonly content: string;
}

/** A change an editor can offer for a problem; edit.ts turns it into text edits. */
export type Fix = { readonly title: string; readonly path: JsonPath } & (
  | { readonly value: unknown }
  | { readonly rename: string }
  | { readonly remove: true }
  /** Of a text that is not well-formed, in which no path leads anywhere. */
  | { readonly edits: readonly TextEdit[] }
);

/** Something wrong, or worth a second look, before it has a place in the text. */
export interface Finding {
  /** One plain sentence: what is wrong. */
  readonly message: string;
  /** What to write or do instead. */
  readonly remedy?: string;
  readonly path: JsonPath;
  /** Whether the key or the value at the path is to be marked; the value by default. */
  readonly at?: 'key' | 'value';
  readonly severity: 'error' | 'warning';
  /** Stable name of the kind of problem, for tests and for links. */
  readonly code: string;
  readonly fix?: Fix;
}

/** A finding with its place in the text of the experiment file. */
export interface Problem extends Finding {
  /** UTF-16 units from the start of the text. */
  readonly offset: number;
  readonly length: number;
  /** 1-based. */
  readonly line: number;
  readonly column: number;
}

/** `training.batchSize`, `student.model.hidden[1]`; a key with a dot in it as `graph.inputs["a.b"]`; "the experiment" for the root. */
export function describePath(path: JsonPath): string {
  if (path.length === 0) return 'the experiment';
  return path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`;
      if (/[.[\]]/.test(step)) return `[${JSON.stringify(step)}]`;
      return index === 0 ? step : `.${step}`;
    })
    .join('');
}
