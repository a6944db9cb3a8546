import type { TaskShape } from '../../../data/dataset.ts';
import type { OnnxGraphConfig } from '../../../experiment/architectures/onnx-graph.ts';
import type { ElementKind, Graph } from '../../../models/onnx/graph.ts';
import { GraphSession, probedBatch, probedLength } from '../../../models/onnx/probe.ts';
import type { OpenedGraph } from '../../../models/onnx/reading/read-graph.ts';

/** Values read at once: they are all kept until the run ends. */
const readAtOnce = 64;
/** More whole numbers than any shape, slice or split names. */
const mostIntegers = 64;

interface Found {
  readonly shape: readonly number[];
  readonly kind: ElementKind;
  readonly integers?: readonly number[];
}

/** What all values of a graph look like for a few blank samples. */
export class ProbedShapes {
  readonly #found: ReadonlyMap<string, Found>;
  readonly #graph: Graph;

  private constructor(graph: Graph, found: ReadonlyMap<string, Found>) {
    this.#graph = graph;
    this.#found = found;
  }

  /** @throws UserError if ONNX Runtime does not run the graph */
  static async of(opened: OpenedGraph, config: OnnxGraphConfig, { image }: TaskShape): Promise<ProbedShapes> {
    const { graph } = opened;
    const names = graph.nodes.flatMap(({ outputs }) => outputs.filter((name) => name !== ''));
    const sample = image
      ? { batch: probedBatch, length: 1, image }
      : { batch: probedBatch, length: probedLength };
    const found = new Map<string, Found>();
    const session = await GraphSession.open(opened, config, names);
    try {
      for (let at = 0; at < names.length; at += readAtOnce)
        for (const [name, { shape, kind, data }] of await session.run(
          sample,
          names.slice(at, at + readAtOnce),
        ))
          found.set(name, {
            shape,
            kind,
            ...(kind === 'integer' && data.length <= mostIntegers && { integers: Array.from(data, Number) }),
          });
    } finally {
      await session.release();
    }
    return new ProbedShapes(graph, found);
  }

  /** @returns zeros for open axes of an input */
  shapeOf(name: string): readonly number[] {
    const found = this.#found.get(name);
    if (found) return found.shape;
    const input = this.#graph.inputs.find((input) => input.name === name);
    return input?.shape?.map((size) => (typeof size === 'number' ? size : 0)) ?? [];
  }

  kindOf(name: string): ElementKind | undefined {
    return this.#found.get(name)?.kind ?? this.#graph.inputs.find((input) => input.name === name)?.kind;
  }

  integersOf(name: string): readonly number[] | undefined {
    return this.#found.get(name)?.integers;
  }
}
