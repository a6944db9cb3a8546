import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { asyncBufferFromFile, type FileMetaData, parquetMetadataAsync } from 'hyparquet';
import { checkFooter } from '../../../../src/data/text/parquet/footer-check.ts';
import { readRows } from '../../../../src/data/text/rows/rows.ts';
import { temporaryDirectory } from '../../idx-files.ts';

const fixture = join(import.meta.dirname, '../../../fixtures/text/rows.parquet');

test('a Parquet footer that promises what the file cannot hold is refused before anything is decoded', async () => {
  const buffer = await asyncBufferFromFile(fixture);
  const read = () => parquetMetadataAsync(buffer);
  checkFooter(await read(), buffer.byteLength);
  const refused = async (change: (metadata: FileMetaData) => void, message: RegExp) => {
    const metadata = await read();
    change(metadata);
    assert.throws(() => checkFooter(metadata, buffer.byteLength), message);
  };
  const column = (metadata: FileMetaData) => metadata.row_groups[0]!.columns[0]!.meta_data!;
  await refused((metadata) => {
    metadata.num_rows += 1n;
  }, /it claims \d+ rows, but its row groups \d+/);
  await refused((metadata) => {
    metadata.row_groups[0]!.num_rows = 2n ** 62n;
  }, /row group 1 claims 4611686018427387904 rows/);
  await refused((metadata) => {
    metadata.row_groups[0]!.num_rows += 1n;
  }, /claims \d+ values for \d+ rows/);
  await refused((metadata) => {
    column(metadata).num_values = 2n ** 40n;
  }, /claims 1099511627776 values for \d+ rows/);
  await refused((metadata) => {
    column(metadata).total_compressed_size = BigInt(buffer.byteLength) + 1n;
  }, /claims bytes \d+ to \d+ of \d+/);
  await refused((metadata) => {
    metadata.row_groups[0]!.columns.pop();
  }, /row group 1 has \d+ columns, and the schema has \d+/);
  await refused((metadata) => {
    metadata.row_groups[0]!.columns.reverse();
  }, /row group 1 has column number where the schema has text/);
  await refused((metadata) => {
    column(metadata).data_page_offset = -1n;
    delete column(metadata).dictionary_page_offset;
  }, /claims bytes -1 to/);
});

test('a device with the name of a Parquet file is refused', {
  skip: process.platform === 'win32',
}, async (context) => {
  const file = join(temporaryDirectory(context), 'zero.parquet');
  symlinkSync('/dev/zero', file);
  const first = () => readRows(file, ['text'])[Symbol.asyncIterator]().next();
  await assert.rejects(first(), /zero\.parquet is a pipe, a socket or a device/);
});
