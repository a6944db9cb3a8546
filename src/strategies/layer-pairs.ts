import { UserError } from '../base/user-error.ts';
import type { LayerReference } from '../experiment/strategies/layer-reference.ts';
import type { LayerPair } from '../experiment/strategies/options.ts';
import type { HiddenShapes } from './hidden-shapes.ts';

const describeShape = (shape: readonly number[]) =>
  shape.length === 3 ? `a feature map of ${shape.join('×')}` : `vectors of ${shape.at(-1)}`;

/** Layers 1 … by the rank of their states, in order. */
function byRank(shapes: HiddenShapes): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  for (let layer = 1; layer < shapes.length; layer++) {
    const rank = shapes[layer]!.length;
    groups.set(rank, [...(groups.get(rank) ?? []), layer]);
  }
  return groups;
}

/**
 * Layers of the student spread evenly over those of the teacher, last to last. Layers are paired within a rank, so that
 * convolutional maps meet maps and vectors meet vectors. The embedding, layer 0, takes no part.
 */
function spread(student: HiddenShapes, teacher: HiddenShapes): { student: number; teacher: number }[] {
  const teachers = byRank(teacher);
  return [...byRank(student)].flatMap(([rank, own]) => {
    const others = teachers.get(rank) ?? [];
    if (others.length === 0) return [];
    return own.map((layer, index) => ({
      student: layer,
      teacher: others[Math.max(1, Math.round(((index + 1) * others.length) / own.length)) - 1]!,
    }));
  });
}

const described = (whose: string, layer: LayerReference) =>
  typeof layer === 'number' ? `layer ${layer} of the ${whose}` : `"${layer}" of the ${whose}`;

const capital = (text: string) => `${text[0]!.toUpperCase()}${text.slice(1)}`;

/**
 * The shape of a hidden state.
 * @throws UserError where a layer is not there
 */
export function shapeOf(whose: string, layer: LayerReference, shapes: HiddenShapes): readonly number[] {
  const last = shapes.length - 1;
  const found = typeof layer === 'number' ? shapes[layer] : shapes.named?.get(layer);
  if (found) return found;
  if (typeof layer === 'string')
    throw new UserError(`The ${whose} has no value "${layer}": only ONNX models have layers with names.`, {
      remedy: `Name a layer by its number, from 0 (the embedding or input) to ${last}.`,
    });
  throw new UserError(`Layer ${layer} of the ${whose} is not there: its last layer is ${last}.`, {
    remedy: `Name a layer from 0 (the embedding or input) to ${last}.`,
  });
}

/**
 * The layers to compare: those given, or all of the student's spread evenly.
 * @throws UserError where a layer is not there, or two states cannot be compared whatever is done to them.
 */
export function layerPairs(
  given: readonly LayerPair[] | undefined,
  student: HiddenShapes,
  teacher: HiddenShapes,
): readonly LayerPair[] {
  const pairs = given ?? spread(student, teacher);
  if (pairs.length === 0)
    throw new UserError('No layer of the student has the same rank as any layer of the teacher.', {
      remedy:
        'Take models of one kind (two convolutional ones, or two with dense layers), or the strategies response or relation.',
    });
  for (const pair of pairs) {
    const own = shapeOf('student', pair.student, student);
    const other = shapeOf('teacher', pair.teacher, teacher);
    const [ofStudent, ofTeacher] = [described('student', pair.student), described('teacher', pair.teacher)];
    if (own.length !== other.length)
      throw new UserError(
        `${capital(ofStudent)} gives ${describeShape(own)}, ${ofTeacher} ${describeShape(other)}.`,
        { remedy: 'Pair layers of the same kind, or leave "layers" out.' },
      );
    // Maps of other sizes are pooled to one; a sequence of patches has no such neighbors once a class token is before it.
    if (own.length === 2 && own[0] !== other[0])
      throw new UserError(
        `${capital(ofStudent)} gives ${own[0]} vectors for a sample, ${ofTeacher} ${other[0]}.`,
        { remedy: 'Give both the same "patchSize", or use the strategy response or relation.' },
      );
  }
  return pairs;
}

/** The last layer of each, or the pair given. */
export function lastLayerPair(
  given: LayerPair | undefined,
  student: HiddenShapes,
  teacher: HiddenShapes,
): LayerPair {
  const pair = given ?? { student: student.length - 1, teacher: teacher.length - 1 };
  shapeOf('student', pair.student, student);
  shapeOf('teacher', pair.teacher, teacher);
  return pair;
}

/** The teacher's shapes, where a strategy cannot do without a teacher. */
export function requireTeacher(shapes: HiddenShapes | undefined, kind: string): HiddenShapes {
  if (shapes) return shapes;
  throw new UserError(`The strategy "${kind}" needs a teacher, and the experiment names none.`, {
    remedy: 'Add a "teacher" with a "model" or a "checkpoint", or take "direct", "self" or "online".',
  });
}

/** The shape of a state that {@link layerPairs} or {@link lastLayerPair} found. */
export const stateShapeOf = (shapes: HiddenShapes, layer: LayerReference): readonly number[] =>
  (typeof layer === 'number' ? shapes[layer] : shapes.named?.get(layer))!;
