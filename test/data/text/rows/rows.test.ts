import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { UserError } from '../../../../src/base/user-error.ts';
import { readRows } from '../../../../src/data/text/rows/rows.ts';
import { textLines } from '../../../../src/data/text/rows/text-chunks.ts';

const folder = mkdtempSync(join(tmpdir(), 'distillery-rows-'));
after(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function read(path: string, columns = ['text', 'label']) {
  const rows = [];
  for await (const { values, place } of readRows(path, columns))
    rows.push([...columns.map((column) => values[column]), place]);
  return rows;
}

const fails = (path: string, pattern: RegExp, columns?: string[]) =>
  assert.rejects(
    read(path, columns),
    (error: unknown) => error instanceof UserError && pattern.test(error.message) && error.remedy !== '',
  );

describe('CSV', () => {
  test('quoted fields hold commas, quotes and line breaks; the byte order mark and other columns are left out', async () => {
    const path = file(
      'a.csv',
      '\ufeffid,label,text\r\n1,spam,"Win, now!\nSay ""yes"""\r\n\r\n2,ham,ä Ω 🙂\r\n',
    );
    assert.deepEqual(await read(path), [
      ['Win, now!\nSay "yes"', 'spam', 'line 3'],
      ['ä Ω 🙂', 'ham', 'line 5'],
    ]);
  });

  test('a row with too few fields is named by its line', () =>
    fails(file('b.csv', 'text,label\na,1\nb\n'), /line 3/));

  test('an unclosed quote is an error, not a text that swallows the file', () =>
    fails(file('c.csv', 'text,label\n"a,1\nb,2\n'), /cannot be read as a table/));

  test('a column that is not there is named with those that are', () =>
    fails(file('d.csv', 'body,label\na,1\n'), /no column "text".*"body", "label"/));

  test('an empty file', () => fails(file('e.csv', ''), /is empty/));
});

describe('TSV', () => {
  const texts = async (name: string, content: string | Buffer) =>
    (await read(file(name, content))).map(([text, label]) => [text, label]);

  test('quoted fields hold tabs, quotes and line breaks, as pandas and Excel write them', async () => {
    const content =
      '\ufefftext\tlabel\r\n"one\ttwo"\ta\r\n"line\nbreak"\tb\r\n"say ""hi"""\ta\r\nfive 6\tb\r\n"quoted"\ta\r\n';
    const expected = [
      ['one\ttwo', 'a'],
      ['line\nbreak', 'b'],
      ['say "hi"', 'a'],
      ['five 6', 'b'],
      ['quoted', 'a'],
    ];
    assert.deepEqual(await texts('pandas.tsv', content), expected);
    const unicode = Buffer.from(content, 'utf16le');
    assert.deepEqual(await texts('excel.tsv', unicode), expected);
    assert.deepEqual(await texts('big-endian.tsv', Buffer.from(unicode).swap16()), expected);
  });

  test('quotes are letters where nobody quoted', async () => {
    assert.deepEqual(await texts('a.tsv', 'text\tlabel\n"so he said\t1\n'), [['"so he said', '1']]);
    // Read as in CSV, the first text would reach to the end of the third.
    assert.deepEqual(
      await texts('b.tsv', 'text\tlabel\n"so he\t1\nand then\t0\nshe "\t1\nfive " tall\t0\n'),
      [
        ['"so he', '1'],
        ['and then', '0'],
        ['she "', '1'],
        ['five " tall', '0'],
      ],
    );
  });

  test('a row with too few fields, and a quote that is never closed, are named', async () => {
    await fails(file('c.tsv', 'text\tlabel\na\t1\nb\n'), /line 3/);
    await fails(file('d.tsv', 'text\tlabel\n"a\nb\t1\n'), /cannot be read as a table/);
  });
});

test('lines end as they do, even where the first ends otherwise than the rest', async () => {
  const rows = [
    ['one', 'a'],
    ['two', 'b'],
  ];
  for (const [name, content] of [
    ['unix.csv', 'text,label\none,a\ntwo,b\n'],
    ['windows.csv', 'text,label\r\none,a\r\ntwo,b\r\n'],
    ['mixed.csv', 'text,label\r\none,a\ntwo,b\r\n'],
    ['mac.csv', 'text,label\rone,a\rtwo,b\r'],
  ] as const)
    assert.deepEqual(
      (await read(file(name, content))).map(([text, label]) => [text, label]),
      rows,
      name,
    );
});

test('a column that stands twice is no column to read from', () =>
  fails(file('twice.csv', 'text,text,label\na,b,1\n'), /several columns named "text"/));

describe('JSONL', () => {
  test('objects a line, empty lines passed over', async () => {
    const path = file('a.jsonl', '{"text":"a","label":0}\n\n{"label":1,"text":"b","more":[1]}');
    assert.deepEqual(await read(path), [
      ['a', 0, 'line 1'],
      ['b', 1, 'line 3'],
    ]);
  });

  test('a broken line is named', () =>
    fails(file('b.jsonl', '{"text":"a","label":0}\n{"text":"b",\n'), /Line 2/));

  test('a line that is no object is named', () => fails(file('c.jsonl', '[1]\n'), /Line 1.*not an object/));

  test('the first object has the columns; what a later one lacks is missing', async () => {
    await fails(file('d.jsonl', '{"text":"a"}\n'), /line 1 has no column "label"/);
    const path = file('e.jsonl', '{"text":"a","label":0}\n{"text":"b"}\n');
    assert.deepEqual(await read(path), [
      ['a', 0, 'line 1'],
      ['b', undefined, 'line 2'],
    ]);
  });
});

describe('Parquet', () => {
  // 9,000 rows in groups of 1,000, written by pyarrow with zstd; a dictionary column and nulls included.
  const fixture = join(import.meta.dirname, '../../../fixtures/text/rows.parquet');

  test('rows come in order over all row groups', async () => {
    const rows = await read(fixture);
    assert.equal(rows.length, 9000);
    assert.deepEqual(rows[0], ['text 0 ä', 'even', 'row 1']);
    assert.deepEqual(rows[8999], ['text 8999 ä', 'odd', 'row 9000']);
    rows.forEach((row, index) => {
      assert.equal(row[0], `text ${index} ä`);
    });
  });

  test('a column that is not there is named with those that are', () =>
    fails(fixture, /no column "body".*"text", "label", "number"/, ['body']));

  test('a file that is something else', () => fails(file('a.parquet', 'not parquet at all'), /as Parquet/));
});

describe('any format', () => {
  test('gzip is unpacked', async () => {
    const path = file('z.jsonl.gz', gzipSync('{"text":"a","label":0}\n'));
    assert.deepEqual(await read(path), [['a', 0, 'line 1']]);
  });

  test('gzip that is cut off', () => {
    const whole = gzipSync(`{"text":"${Array.from({ length: 5000 }, (_, i) => i).join(' ')}","label":0}\n`);
    return fails(file('cut.jsonl.gz', whole.subarray(0, whole.length / 2)), /broken or cut off/);
  });

  test('a file that is not there', () => fails(join(folder, 'none.csv'), /does not exist/));

  test('an unknown extension', () => {
    assert.throws(() => readRows(join(folder, 'a.xlsx'), ['text']), UserError);
  });

  test('text that is not UTF-8', () =>
    fails(file('latin.csv', Buffer.from('text,label\n\xe4,1\n', 'latin1')), /not text in UTF-8/));

  test('letters that lie across the pieces in which a file is read stay whole', async () => {
    const line = 'ä'.repeat(200_000);
    const lines = [];
    for await (const row of textLines(file('long.txt', `x${line}\r\n${line}`))) lines.push(row);
    assert.deepEqual(lines, [
      { line: `x${line}`, number: 1 },
      { line, number: 2 },
    ]);
  });
});
