interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface LabelOf {
  readonly dataIndex?: number;
  /** Of the marker, and of its label to the right of it. */
  readonly rect: Rect;
  readonly labelRect: Rect;
}

/** Pixels between labels. */
const gap = 2;
/** From where a label would begin on the right of its marker to where it ends on the left. */
const toTheLeft = 24;

/**
 * Where labels beside the markers of a picture go: left of those near its right edge, and down from labels that were
 * placed before, as far as it takes. The markers must come from top to bottom.
 */
export function labelsApart(width: number): (label: LabelOf) => Record<string, unknown> {
  let placed: Rect[] = [];
  return ({ dataIndex, rect, labelRect }) => {
    // A picture is laid out anew with each change.
    if (dataIndex === 0) placed = [];
    const left = rect.x > width * 0.6;
    const x = left ? labelRect.x - toTheLeft - labelRect.width : labelRect.x;
    let { y } = labelRect;
    for (const other of placed.toSorted((a, b) => a.y - b.y))
      if (
        x < other.x + other.width &&
        other.x < x + labelRect.width &&
        y < other.y + other.height + gap &&
        other.y < y + labelRect.height + gap
      )
        y = other.y + other.height + gap;
    placed.push({ ...labelRect, x, y });
    return { dy: y - labelRect.y, ...(left ? { align: 'right', dx: -toTheLeft } : {}) };
  };
}
