import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, beforeEach, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { UserError } from '../../../src/base/user-error.ts';
import { openDocuments } from '../../../src/data/text/rows/documents.ts';
import { longestLine } from '../../../src/data/text/rows/longest-line.ts';
import { readRows } from '../../../src/data/text/rows/rows.ts';
import { textChunks } from '../../../src/data/text/rows/text-chunks.ts';

const folder = mkdtempSync(join(tmpdir(), 'distillery-bounded-'));
after(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function lengths(path: string): Promise<number[]> {
  const found: number[] = [];
  for await (const { values } of readRows(path, ['text'])) found.push(String(values.text).length);
  return found;
}

const refused = (work: Promise<unknown>, path: string, message: RegExp, remedy: RegExp) =>
  assert.rejects(work, (error) => {
    assert.ok(error instanceof UserError, String(error));
    assert.match(error.message, message);
    assert.ok(error.message.includes(path), error.message);
    assert.match(error.remedy ?? '', remedy);
    return true;
  });

const variable = 'DISTILLERY_LONGEST_LINE_MB';
const long = 'x'.repeat(1_100_000);
const tables: Readonly<Record<string, { content: string; line: number }>> = {
  'line.jsonl': { content: `{"text":"a"}\n{"text":"${long}"}\n{"text":"b"}\n`, line: 2 },
  'field.csv': { content: `text,label\na,1\n${long},1\nb,1\n`, line: 3 },
  'quoted.csv': { content: `text,label\n"${'x\n'.repeat(600_000)}",1\n`, line: 2 },
  'empty-fields.csv': { content: `text,label\na,1\n${','.repeat(1_100_000)}\n`, line: 3 },
  'field.tsv': { content: `text\tlabel\n${long}\t1\n`, line: 2 },
};

test('a row may have 16 MiB where the environment says nothing else', () => {
  assert.equal(longestLine(), 16 << 20);
});

describe('a row longer than the bound', () => {
  beforeEach(() => {
    // Less than usual, so that the rows that are too long need not be as long.
    process.env[variable] = '1';
  });
  afterEach(() => {
    delete process.env[variable];
  });

  for (const [name, { content, line }] of Object.entries(tables))
    for (const [packed, path] of [
      ['', file(name, content)],
      ['packed ', file(`${name}.gz`, gzipSync(content))],
    ] as const)
      test(`is refused with its line and how to allow for it, in ${packed}${name}`, () => {
        const where = name === 'quoted.csv' ? /^Line \d+ of / : new RegExp(`^Line ${line} of `);
        return refused(lengths(path), path, where, /DISTILLERY_LONGEST_LINE_MB=64/).then(() =>
          refused(lengths(path), path, /longer than 1 MiB/, /line breaks/),
        );
      });

  test('is read where the environment allows for longer ones', async () => {
    process.env[variable] = '2';
    assert.deepEqual(await lengths(join(folder, 'line.jsonl')), [1, long.length, 1]);
    assert.deepEqual(await lengths(join(folder, 'field.csv')), [1, long.length, 1]);
    assert.deepEqual(await lengths(join(folder, 'field.tsv')), [long.length]);
    process.env[variable] = 'many';
    await assert.rejects(lengths(join(folder, 'field.csv')), /DISTILLERY_LONGEST_LINE_MB is "many"/);
  });
});

test('a small .gz file that unpacks to a hundred times its size is not unpacked to its end', async () => {
  const path = file('bomb.jsonl.gz', gzipSync(Buffer.alloc(48 << 20, '\n')));
  await refused(lengths(path), path, /unpacks to more than 100 times its size/, /gunzip/);
  const text = file('bomb.txt.gz', gzipSync(Buffer.alloc(48 << 20, 'a b\n')));
  let length = 0;
  const read = async () => {
    for await (const chunk of textChunks(text)) length += chunk.length;
  };
  await refused(read(), text, /unpacks to more than 100 times its size/, /gunzip/);
  assert.ok(length <= 16 << 20, `${length} characters`);
});

test('a text of one line comes in pieces, none of them lost', async () => {
  const content = Array.from({ length: 300_000 }, (_, index) => `word${index}`).join(' ');
  const { read } = await openDocuments(file('one-line.txt', content), { textColumn: 'text' }, folder);
  const pieces: string[] = [];
  for await (const { text } of read()) pieces.push(text);
  assert.ok(Math.max(...pieces.map((piece) => piece.length)) <= 1 << 15);
  assert.equal(pieces.join(''), content);
});

describe('what is no file', { skip: process.platform === 'win32' }, () => {
  const pipe = join(folder, 'pipe.csv');
  execFileSync('mkfifo', [pipe]);
  for (const [name, target] of [
    ['zero.csv', '/dev/zero'],
    ['zero.jsonl', '/dev/zero'],
    ['link.csv', pipe],
  ] as const) {
    symlinkSync(target, join(folder, name));
    test(
      `is refused instead of read for ever: ${name}, linked to ${target === pipe ? 'a pipe' : target}`,
      {
        timeout: 300_000,
      },
      () => refused(lengths(join(folder, name)), name, /is a pipe, a socket or a device/, /Save what comes/),
    );
  }

  test('a link to a file is followed, for users keep data elsewhere', async () => {
    symlinkSync(file('real.csv', 'text\nabc\n'), join(folder, 'linked.csv'));
    assert.deepEqual(await lengths(join(folder, 'linked.csv')), [3]);
  });

  test('a folder is called one', () =>
    refused(lengths(folderNamed('f.csv')), 'f.csv', /is a folder/, /Name a file/));
});

function folderNamed(name: string): string {
  execFileSync('mkdir', [join(folder, name)]);
  return join(folder, name);
}
