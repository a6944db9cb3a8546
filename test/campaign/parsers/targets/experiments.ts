import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Parser, promise } from '../parser.ts';

const words = [
  '"kind"',
  'response',
  'online',
  'combined',
  '"terms"',
  '//',
  '/*',
  '*/',
  '#',
  ',',
  '{',
  '}',
  '[',
  ']',
  'NaN',
  "'",
  '"seeds"',
  '"$schema"',
  '"hf:a/b"',
  'null',
];

const examples = (root: string) => {
  const folder = join(root, 'examples');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.distill.json'))
    .map((name) => readFileSync(join(folder, name)));
};

/** Experiment files: JSON with comments. Whatever is wrong is among the problems, with its place. */
export const experiment: Parser = {
  name: 'experiment',
  form: 'text',
  block: 4000,
  words,
  async open(_folder, root) {
    const { parseExperiment } = await import('../../../../src/experiment/parsing/parse.ts');
    const { hyperparametersOf } = await import('../../../../src/experiment/editing/hyperparameters.ts');
    const seeds = examples(root);
    const plain = seeds.map((seed) => Buffer.from(seed.toString().replace(/^\s*\/\/.*\n/gm, '')));
    return {
      seeds: [...seeds, ...plain],
      withoutFile: true,
      read(input) {
        const text = input.toString();
        const { experiment: read, problems } = parseExperiment(text);
        for (const { offset, length, line, column, message, remedy, severity } of problems) {
          promise(
            offset >= 0 && length >= 0 && offset + length <= text.length + 1,
            'a problem lies outside of the text',
          );
          promise(line >= 1 && column >= 1 && message !== '', 'a problem has no place or says nothing');
          promise(severity !== 'error' || Boolean(remedy), `an error without a remedy: ${message}`);
        }
        promise(read !== undefined || problems.length > 0, 'an experiment is refused without a word');
        if (read) hyperparametersOf(read);
        return read ? `sound ${read.strategy.kind}` : problems[0]!.code;
      },
    };
  },
};

/** Names of strategies and experiments that somebody types for a new file: the text that is made is sound. */
export const template: Parser = {
  name: 'template',
  form: 'text',
  block: 3000,
  words: ['response', '*/', '//', '\\', '"', '${', '\u2028'],
  async open() {
    const { experimentTemplate, templateStrategies } = await import(
      '../../../../src/experiment/editing/template.ts'
    );
    const { parseExperiment } = await import('../../../../src/experiment/parsing/parse.ts');
    const kinds = templateStrategies().map(({ kind }) => kind);
    return {
      seeds: ['My experiment', 'a', 'Ü "quoted" \\'].map((name) => Buffer.from(name)),
      withoutFile: true,
      read(input) {
        const name = input.toString().trim() || 'x';
        const kind = kinds[input.length % kinds.length]!;
        const { problems, experiment: read } = parseExperiment(experimentTemplate(kind, name));
        promise(
          read !== undefined || name.length > 100,
          `the template is not sound: ${problems[0]?.message}`,
        );
        return kind;
      },
    };
  },
};

/** What is typed into the field of a hyperparameter. */
export const field: Parser = {
  name: 'hyperparameter',
  form: 'text',
  block: 6000,
  words: ['1e-3', '[1, 2]', 'null', 'true', '5e-5', '0x10', 'Infinity', 'response'],
  async open(_folder, root) {
    const { parseInput } = await import('../../../../src/experiment/editing/hyperparameter-input.ts');
    const { hyperparametersOf } = await import('../../../../src/experiment/editing/hyperparameters.ts');
    const { parseExperiment } = await import('../../../../src/experiment/parsing/parse.ts');
    const sound = examples(root)
      .map((text) => parseExperiment(text.toString()).experiment!)
      .map((read) => ({ read, parameters: hyperparametersOf(read) }));
    return {
      seeds: ['0.001', '800, 800', 'cosine', '5e-5', '[1]'].map((text) => Buffer.from(text)),
      withoutFile: true,
      read(input) {
        const { read, parameters } = sound[input.length % sound.length]!;
        const parameter = parameters[(input[0] ?? 0) % parameters.length]!;
        const parsed = parseInput(parameter, input.toString(), read);
        promise('value' in parsed || parsed.message !== '', 'an input is refused without a word');
        return `${parameter.type} ${'value' in parsed}`;
      },
    };
  },
};

/** The name of a model on the Hub. */
export const reference: Parser = {
  name: 'hub reference',
  form: 'text',
  block: 50_000,
  words: ['hf:', '@', '/', '..', 'main', 'refs/pr/2'],
  async open() {
    const { isHubReference, parseHubReference } = await import('../../../../src/models/hub/reference.ts');
    return {
      seeds: ['hf:distilbert/distilbert-base-uncased@main', 'hf:a/b', 'hf:a/b@refs/pr/2'].map((text) =>
        Buffer.from(text),
      ),
      withoutFile: true,
      read(input) {
        const text = input.toString();
        const { repository, revision } = parseHubReference(text);
        promise(isHubReference(text), 'a name without hf: is taken for one');
        promise(!`/${repository}/${revision}/`.includes('/../'), 'a name leads out of its folder');
        return 'reference';
      },
    };
  },
};
