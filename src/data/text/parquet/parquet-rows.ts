import {
  type AsyncBuffer,
  asyncBufferFromFile,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
  type RowGroup,
} from 'hyparquet';
import { getTreePath } from 'hyparquet/src/schema.js';
import { fileProblem } from '../../../base/file-problem.ts';
import { nowReading } from '../../../base/reading.ts';
import { openNamed } from '../../../base/regular-file.ts';
import { UserError } from '../../../base/user-error.ts';
import { type Columns, columnsAmong, type Row } from '../rows/rows.ts';
import { checkColumn } from './column-check.ts';
import { boundedCompressors } from './compressors.ts';
import { checkFooter } from './footer-check.ts';
import { structureEnd } from './thrift-shape.ts';

/** More rows than this are not decoded at once, however large the file's own row groups are. */
const rowsAtOnce = 4096;
/** Of a file with thousands of row groups of many columns, a footer has a few. */
const mostFooterBytes = 64 << 20;
const mostFooterValues = 8e6;

/** Rows of a Parquet file; only the columns that are asked for are read, a few thousand rows at a time. */
export async function* parquetRows(file: string, asked: Columns): AsyncGenerator<Row> {
  const { buffer, metadata } = await openParquet(file);
  const columns = columnsAmong(
    asked,
    parquetSchema(metadata)
      .children.filter(
        ({ children, element }) =>
          !('andOthers' in asked) || children.length === 0 || asked.andOthers.includes(element.name),
      )
      .map(({ element }) => element.name),
    file,
  );
  let start = 0;
  for (const group of metadata.row_groups) {
    const held = await decode(file, () => soundColumns(buffer, metadata, group, columns));
    const end = start + Number(group.num_rows);
    for (; start < end; start = Math.min(end, start + rowsAtOnce)) {
      const rowEnd = Math.min(end, start + rowsAtOnce);
      const rows = await decode(file, () =>
        parquetReadObjects({
          file: held,
          metadata,
          compressors: boundedCompressors,
          columns: [...columns],
          rowStart: start,
          rowEnd,
        }),
      );
      for (const [index, values] of rows.entries())
        yield { values: values as Record<string, unknown>, place: `row ${start + index + 1}` };
    }
  }
}

/** @throws UserError if it cannot be read, or is no Parquet file */
export async function openParquet(file: string) {
  try {
    // A pipe or a device is refused; the file is opened anew for each part that is read of it.
    await (await openNamed(file)).close();
    const buffer = await asyncBufferFromFile(file);
    return await decode(file, async () => {
      await requireFooter(buffer);
      const metadata = await parquetMetadataAsync(buffer);
      checkFooter(metadata, buffer.byteLength);
      return { buffer, metadata };
    });
  } catch (error) {
    throw fileProblem(error, file);
  }
}

/** What the decoder says of a file without a footer is said by it. @throws Error if the footer is not to be decoded */
async function requireFooter(buffer: AsyncBuffer): Promise<void> {
  const end = buffer.byteLength - 8;
  if (end < 0) return;
  const length = new DataView(await buffer.slice(end)).getUint32(0, true);
  if (length > end) return;
  if (length > mostFooterBytes)
    throw new Error(`its footer claims ${length} bytes, and at most ${mostFooterBytes} are read`);
  structureEnd(new Uint8Array(await buffer.slice(end - length, end)), 0, mostFooterValues);
}

/**
 * Looks at the columns of a row group before they are decoded.
 * @returns the file, of which these columns are read once however often they are asked for
 */
async function soundColumns(
  buffer: AsyncBuffer,
  metadata: FileMetaData,
  { columns }: RowGroup,
  asked: readonly string[],
): Promise<AsyncBuffer> {
  const schema = parquetSchema(metadata);
  for (const { meta_data: column } of columns) {
    if (!column || !asked.includes(column.path_in_schema[0]!)) continue;
    const start = Number(column.dictionary_page_offset || column.data_page_offset);
    const bytes = await buffer.slice(start, start + Number(column.total_compressed_size));
    checkColumn(new Uint8Array(bytes), column, getTreePath(schema, column.path_in_schema));
  }
  const read = new Map<string, ArrayBuffer | Promise<ArrayBuffer>>();
  return {
    byteLength: buffer.byteLength,
    slice: (start, end) => {
      const key = `${start} ${end}`;
      const known = read.get(key) ?? buffer.slice(start, end);
      read.set(key, known);
      return known;
    },
  };
}

async function decode<T>(file: string, read: () => Promise<T>): Promise<T> {
  try {
    nowReading(file);
    return await read();
  } catch (error) {
    // Decoders give their errors codes as well.
    if ((error as NodeJS.ErrnoException).syscall !== undefined) throw fileProblem(error, file);
    throw new UserError(`${file} cannot be read as Parquet: ${(error as Error).message}.`, {
      remedy: 'It may be cut off or broken; write or download it again.',
      place: file,
      cause: error,
    });
  }
}
