import type { Advice, AdviceMaterial } from './advice.ts';
import { adviceOnGroup } from './advice-on-group.ts';
import { adviceOnTeacher } from './advice-on-teacher.ts';

/** Rules whose text is the same whatever the strategy: said once for all it holds for. */
const general = new Set([
  'edge',
  'latency',
  'smaller-not-faster',
  'hardly-smaller',
  'student-too-small',
  'calibration',
  'no-yardstick',
]);

/** Advice on a comparison: about each strategy in the order of the groups, then about what else could be tried. */
export function adviseOn(material: AdviceMaterial): Advice[] {
  const pieces = material.groups.flatMap((group) => adviceOnGroup(group, material));
  const specific = pieces.filter(({ rule }) => !general.has(rule));
  return [
    ...specific,
    ...mergeByRule(pieces.filter(({ rule }) => general.has(rule))),
    ...material.teachers.flatMap((teacher) => adviceOnTeacher(teacher, material)),
  ];
}

function mergeByRule(pieces: readonly Advice[]): Advice[] {
  const merged = new Map<string, Advice>();
  for (const piece of pieces) {
    const key = `${piece.rule}\n${piece.text}`;
    const other = merged.get(key);
    merged.set(
      key,
      other === undefined
        ? piece
        : {
            ...other,
            subjects: [...other.subjects, ...piece.subjects],
            about: [...new Set([...other.about, ...piece.about])],
            evidence: [...other.evidence, ...piece.evidence],
          },
    );
  }
  return [...merged.values()];
}
