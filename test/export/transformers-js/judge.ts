import assert from 'node:assert/strict';
import type { Precision } from '../../../src/export/forms.ts';
import type { Reply } from './ask.ts';
import { dtypes, type Exported } from './students.ts';

const most = (values: Iterable<number>) => {
  let largest = 0;
  for (const value of values) largest = Number.isNaN(value) ? value : Math.max(largest, Math.abs(value));
  return largest;
};
const apart = (one: ArrayLike<number>, other: ArrayLike<number>) =>
  Array.from(one, (value, at) => value - other[at]!);

/** Of each sample, or of each token of a text: its logits. */
function rowsOf(logits: ArrayLike<number>, classes: number): number[][] {
  const all = Array.from(logits);
  return Array.from({ length: all.length / classes }, (_, row) =>
    all.slice(row * classes, (row + 1) * classes),
  );
}

/** Rows of real tokens, whichever side the padding is on; all where there is none. */
const real = (rows: number[][], mask: ArrayLike<number>) =>
  rows.length === mask.length ? rows.filter((_, at) => mask[at] !== 0) : rows;

const best = (row: readonly number[]) => row.indexOf(Math.max(...row));

const numbers = new Intl.NumberFormat('en', { maximumSignificantDigits: 2 });
const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 });

/**
 * Holds what transformers.js answered against what the trained model and its files answer here.
 * @returns a line for each precision
 */
export function judge(student: Exported, replies: Readonly<Record<string, Reply>>): string[] {
  const { question, files, inputs, logits, stored, generated, classNames } = student;
  const classes =
    question.task === 'text-generation' ? logits.length / inputs.ids!.data.length : classNames.length;
  const mask = inputs.mask?.data ?? [];
  const own = real(rowsOf(logits, classes), mask);
  return files.map(({ precision, remark }) => {
    const reply = replies[dtypes[precision]]!;
    const what = `${question.name}, ${precision}`;
    assert.equal(remark !== undefined, question.opens !== 'by its task', `${what}: ${remark}`);
    if (question.opens === 'not') {
      assert.ok(reply.refused, `${what}: opened, though it is said that it is not`);
      return `${precision}: refused, as the export says`;
    }
    assert.equal(reply.refused, undefined, what);
    sameInputs(student, reply, what);
    const theirs = real(rowsOf(reply.logits, classes), reply.mask);
    assert.equal(theirs.length, own.length, what);
    const difference = most(apart(theirs.flat(), own.flat()));
    const scale = Math.max(1, most(own.flat()));
    // The file's own answers, which its export has held against the weights as they are stored.
    const explained = real(rowsOf(stored[precision as Precision], classes), mask).flat();
    const unexplained = most(apart(theirs.flat(), explained));
    assert.ok(unexplained <= 1e-3 * scale, `${what}: ${unexplained} beyond what its precision explains`);
    const same = theirs.filter((row, at) => best(row) === best(own[at]!)).length / own.length;
    if (precision === 'fp32') {
      assert.ok(difference <= 1e-3 * scale, `${what}: ${difference}`);
      assert.equal(same, 1, what);
      assert.deepEqual(tokensOf(reply.generated), tokensOf(generated), what);
    }
    if (question.opens === 'by its task' && question.newTokens === 0)
      sameClasses(reply, theirs, student, what);
    const text =
      question.newTokens > 0 ? `, ${percent.format(sameTokens(reply, generated))} of new tokens` : '';
    return `${precision}: logits within ${numbers.format(difference)} of ${numbers.format(scale)}, ${percent.format(same)} of answers${text}`;
  });
}

const [padId, endId] = [256, 258];

/**
 * Padding, which stands before the shorter prompts, is no token. What transformers.js writes behind the end of a text, as long
 * as others of its batch go on, belongs to none.
 */
const tokensOf = (texts: readonly (readonly number[])[]) =>
  texts.map((text) => {
    const ids = text.filter((id) => id !== padId);
    const end = ids.indexOf(endId);
    return end < 0 ? ids : ids.slice(0, end + 1);
  });

function sameTokens({ generated: theirs }: Reply, own: readonly (readonly number[])[]): number {
  const [one, other] = [tokensOf(theirs), tokensOf(own)];
  const all = one.flatMap((ids, text) => ids.map((id, at) => id === other[text]![at]));
  return all.filter(Boolean).length / all.length;
}

function sameInputs({ inputs, question }: Exported, reply: Reply, what: string): void {
  if (inputs.pixels) {
    const [batch, height, width, channels] = inputs.pixels.shape as [number, number, number, number];
    const { data } = inputs.pixels;
    const turned = Array.from({ length: batch * channels * height * width }, (_, at) => {
      const place = at % (height * width);
      const channel = Math.floor(at / (height * width)) % channels;
      const image = Math.floor(at / (height * width * channels));
      return data[(image * height * width + place) * channels + channel]!;
    });
    assert.equal(reply.pixels.length, turned.length, what);
    const difference = most(apart(reply.pixels, turned));
    assert.ok(difference < 1e-5, `${what}: pixels differ by ${difference}`);
    return;
  }
  const [texts, length] = inputs.ids!.shape as [number, number];
  for (let text = 0; text < texts; text++) {
    const pick = (ids: ArrayLike<number>, mask: ArrayLike<number>) =>
      Array.from(ids)
        .slice(text * length, (text + 1) * length)
        .filter((_, at) => mask[text * length + at] !== 0);
    const own = pick(inputs.ids!.data, inputs.mask!.data);
    // The last token of a text that is cut is lost in transformers.js; the graph puts it back.
    const cut = question.task === 'text-classification' && text === texts - 1;
    const end = cut ? own.length - 1 : own.length;
    const theirs = pick(reply.ids, reply.mask);
    assert.deepEqual(theirs.slice(0, end), own.slice(0, end), what);
    assert.equal(theirs.length, own.length, what);
  }
}

/** The names and scores of a pipeline are those of the logits. */
function sameClasses(
  { classes }: Reply,
  logits: readonly number[][],
  { classNames }: Exported,
  what: string,
) {
  assert.equal(classes.length, logits.length, what);
  for (const [sample, row] of logits.entries()) {
    const total = row.reduce((sum, logit) => sum + Math.exp(logit - Math.max(...row)), 0);
    const scores = row.map((logit) => Math.exp(logit - Math.max(...row)) / total);
    const given = new Map(classes[sample]!.map(({ label, score }) => [label, score]));
    for (const [at, name] of classNames.entries())
      assert.ok(Math.abs(given.get(name)! - scores[at]!) < 1e-4, `${what}: ${name} ${given.get(name)}`);
  }
}
