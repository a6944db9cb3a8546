// A reporter of node --test that writes a line of JSON for each test, for the closing lines of npm test.
import { relative } from 'node:path';

export default async function* tally(events) {
  for await (const { type, data } of events) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const suite = data.file ? source(relative(process.cwd(), data.file)) : 'unit tests';
    const line = { suite, name: source(data.name), result: type === 'test:pass' ? 'passed' : 'failed' };
    if (data.skip !== undefined && data.skip !== false)
      Object.assign(line, { result: 'skipped', reason: typeof data.skip === 'string' ? data.skip : '' });
    // A describe counts by its tests, unless these did not even begin. One that fails with one of them adds nothing.
    else if (data.details?.type === 'suite' && (type === 'test:pass' || subtestsFailed(data))) continue;
    yield `${JSON.stringify(line)}\n`;
  }
}

/** A file that broke before its source map was read is told by its source too. */
const source = (file) =>
  file.replace(/^.*[\\/]distillery-tests[\\/]\d+[\\/](.*)\.mjs$/, (_, name) => `${name}.ts`);

const subtestsFailed = ({ details }) => details.error?.failureType === 'subtestsFailed';
