import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, parquetSchema } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { nowReading } from '../../base/reading.ts';
import { openNamed } from '../../base/regular-file.ts';
import { UserError } from '../../experiment/user-error.ts';
import { fileProblem } from '../file-problem.ts';
import { checkFooter } from './parquet-footer.ts';
import { checkColumns, type Row } from './rows.ts';

/** More rows than this are not decoded at once, however large the file's own row groups are. */
const rowsAtOnce = 4096;

/** Rows of a Parquet file; only the columns that are asked for are read, a few thousand rows at a time. */
export async function* parquetRows(file: string, columns: readonly string[]): AsyncGenerator<Row> {
  const { buffer, metadata } = await openParquet(file);
  checkColumns(
    columns,
    parquetSchema(metadata).children.map(({ element }) => element.name),
    file,
  );
  let start = 0;
  for (const group of metadata.row_groups) {
    const end = start + Number(group.num_rows);
    for (; start < end; start = Math.min(end, start + rowsAtOnce)) {
      const rowEnd = Math.min(end, start + rowsAtOnce);
      const rows = await decode(file, () =>
        parquetReadObjects({
          file: buffer,
          metadata,
          compressors,
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
      const metadata = await parquetMetadataAsync(buffer);
      checkFooter(metadata, buffer.byteLength);
      return { buffer, metadata };
    });
  } catch (error) {
    throw fileProblem(error, file);
  }
}

async function decode<T>(file: string, read: () => Promise<T>): Promise<T> {
  try {
    nowReading(file);
    return await read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== undefined) throw fileProblem(error, file);
    throw new UserError(`${file} cannot be read as Parquet: ${(error as Error).message}.`, {
      remedy: 'It may be cut off or broken; write or download it again.',
      place: file,
      cause: error,
    });
  }
}
