import type { ColumnMetaData, SchemaTree } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { decompressPage } from 'hyparquet/src/datapage.js';
import { getMaxDefinitionLevel, getMaxRepetitionLevel } from 'hyparquet/src/schema.js';
import { boundedCompressors } from './compressors.ts';
import { checkDelta } from './delta-check.ts';
import { checkRuns } from './runs-check.ts';
import { structureEnd } from './thrift-shape.ts';

/** Page headers have a dozen fields, and statistics of a few more. */
const mostHeaderValues = 1000;
/** Values of a column in one row group: the decoder takes a few dozen bytes for each, of all of them at once. */
const mostValues = 2 ** 26;
/** Bytes of a page once it is unpacked; those that are written have one to a hundred megabytes. */
const mostPageBytes = 512 << 20;

const dictionaryEncodings = ['PLAIN_DICTIONARY', 'RLE_DICTIONARY'];

/**
 * Looks at all pages of a column before they are decoded: whether lengths, counts and runs are those of the file. The
 * decoder believes them, and fills all memory with a run of two thousand million values.
 * @param bytes of the column in one row group, its dictionary first
 * @param path from the root of the schema to the column
 * @throws Error saying what cannot be
 */
export function checkColumn(bytes: Uint8Array, column: ColumnMetaData, path: readonly SchemaTree[]): void {
  const most = Number(column.num_values);
  if (most > mostValues)
    throw new Error(
      `a row group has ${most} values, and at most ${mostValues} are decoded; write smaller ones`,
    );
  let values = 0;
  for (let at = 0; values < most && at < bytes.length - 1; ) {
    const start = structureEnd(bytes, at, mostHeaderValues);
    const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: at };
    const header = parquetHeader(reader);
    const { type, compressed_page_size: packed, uncompressed_page_size: unpacked } = header;
    if (!(packed >= 0 && start + packed <= bytes.length))
      throw new Error(`a page claims ${packed} bytes, and ${bytes.length - start} follow`);
    if (!(unpacked >= 0 && unpacked <= mostPageBytes))
      throw new Error(
        `a page claims to unpack to ${unpacked} bytes, and at most ${mostPageBytes} are unpacked`,
      );
    at = start + packed;
    const count = (header.data_page_header ?? header.data_page_header_v2 ?? header.dictionary_page_header)
      ?.num_values;
    if (type === 'INDEX_PAGE') continue;
    if (count === undefined || !(count >= 0 && count <= Math.max(most, 1)))
      throw new Error(`a page claims ${count} values of ${most}`);
    const page = { bytes: bytes.subarray(start, at), unpacked, codec: column.codec };
    if (type === 'DATA_PAGE') checkPage(page, header.data_page_header!, column, path);
    else if (type === 'DATA_PAGE_V2') checkPageV2(page, header.data_page_header_v2!, column, path);
    if (type !== 'DICTIONARY_PAGE') values += count;
  }
  if (values > most) throw new Error(`its pages have ${values} values, and ${most} are claimed`);
}

interface Page {
  readonly bytes: Uint8Array;
  readonly unpacked: number;
  readonly codec: ColumnMetaData['codec'];
}

const unpack = ({ bytes, unpacked, codec }: Page) =>
  decompressPage(bytes, unpacked, codec, boundedCompressors);

const widthOf = (level: number) => 32 - Math.clz32(level);

type Header = NonNullable<ReturnType<typeof parquetHeader>['data_page_header']>;
type HeaderV2 = NonNullable<ReturnType<typeof parquetHeader>['data_page_header_v2']>;

function checkPage(page: Page, header: Header, { type }: ColumnMetaData, path: readonly SchemaTree[]): void {
  const tree = [...path];
  const levels = [path.length > 1 ? getMaxRepetitionLevel(tree) : 0, getMaxDefinitionLevel(tree)];
  const bytes = unpack(page);
  let at = 0;
  for (const level of levels) {
    if (level === 0) continue;
    if (at + 4 > bytes.length) throw new Error('a page is cut off');
    checkRuns(bytes, at + 4, { width: widthOf(level), most: header.num_values });
    at += 4 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);
  }
  checkValues(bytes.subarray(at), header, type);
}

function checkPageV2(
  page: Page,
  header: HeaderV2,
  { type }: ColumnMetaData,
  path: readonly SchemaTree[],
): void {
  const tree = [...path];
  const { repetition_levels_byte_length: first, definition_levels_byte_length: second } = header;
  if (!(first >= 0 && second >= 0 && first + second <= Math.min(page.bytes.length, page.unpacked)))
    throw new Error(`the levels of a page claim ${first} and ${second} of its ${page.bytes.length} bytes`);
  const own = { most: header.num_values };
  const [repetition, definition] = [getMaxRepetitionLevel(tree), getMaxDefinitionLevel(tree)];
  if (repetition > 0) checkRuns(page.bytes, 0, { ...own, width: widthOf(repetition) });
  if (definition > 0) checkRuns(page.bytes, first, { ...own, width: widthOf(definition) });
  const rest = {
    ...page,
    bytes: page.bytes.subarray(first + second),
    unpacked: page.unpacked - first - second,
  };
  checkValues(header.is_compressed === false ? rest.bytes : unpack(rest), header, type);
}

function checkValues(
  bytes: Uint8Array,
  { encoding, num_values: most }: { readonly encoding: string; readonly num_values: number },
  type: ColumnMetaData['type'],
): void {
  if (encoding.startsWith('DELTA_')) {
    checkDelta(bytes, encoding, type, most);
    return;
  }
  const isDictionary = dictionaryEncodings.includes(encoding);
  if (!isDictionary && encoding !== 'RLE') return;
  if (type === 'BOOLEAN') {
    // Older pages have the length of the runs before them.
    checkRuns(bytes, 4, { width: 1, most });
    return;
  }
  const width = bytes[0];
  if (width === undefined) return;
  if (width > 32) throw new Error(`the numbers of a page have ${width} bits`);
  if (width > 0) checkRuns(bytes, 1, { width, most });
}
