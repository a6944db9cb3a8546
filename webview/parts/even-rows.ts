import { noChange } from 'lit';
import { AsyncDirective } from 'lit/async-directive.js';
import { directive, type ElementPart, type PartInfo, PartType } from 'lit/directive.js';
import { SizeWatch } from './size-watch.ts';

/** Pixels between cards, as the style has them. */
const gap = 12;

/** How many cards stand in each row, where at most so many fit: as few rows as can be, and none with a hole. */
export function evenRows(cards: number, most: number): number[] {
  const rows = Math.ceil(cards / Math.max(1, most));
  const [least, longer] = [Math.floor(cards / rows), cards % rows];
  return Array.from({ length: rows }, (_, row) => least + (row < longer ? 1 : 0));
}

/** Tall cards have rows of their own: beside them low ones would be mostly empty. */
const isTall = (card: Element) => card.hasAttribute('tall');

/** Lets the cards in an element fill its rows evenly, each at least so many pixels wide. */
class InEvenRows extends AsyncDirective {
  readonly #element: HTMLElement;
  #least = 1;
  readonly #resize = new SizeWatch(() => this.#lay());
  readonly #more = new MutationObserver(() => this.#lay());
  readonly #taller = new MutationObserver(() => this.#lay());

  constructor(part: PartInfo) {
    super(part);
    if (part.type !== PartType.ELEMENT) throw new Error('Rows are those of an element.');
    this.#element = (part as ElementPart).element as HTMLElement;
    this.#watch();
  }

  override render(_least: number): unknown {
    return noChange;
  }

  override update(_part: ElementPart, [least]: [number]): unknown {
    this.#least = least;
    return noChange;
  }

  protected override disconnected(): void {
    this.#resize.disconnect();
    this.#more.disconnect();
    this.#taller.disconnect();
  }

  protected override reconnected(): void {
    this.#watch();
  }

  #watch(): void {
    this.#resize.observe(this.#element);
    this.#more.observe(this.#element, { childList: true });
    // By an observer of its own: what changes within the cards, as pictures are drawn, must lay no rows.
    this.#taller.observe(this.#element, { subtree: true, attributeFilter: ['tall'] });
  }

  #lay(): void {
    const most = Math.max(1, Math.floor((this.#element.clientWidth + gap) / (this.#least + gap)));
    const cards = [...this.#element.children] as HTMLElement[];
    for (let first = 0; first < cards.length; ) {
      const next = cards.findIndex((card, index) => index > first && isTall(card) !== isTall(cards[first]!));
      const end = next < 0 ? cards.length : next;
      for (const inRow of evenRows(end - first, most)) {
        // A little less than its share, lest rounding breaks the row.
        const basis = `calc((100% - ${(inRow - 1) * gap}px) / ${inRow} - 0.1px)`;
        for (const card of cards.slice(first, first + inRow))
          if (card.style.flexBasis !== basis) card.style.flexBasis = basis;
        first += inRow;
      }
    }
  }
}

export const inEvenRows = directive(InEvenRows);
