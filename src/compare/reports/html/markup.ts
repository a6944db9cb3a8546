/** HTML that may be put into a page as it is. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Content = string | number | Markup | readonly Content[] | null | undefined | false;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Whatever is put into this template is text, in elements and quoted attributes alike, unless it is markup itself. */
export function html(strings: TemplateStringsArray, ...contents: Content[]): Markup {
  return new Markup(strings.map((part, index) => part + write(contents[index])).join(''));
}

function write(content: Content): string {
  if (content === null || content === undefined || content === false) return '';
  if (content instanceof Markup) return content.text;
  if (typeof content === 'object') return content.map(write).join('');
  return String(content)
    .replace(/\p{Cc}/gu, (sign) => (/\s/.test(sign) ? sign : '�'))
    .replace(/[&<>"']/g, (sign) => entities[sign]!);
}

/** A name as users wrote it, in a direction of its own, so that right-to-left names do not reorder what follows. */
export const name = (text: string): Markup =>
  html`<bdi class="name" title="${text.slice(0, 500)}">${text}</bdi>`;
