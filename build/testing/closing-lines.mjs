// What npm test says at its end: how many tests passed, failed and were skipped over all suites, and why.

/** How the reason of a skip begins that is the machine's fault; test/machine/lacks.ts makes them. */
const machine = 'this machine lacks ';

/**
 * @param lines one for each test of all suites
 * @param found what the machine was found to have before the suites ran (true), or why it cannot have it
 */
export function closingLines(lines, found = {}) {
  const judged = lines.map((line) => ({ ...line, fault: faultOf(line, found) }));
  const failed = judged.filter(({ fault }) => fault !== undefined);
  const skipped = judged.filter(({ result, fault }) => result === 'skipped' && fault === undefined);
  const passed = judged.length - failed.length - skipped.length;
  const text = [];
  if (skipped.length > 0) text.push('', '— skipped');
  for (const { suite, name, reason } of skipped) {
    const lacking = Object.keys(found).find((thing) => reason.startsWith(machine + thing));
    const why = typeof found[lacking] === 'string' ? ` (${found[lacking].trim().split('\n').at(-1)})` : '';
    text.push(`  ${suite}: ${name}`, `    ${reason}${why}`);
  }
  if (failed.length > 0) text.push('', '— failed');
  for (const { suite, name, fault } of failed) text.push(`  ${suite}: ${name}${fault && `\n    ${fault}`}`);
  text.push('', `${passed} passed, ${failed.length} failed, ${skipped.length} skipped`);
  return { text: text.join('\n'), failed: failed.length };
}

/** Why a line counts as a failure; undefined where it does not. */
function faultOf({ result, reason = '' }, found) {
  if (result === 'failed') return reason;
  if (result !== 'skipped') return undefined;
  if (!reason.startsWith(machine))
    return `skipped, but not for want of something: ${reason || 'no reason given'}`;
  const there = Object.keys(found).find(
    (thing) => found[thing] === true && reason.startsWith(machine + thing),
  );
  return there && `skipped, but ${there} is there: ${reason}`;
}
