import type { ModelGoal } from '../../../src/experiment/architectures/architecture-record.ts';
import { students } from '../../models/samples.ts';

export interface Kind {
  readonly goal: ModelGoal;
  readonly config: Readonly<Record<string, unknown>>;
  /** How transformers.js opens it: by the classes of its task, by AutoModel alone, or not at all. */
  readonly opens: 'by its task' | 'by AutoModel' | 'not';
  /** Whether every precision is tried: of one kind of each architecture. */
  readonly inEveryPrecision: boolean;
}

const small = { hiddenSize: 16, layers: 2 };
/** Two of four heads are left, so that it has no place in the layout of its kind. */
const pruned = { ...small, heads: 2, headSize: 4 };

/** Students whose config.json is Distillery's own. */
const others: Readonly<Record<string, Pick<Kind, 'goal' | 'config'>>> = {
  mlp: { goal: 'images', config: { architecture: 'mlp', hidden: [24, 12], normalization: 'batch' } },
  cnn: { goal: 'images', config: { architecture: 'cnn', channels: [4, 8], dense: 16 } },
  'cifar-resnet': { goal: 'images', config: { architecture: 'resnet', depth: 8, width: 0.5 } },
  'bert-exit': {
    goal: 'classification',
    config: { architecture: 'bert', ...small, heads: 2, head: 'linear' },
  },
  'vit-pruned': { goal: 'images', config: { architecture: 'vit', ...pruned } },
  'gpt2-pruned': { goal: 'language-model', config: { architecture: 'gpt2', ...pruned } },
};

const isGenerator = ({ goal }: Pick<Kind, 'goal' | 'config'>) => goal === 'language-model';

/** The first student of each architecture. */
const firsts = new Set(
  new Map([...students].reverse().map(([name, { written }]) => [written.architecture, name])).values(),
);

/** A student of every kind of model that is exported. */
export const kinds: ReadonlyMap<string, Kind> = new Map([
  ...[...students].map(([name, { goal, written }]): [string, Kind] => [
    name,
    { goal, config: written, opens: 'by its task', inEveryPrecision: firsts.has(name) },
  ]),
  ...Object.entries(others).map(([name, kind]): [string, Kind] => [
    name,
    { ...kind, opens: isGenerator(kind) ? 'not' : 'by AutoModel', inEveryPrecision: false },
  ]),
]);
