import type { FileMetaData } from 'hyparquet';

/**
 * Compares what the footer of a Parquet file promises with the file: the decoder believes row counts and places that
 * cannot be, and reads for ever or far beyond its memory.
 * @param bytes of the whole file
 * @throws Error saying what cannot be
 */
export function checkFooter({ num_rows, row_groups }: FileMetaData, bytes: number): void {
  let rows = 0n;
  for (const [index, group] of row_groups.entries()) {
    const where = `row group ${index + 1}`;
    const groupRows = BigInt(group.num_rows);
    if (groupRows < 0n || groupRows > 2n ** 31n) throw new Error(`${where} claims ${groupRows} rows`);
    rows += groupRows;
    for (const { meta_data: column } of group.columns) {
      if (!column) continue;
      const name = `column ${column.path_in_schema.join('.')} of ${where}`;
      const start = Number(column.dictionary_page_offset || column.data_page_offset);
      const length = Number(column.total_compressed_size);
      if (!(start >= 0 && length >= 0 && start + length <= bytes))
        throw new Error(`${name} claims bytes ${start} to ${start + length} of ${bytes}`);
      // A column of lists has as many values as its lists, at least one of them for each row.
      if (
        column.num_values < groupRows ||
        (column.path_in_schema.length === 1 && column.num_values > groupRows)
      )
        throw new Error(`${name} claims ${column.num_values} values for ${groupRows} rows`);
    }
  }
  if (rows !== BigInt(num_rows)) throw new Error(`it claims ${num_rows} rows, but its row groups ${rows}`);
}
