import { Environment, Interpreter, parse, tokenize } from '@huggingface/jinja';
import { UserError } from '../../../base/user-error.ts';
import { watched } from '../tokenizer-json/time-limit.ts';
import { type Conversation, learnedRole, type Message } from './conversation.ts';

/** A stretch of a text in UTF-16 units: [start, end). */
export type Stretch = readonly [start: number, end: number];

/** A conversation as a model reads it. */
export interface Rendered {
  readonly text: string;
  /** What the assistant says, ascending. */
  readonly learned: readonly Stretch[];
}

/** Not characters, and never in texts: they mark where blocks of generation begin and end. */
const [opening, closing] = ['\ufdd0', '\ufdd1'];
const generationTag = /\{%([-+]?)\s*(end)?generation\s*([-+]?)%\}/g;

/** Milliseconds for one conversation, which takes a fraction of one. */
const mostMilliseconds = 10_000;

/** The day in templates that write one: runs of tomorrow read the same texts. It is what Llama 3 writes where it knows none. */
const fixedDay = { '%Y': '2024', '%m': '07', '%d': '26', '%b': 'Jul', '%B': 'July', '%H': '00', '%M': '00' };
const dayOf = (format: unknown): string =>
  String(format).replace(/%[YmdbBHM]/g, (part) => fixedDay[part as keyof typeof fixedDay]);

/** Writes conversations in the form that a model was trained on: a template in Jinja, which comes with a tokenizer. */
export class ChatTemplate {
  readonly #program: ReturnType<typeof parse>;
  readonly #file: string;
  readonly #specials: Readonly<Record<string, string>>;
  /** Whether the template says itself what the assistant generates. */
  readonly #marked: boolean;
  readonly #milliseconds: number;

  /**
   * @param file where it stands, for messages
   * @param specials tokens by the names that templates have for them, such as `bos_token`
   * @param milliseconds for one conversation
   * @throws UserError if it is no template
   */
  constructor(
    source: string,
    file: string,
    specials: Readonly<Record<string, string>>,
    milliseconds = mostMilliseconds,
  ) {
    this.#milliseconds = milliseconds;
    this.#file = file;
    this.#specials = specials;
    this.#marked = source.search(generationTag) >= 0;
    // A block around the mark strips and keeps white space as the tag itself does.
    const marked = source.replace(
      generationTag,
      (_, before: string, end: string | undefined, behind: string) =>
        `{%${before} if true %}${end ? closing : opening}{% endif ${behind}%}`,
    );
    try {
      // As transformers reads templates.
      this.#program = watched(mostMilliseconds, () =>
        parse(tokenize(marked, { lstrip_blocks: true, trim_blocks: true })),
      );
    } catch (error) {
      throw new UserError(`The chat template in ${file} cannot be read: ${(error as Error).message}.`, {
        remedy: 'Take the template that was saved with the model.',
        place: file,
        cause: error,
      });
    }
  }

  /**
   * The text of a conversation, and what of it the assistant says: what stands in blocks of generation, or else, for each
   * of its turns, what comes behind the same conversation up to there, with the beginning of an answer, and up to where
   * the turn ends.
   * @throws UserError naming the conversation where the template fails, or does not tell what the assistant says
   */
  render(conversation: Conversation): Rendered {
    const whole = this.#written(conversation, conversation.messages, false);
    if (this.#marked) return this.#read(whole, conversation);
    const learned: Stretch[] = [];
    for (const [at, { role }] of conversation.messages.entries()) {
      if (role !== learnedRole) continue;
      const before = this.#written(conversation, conversation.messages.slice(0, at), true);
      const upTo = this.#written(conversation, conversation.messages.slice(0, at + 1), false);
      if (!upTo.startsWith(before) || !whole.startsWith(upTo))
        throw this.#problem(
          conversation,
          `writes message ${at + 1} in another way where it is not the last one, so what the assistant says cannot be told apart`,
          'Put {% generation %} and {% endgeneration %} around it in the template, or give each answer a conversation of its own.',
        );
      learned.push([before.length, upTo.length]);
    }
    return { text: whole, learned };
  }

  #written(conversation: Conversation, messages: readonly Message[], prompt: boolean): string {
    const environment = new Environment();
    const known: Record<string, unknown> = {
      true: true,
      True: true,
      false: false,
      False: false,
      none: null,
      None: null,
      range: rangeOf,
      strftime_now: dayOf,
      raise_exception: (message: unknown) => {
        throw new Error(String(message));
      },
      ...this.#specials,
      messages,
      tools: null,
      documents: null,
      add_generation_prompt: prompt,
    };
    for (const [name, value] of Object.entries(known)) environment.set(name, value);
    let result: unknown;
    try {
      result = watched(this.#milliseconds, () => new Interpreter(environment).run(this.#program).value);
    } catch (error) {
      throw this.#problem(
        conversation,
        `fails: ${(error as Error).message.slice(0, 500).replace(/\.$/, '')}`,
        'Write the conversation as the template wants it, or take another tokenizer.',
        error,
      );
    }
    return String(result);
  }

  #read(marked: string, conversation: Conversation): Rendered {
    let text = '';
    const learned: Stretch[] = [];
    let start: number | undefined;
    for (const part of marked.split(new RegExp(`(${opening}|${closing})`, 'u'))) {
      if (part === opening || part === closing) {
        if ((part === opening) !== (start === undefined))
          throw this.#problem(
            conversation,
            'does not close each block of generation before the next',
            'Mend the template: {% generation %} … {% endgeneration %}.',
          );
        if (start !== undefined && text.length > start) learned.push([start, text.length]);
        start = start === undefined ? text.length : undefined;
      } else text += part;
    }
    return { text, learned };
  }

  #problem({ place, file }: Conversation, what: string, remedy: string, cause?: unknown): UserError {
    return new UserError(`The chat template in ${this.#file} ${what}. It was reading ${place} of ${file}.`, {
      remedy,
      place: file,
      cause,
    });
  }
}

/** Python's range, of so many numbers as a template can want. */
function rangeOf(start: number, stop?: number, step = 1): number[] {
  const [from, to] = stop === undefined ? [0, start] : [start, stop];
  const count = Math.ceil((to - from) / step);
  if (!(count <= 1e6)) throw new Error('a range of more than a million numbers');
  return Array.from({ length: Math.max(0, count) }, (_, at) => from + at * step);
}
