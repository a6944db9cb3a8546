import { type FileMetaData, parquetSchema, type SchemaTree } from 'hyparquet';

/**
 * Compares what the footer of a Parquet file promises with the file: the decoder believes row counts and places that
 * cannot be, and reads for ever or far beyond its memory.
 * @param bytes of the whole file
 * @throws Error saying what cannot be
 */
export function checkFooter(metadata: FileMetaData, bytes: number): void {
  const { num_rows, row_groups } = metadata;
  const leaves = leavesOf(parquetSchema(metadata));
  let rows = 0n;
  for (const [index, group] of row_groups.entries()) {
    const where = `row group ${index + 1}`;
    const groupRows = BigInt(group.num_rows);
    if (groupRows < 0n || groupRows > 2n ** 31n) throw new Error(`${where} claims ${groupRows} rows`);
    rows += groupRows;
    if (group.columns.length !== leaves.length)
      throw new Error(`${where} has ${group.columns.length} columns, and the schema has ${leaves.length}`);
    for (const [place, { meta_data: column }] of group.columns.entries()) {
      if (!column) continue;
      if (!isSame(column.path_in_schema, leaves[place]!))
        throw new Error(
          `${where} has column ${column.path_in_schema.join('.')} where the schema has ${leaves[place]!.join('.')}`,
        );
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

/**
 * Paths of the columns that have values, in the order in which row groups have them too. The decoder begins to read every
 * column of a row group, and waits for one of each name: what goes wrong in a second one would end the process.
 */
const leavesOf = ({ children }: SchemaTree): (readonly string[])[] =>
  children.flatMap((child) => (child.children.length === 0 ? [child.path] : leavesOf(child)));

const isSame = (one: readonly string[], other: readonly string[]) =>
  one.length === other.length && one.every((name, index) => name === other[index]);
