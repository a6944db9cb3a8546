/** A hidden state by its number, or a value of an ONNX graph by name or pattern. */
export type LayerReference = number | string;

/** Numbers first, then names. */
export const inOrder = <T extends LayerReference>(layers: readonly T[]): T[] =>
  [...layers].sort((one, other) =>
    typeof one === 'number' && typeof other === 'number'
      ? one - other
      : typeof one === typeof other
        ? one < other
          ? -1
          : 1
        : typeof one === 'number'
          ? -1
          : 1,
  );
