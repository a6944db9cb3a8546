/** A stretch of text between places where both tokenizers cut it. */
export interface Span {
  /** Index of its first token, and how many it has, of each. */
  readonly student: number;
  readonly students: number;
  readonly teacher: number;
  readonly teachers: number;
  /** Where it begins and ends. */
  readonly start: number;
  readonly end: number;
}

/**
 * The spans between places where two tokenizations of the same text both end a token, as fine as there are: both are gone
 * through at once, the one whose token ends first goes on. White space that a tokenizer drops belongs to the token behind
 * it. What comes behind the last place in common is in no span.
 * @param student, teacher where each token ends, ascending; tokens of negative places, which begin documents, belong to no
 * text and are passed over
 * @param start where the first token begins
 */
export function* spansOf(
  student: ArrayLike<number>,
  teacher: ArrayLike<number>,
  start: number,
): Generator<Span> {
  let [at, other] = [0, 0];
  let [first, otherFirst] = [-1, -1];
  let from = start;
  for (;;) {
    while (at < student.length && student[at]! < 0) at++;
    while (other < teacher.length && teacher[other]! < 0) other++;
    if (at >= student.length || other >= teacher.length) return;
    if (first < 0) first = at;
    if (otherFirst < 0) otherFirst = other;
    const [end, otherEnd] = [student[at]!, teacher[other]!];
    if (end <= otherEnd) at++;
    if (otherEnd <= end) other++;
    if (end !== otherEnd) continue;
    yield {
      student: first,
      students: at - first,
      teacher: otherFirst,
      teachers: other - otherFirst,
      start: from,
      end,
    };
    [first, otherFirst, from] = [-1, -1, end];
  }
}
