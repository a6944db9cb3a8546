import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LineSlots, type Slot } from '../../webview/overview/line-slots.ts';

const linesOf = (slots: readonly Slot[]) => slots.map(({ line }) => line);
const slotOf = (slots: readonly Slot[], line: number) => slots.find((one) => one.line === line)?.slot;

test('scrolled by a line, the element that left shows the one that came, and the others stay', () => {
  const slots = new LineSlots();
  const before = slots.assign(0, 5);
  const after = slots.assign(1, 6);
  assert.deepEqual(linesOf(after), [1, 2, 3, 4, 5]);
  assert.equal(slotOf(after, 5), slotOf(before, 0));
  for (const line of [1, 2, 3, 4]) assert.equal(slotOf(after, line), slotOf(before, line));
});

test('while it is scrolled no element is moved; at rest they are in the order of the lines', () => {
  const slots = new LineSlots();
  const before = slots.assign(0, 4);
  const scrolled = slots.assign(2, 6, { still: true });
  assert.deepEqual(
    scrolled.map(({ slot }) => slot),
    before.map(({ slot }) => slot),
  );
  assert.deepEqual(new Set(linesOf(scrolled)), new Set([2, 3, 4, 5]));
  const again = slots.assign(2, 6);
  assert.deepEqual(linesOf(again), [2, 3, 4, 5]);
  for (const line of [2, 3, 4, 5]) assert.equal(slotOf(again, line), slotOf(scrolled, line));
});

test('the line with the focus keeps its element, however far the list is scrolled', () => {
  const slots = new LineSlots();
  const own = slotOf(slots.assign(0, 10, { kept: 3 }), 3);
  for (const first of [2, 50, 4000, 20, 0])
    for (const still of [true, false]) {
      const now = slots.assign(first, first + 10, { kept: 3, still });
      assert.equal(slotOf(now, 3), own);
    }
});

test('however a list is scrolled, every line that is seen has an element of its own', () => {
  const step = fc.record({
    first: fc.nat(60),
    count: fc.nat(20),
    kept: fc.integer({ min: -1, max: 60 }),
    still: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const slots = new LineSlots();
      for (const { first, count, kept, still } of steps) {
        const given = slots.assign(first, first + count, { kept, still });
        const wanted = new Set(Array.from({ length: count }, (_, index) => first + index));
        if (kept >= 0) wanted.add(kept);
        assert.deepEqual(new Set(linesOf(given)), wanted);
        assert.equal(given.length, wanted.size);
        assert.equal(new Set(given.map(({ slot }) => slot)).size, wanted.size);
      }
    }),
  );
});
