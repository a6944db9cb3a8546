import { type AnswerPage, type AskedOfData, answerPage } from '../../../src/answers/answer-page.ts';
import { type DataCondition, meets } from '../../../src/answers/conditions.ts';
import type { KeptAnswers, ModelAnswers } from '../../../src/answers/kept-answers.ts';
import { pairOf } from '../../../src/answers/pair.ts';
import type { ShownSample } from '../../../src/checks/samples/sample-schema.ts';
import type { AnswerQuestion, AnswersOfRun } from '../../../webview/protocol/answers.ts';

/** Answers of made-up models to made-up samples, digits or mails, that are the same each time. */
export class SampleAnswers {
  readonly #mails: boolean;
  readonly #kept = new Map<string, KeptAnswers>();
  readonly #count: number;
  readonly #pictures = new Map<string, string>();

  constructor(kind: string, count: number) {
    this.#mails = kind === 'mails';
    this.#count = count;
  }

  sources(runs: readonly string[]): AnswersOfRun[] {
    return runs.map((run) => {
      const { models, missing, classNames, kind, unit, lengths, compressed } = this.#of(run);
      return {
        run,
        source: {
          models: models.map(({ name }) => name),
          ...{ missing, classNames, kind, unit, compressed },
          total: this.#count,
          texts: lengths !== undefined,
        },
      };
    });
  }

  ask({ a, b, ...question }: AnswerQuestion): AnswerPage {
    const pair = pairOf(this.#of(a.run), a.model, this.#of(b.run), b.model);
    const isPage = (answer: AnswerPage | AskedOfData): answer is AnswerPage => 'matched' in answer;
    const first = answerPage(pair, question);
    if (isPage(first)) return first;
    const among = [...pair.ids.keys()].filter((position) => this.#meets(position, first.conditions));
    const page = answerPage(pair, { ...question, among });
    if (!isPage(page)) throw new Error('The data was asked twice.');
    return page;
  }

  samples(positions: readonly number[]): ShownSample[] {
    return positions.map((position) =>
      this.#mails
        ? { position, text: this.#mail(position), cut: false, columns: [['sender', sender(position)]] }
        : { position, picture: this.#picture(label(position, 10), position), width: 28, height: 28 },
    );
  }

  #meets(position: number, conditions: readonly DataCondition[]): boolean {
    return conditions.every((one) =>
      meets(one.column === null ? this.#mail(position) : sender(position), one),
    );
  }

  #mail(position: number): string {
    const spam = label(position, 2) === 1;
    return spam
      ? `Subject: An offer for you ${position}\n\nBuy <b>now</b> & save ${position % 90} %!\n${'Do not miss it. '.repeat(1 + (position % 9))}`
      : `Re: Meeting ${position}\n\nSee you at ${position % 12} o’clock.\n${'> as you wrote '.repeat(1 + (position % 7))}`;
  }

  /** A digit as the browser writes it. */
  #picture(digit: number, position: number): string {
    const key = `${digit} ${position % 7}`;
    const known = this.#pictures.get(key);
    if (known) return known;
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 28;
    const context = canvas.getContext('2d')!;
    context.fillRect(0, 0, 28, 28);
    context.fillStyle = 'white';
    context.font = `${18 + (position % 7)}px serif`;
    context.fillText(String(digit), 8, 22);
    const url = canvas.toDataURL('image/png');
    this.#pictures.set(key, url);
    return url;
  }

  #of(run: string): KeptAnswers {
    const known = this.#kept.get(run);
    if (known) return known;
    const classes = this.#mails ? 2 : 10;
    const ids = Int32Array.from({ length: this.#count }, (_, position) => 60_000 + position);
    const labels = ids.map((_, position) => label(position, classes));
    const seed = [...run].reduce((sum, sign) => (31 * sum + sign.charCodeAt(0)) >>> 0, 7);
    const kept: KeptAnswers = {
      ...{
        kind: 'classes',
        unit: 'nats',
        content: 'content',
        samples: 'samples',
        compressed: false,
        ids,
        labels,
      },
      classNames: this.#mails ? ['ham', 'spam'] : Array.from({ length: 10 }, (_, digit) => String(digit)),
      lengths: this.#mails ? ids.map((_, position) => 10 + ((position * 7) % 90)) : undefined,
      models: [made('teacher', labels, classes, 1, 0.03), made('student', labels, classes, seed, 0.08)],
      missing: [],
    };
    this.#kept.set(run, kept);
    return kept;
  }
}

const sender = (position: number) => (position % 2 ? 'bob@example.org' : 'ada@example.org');
const label = (position: number, classes: number) => (position * 7 + Math.floor(position / 13)) % classes;

/** A model that is wrong so often, in places that depend on the seed. */
function made(name: string, labels: Int32Array, classes: number, seed: number, wrong: number): ModelAnswers {
  const draw = (position: number, use: number) => {
    const mixed = Math.imul(position + 1, 2654435761) ^ Math.imul(seed + use * 97, 1597334677);
    return ((Math.imul(mixed ^ (mixed >>> 15), 2246822519) >>> 0) % 100_003) / 100_003;
  };
  const answers = labels.map((own, position) => (draw(position, 1) < wrong ? (own + 1) % classes : own));
  const sure = Float32Array.from(labels, (_, position) => 0.55 + 0.449 * draw(position, 2));
  return {
    name,
    kept: 2,
    losses: Float32Array.from(
      labels,
      (own, position) => -Math.log(answers[position] === own ? sure[position]! : 1 - sure[position]!),
    ),
    classes: Int32Array.from({ length: 2 * labels.length }, (_, at) => {
      const position = at >> 1;
      const other =
        answers[position] === labels[position] ? (labels[position]! + 1) % classes : labels[position]!;
      return at % 2 === 0 ? answers[position]! : other;
    }),
    probabilities: Float32Array.from({ length: 2 * labels.length }, (_, at) =>
      at % 2 === 0 ? sure[at >> 1]! : 1 - sure[at >> 1]!,
    ),
  };
}
