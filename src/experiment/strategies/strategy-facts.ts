/** What a strategy is, whatever its settings: told here once, for checks, comparisons, charts and the page. */
export interface StrategyFacts {
  /**
   * What it is to a comparison: `yardstick` is what students are judged against, `distillation` is judged, an
   * `alternative` makes a model smaller that is there already and has no student that could be trained another way.
   */
  readonly role: 'yardstick' | 'distillation' | 'alternative';
  /** Whether the experiment must name a teacher. */
  readonly needsTeacher: boolean;
  /** Whether it lays the student's answers or states beside another model's, sample by sample. */
  readonly comparesSamples: boolean;
  /**
   * What it does with samples that have no labels: `learns` the teacher's answers on them, `ignores` them, since it is what
   * those who learn from them are compared with, or `refuses` them.
   */
  readonly unlabelled: 'learns' | 'ignores' | 'refuses';
  /** What it learns from a teacher that answers through a server; absent where it needs more of a teacher than that. */
  readonly ofServer?: OfServer;
  /** What the further models are that learn along with the student. */
  readonly alongside?: 'exit' | 'peer';
  /**
   * In charts. Hues after Okabe & Ito's palette for the color-blind, each at least 3:1 against the surface of its theme;
   * no two strategies share a marker.
   */
  readonly color: { readonly light: string; readonly dark: string };
  readonly marker: Marker;
}

/** Texts that it writes, or which classes it takes texts to be of. */
export type OfServer = 'texts' | 'classes';

/** A shape of ECharts; those that begin with `empty` are drawn as an outline. */
export type Marker = 'rect' | 'circle' | 'triangle' | 'pin' | 'roundRect' | 'arrow' | `empty${string}`;
