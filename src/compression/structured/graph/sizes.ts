import { type GraphNode, isGraph, readBy } from '../../../models/onnx/graph.ts';
import type { Followed } from './followed.ts';
import { fromStart, numberOf } from './rules/rule.ts';
import type { Axis } from './units.ts';

/** Sizes of axes that a value of whole numbers was made from. */
interface Sizes {
  readonly axes: readonly Axis[];
  /** Whether each of its numbers is the size of one of them, in order. */
  readonly each: boolean;
}

/** Operands that say how large something is made, by operator. A size that changes is right there. */
const asked: Readonly<Record<string, readonly number[]>> = {
  Reshape: [1],
  Expand: [1],
  Slice: [1, 2, 3, 4],
  Split: [1],
  Tile: [1],
  Pad: [1],
  ConstantOfShape: [0],
  Range: [0, 1, 2],
};

/** Operators that leave numbers as they are. */
const keeps = new Set(['Cast', 'Identity', 'Squeeze', 'Unsqueeze', 'Reshape']);

/**
 * Follows how many units there are into what is computed from it: where sizes become numbers of another kind, such as a
 * divisor, units must stay.
 */
export class FollowedSizes {
  readonly #sizes = new Map<string, Sizes>();
  readonly #followed: Followed;

  constructor(followed: Followed) {
    this.#followed = followed;
  }

  follow(node: GraphNode): void {
    const { operator, inputs, outputs } = node;
    const followed = this.#followed;
    if (operator === 'Shape') {
      const axes = followed.axes(inputs[0]!);
      const start = fromStart(numberOf(node, 'start', 0), axes.length);
      const end = fromStart(numberOf(node, 'end', axes.length), axes.length);
      this.#set(outputs[0]!, { axes: axes.slice(start, end), each: true });
      return;
    }
    if (operator === 'Size') {
      this.#set(outputs[0]!, { axes: followed.axes(inputs[0]!), each: false });
      return;
    }
    const read = readBy(node).filter((name) => {
      const at = inputs.indexOf(name);
      return this.#sizes.has(name) && !(node.domain === '' && asked[operator]?.includes(at));
    });
    if (read.length === 0) return;
    const all = read.flatMap((name) => this.#sizes.get(name)!.axes);
    const bodies = [...node.attributes.values()].some(isGraph);
    if (bodies || outputs.some((name) => name !== '' && followed.isFloat(name))) {
      followed.stop(node, 'computes with how many there are', ...all);
      return;
    }
    const each = this.#each(node);
    for (const name of outputs) this.#set(name, each ?? { axes: all, each: false });
  }

  #set(name: string, sizes: Sizes): void {
    if (sizes.axes.some((axis) => axis !== undefined)) this.#sizes.set(name, sizes);
  }

  /** The sizes that are chosen or put together; undefined where something is computed. */
  #each(node: GraphNode): Sizes | undefined {
    const { operator, inputs } = node;
    const followed = this.#followed;
    const first = this.#sizes.get(inputs[0]!);
    if (operator === 'Concat')
      return {
        each: true,
        axes: inputs.flatMap((name): readonly Axis[] => {
          const known = this.#sizes.get(name);
          return known?.each
            ? known.axes
            : Array.from({ length: followed.shape(name)[0] ?? 1 }, () => known?.axes.find((axis) => axis));
        }),
      };
    if (!first?.each) return undefined;
    if (keeps.has(operator)) return first;
    if (operator === 'Gather') {
      const places = followed.known(inputs[1]);
      return (
        places && { each: true, axes: places.map((place) => first.axes[fromStart(place, first.axes.length)]) }
      );
    }
    if (operator !== 'Slice') return undefined;
    const [starts, ends] = [followed.known(inputs[1]), followed.known(inputs[2])];
    const steps = inputs[4] ? followed.known(inputs[4]) : [1];
    if (!starts || !ends || steps?.[0] !== 1) return undefined;
    return { each: true, axes: first.axes.slice(starts[0], ends[0]) };
  }
}
