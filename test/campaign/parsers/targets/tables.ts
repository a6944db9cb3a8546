import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Parser, promise } from '../parser.ts';

const columns = ['text', 'label'];

/** Tables of texts; the format is told by the name of the file. */
function table(format: string, block: number, seeds: readonly string[], packed = false): Parser {
  const ending = packed ? `.${format}.gz` : `.${format}`;
  return {
    name: packed ? `${format}.gz` : format,
    ending,
    form: 'text',
    block,
    words: [
      'text',
      'label',
      '"',
      '""',
      ',',
      '\t',
      '\r\n',
      '\n',
      '{"text":"a","label":1}',
      '\ufeff',
      '\u2028',
    ],
    async open(folder, root) {
      const { readRows } = await import('../../../../src/data/text/rows/rows.ts');
      const file = join(folder, `input${ending}`);
      const fixture = readFileSync(join(root, `test/fixtures/text/gaps.${format}`));
      const all = [fixture, ...seeds.map((seed) => Buffer.from(seed))];
      return {
        seeds: packed ? all.map((seed) => gzipSync(seed)) : all,
        ...(packed && {
          // Half of what is tried is text that was changed, and packed again.
          repair: (input, pick) => (pick(2) === 0 ? gzipSync(input) : input),
        }),
        async read(input) {
          writeFileSync(file, input);
          let rows = 0;
          let strange = false;
          for await (const { values, place } of readRows(file, columns)) {
            rows++;
            promise(/^line \d+$/.test(place), `a row has the place ${place}`);
            promise(
              Object.keys(values).length === columns.length,
              'a row has other columns than were asked for',
            );
            strange ||= typeof values.text !== 'string';
          }
          return `${rows > 1 ? 'rows' : rows} ${strange}`;
        },
      };
    },
  };
}

const lines = [
  'text,label\na,1\n"b, ""c""\nd",2\n',
  'label,other,text\r\n1,x,a\r\n2,y,b\r\n',
  '\ufefftext,label\na,b',
];
const objects = '{"text":"a","label":"x"}\n\n{"label":2,"text":"b","more":[1,{"a":null}]}\r\n{"text":null}\n';

export const csv = table('csv', 3000, [...lines, lines[0]!.repeat(40)]);
export const tsv = table(
  'tsv',
  3000,
  lines.map((text) => text.replaceAll(',', '\t')),
);
export const jsonl = table('jsonl', 5000, [objects, objects.repeat(50)]);
export const packedCsv = table('csv', 2000, lines, true);
export const packedJsonl = table('jsonl', 2000, [objects], true);
