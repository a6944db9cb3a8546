/** (rows, columns) to (columns, rows). */
export function transposed<A extends Float32Array | Int8Array>(matrix: A, rows: number, columns: number): A {
  const result = matrix.slice() as A;
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      result[column * rows + row] = matrix[row * columns + column]!;
  return result;
}
