// Lets the stacks of errors name the sources of compiled tests, as --enable-source-maps does, but reads a source map when
// a stack is asked for: Node reads those of all modules as they are loaded, which takes a test of models a quarter of its
// time, while hardly any has an error to show.
import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

const compiled = /(file:\/\/[^\s()]+[\\/]\.cache[\\/][^\s()]+\.mjs):(\d+):(\d+)/;
const maps = new Map();

/** @returns the source map of a module; undefined where it has none */
function mapOf(url) {
  if (!maps.has(url))
    try {
      maps.set(url, new SourceMap(JSON.parse(readFileSync(fileURLToPath(`${url}.map`), 'utf8'))));
    } catch {
      maps.set(url, undefined);
    }
  return maps.get(url);
}

const placeOf = (frame) =>
  frame.replace(compiled, (place, url, line, column) => {
    const entry = mapOf(url)?.findEntry(line - 1, column - 1);
    if (entry?.originalSource === undefined) return place;
    const source = fileURLToPath(new URL(entry.originalSource, url));
    return `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  });

Error.prepareStackTrace = (error, frames) =>
  [Error.prototype.toString.call(error), ...frames.map((frame) => placeOf(`    at ${frame}`))].join('\n');
