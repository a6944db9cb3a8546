import type { PruneConfig } from '../../../experiment/strategies/prune/record.ts';
import { countKept, strongest } from '../../../models/cuts.ts';
import type { Graph } from '../../../models/onnx/graph.ts';
import type { Followed } from './followed.ts';
import { fixed } from './units.ts';

/** Places of an axis of a tensor that are one unit's. */
interface Slot {
  readonly tensor: string;
  readonly axis: number;
  readonly places: readonly number[];
}

/** What goes as a whole: a neuron, a channel, a head. */
export interface Unit {
  readonly root: number;
  readonly slots: readonly Slot[];
}

/** Units of one kind, which lie in the same axes of the same weights with as many places: they are measured together. */
export interface UnitGroup {
  readonly units: readonly Unit[];
}

/** The groups of units that nothing stands against, that are made by weights and taken by others. */
export function groupsOf({ tensors, units, roles }: Followed): UnitGroup[] {
  const slots = new Map<number, Map<string, Slot & { places: number[] }>>();
  for (const [tensor, axes] of tensors)
    for (const [axis, own] of axes.entries())
      for (const [place, unit] of (own ?? []).entries()) {
        if (unit === fixed || units.stopOf(unit)) continue;
        const root = units.root(unit);
        const found = slots.get(root) ?? new Map();
        slots.set(root, found);
        const key = `${axis} ${tensor}`;
        const slot = found.get(key) ?? { tensor, axis, places: [] };
        slot.places.push(place);
        found.set(key, slot);
      }
  const groups = new Map<string, Unit[]>();
  for (const [root, own] of slots) {
    const found = [...own.values()];
    const has = (role: string) => found.some(({ tensor, axis }) => roles.get(tensor)?.get(axis) === role);
    if (!has('makes') || !has('takes')) continue;
    const kind = JSON.stringify(
      found.map(({ tensor, axis, places }) => [tensor, axis, places.length]).sort(),
    );
    groups.set(kind, [...(groups.get(kind) ?? []), { root, slots: found }]);
  }
  return [...groups.values()].filter((units) => units.length > 1).map((units) => ({ units }));
}

/** The units of smallest norm, of each group as large a part: sums over all weights that make them. */
export function weakest(
  { roles }: Followed,
  groups: readonly UnitGroup[],
  tensors: Graph['tensors'],
  { sparsity, norm }: Pick<PruneConfig, 'sparsity' | 'norm'>,
): Unit[] {
  const sums = new Map<string, Float64Array>();
  const sumsOf = (tensor: string, axis: number) => {
    const key = `${axis} ${tensor}`;
    const known = sums.get(key) ?? sumsAlong(tensors.get(tensor)!, axis, norm);
    sums.set(key, known);
    return known;
  };
  const importance = ({ slots }: Unit) => {
    let sum = 0;
    for (const { tensor, axis, places } of slots)
      if (roles.get(tensor)?.get(axis) === 'makes')
        for (const place of places) sum += sumsOf(tensor, axis)[place]!;
    return norm === 'l1' ? sum : Math.sqrt(sum);
  };
  return groups.flatMap(({ units }) => {
    const kept = new Set(strongest(Float64Array.from(units, importance), countKept(units.length, sparsity)));
    return units.filter((_, at) => !kept.has(at));
  });
}

/** For each place of an axis the sum of absolute or squared numbers. */
function sumsAlong(
  { data, shape }: { readonly data: ArrayLike<number>; readonly shape: readonly number[] },
  axis: number,
  norm: PruneConfig['norm'],
): Float64Array {
  const inner = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const sums = new Float64Array(shape[axis]!);
  for (let at = 0; at < data.length; at++) {
    const value = Math.abs(data[at]!);
    sums[Math.floor(at / inner) % sums.length]! += norm === 'l1' ? value : value * value;
  }
  return sums;
}
