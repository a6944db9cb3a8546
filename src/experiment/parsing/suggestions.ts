import { distance } from 'fastest-levenshtein';
import { architectureRecords, architectures } from '../architectures/all.ts';

/** What other tools call the options of this one; keys without case, dashes and underscores. */
const synonyms: Readonly<Record<string, string>> = {
  lr: 'learningRate',
  stepsize: 'learningRate',
  bs: 'batchSize',
  minibatchsize: 'batchSize',
  traintimebatchsize: 'batchSize',
  perdevicetrainbatchsize: 'batchSize',
  numtrainepochs: 'epochs',
  numepochs: 'epochs',
  nepochs: 'epochs',
  gradientaccumulation: 'accumulation',
  gradientaccumulationsteps: 'accumulation',
  gradaccum: 'accumulation',
  optim: 'optimizer',
  wd: 'weightDecay',
  l2: 'weightDecay',
  scheduler: 'schedule',
  lrscheduler: 'schedule',
  lrschedulertype: 'schedule',
  warmup: 'warmupRatio',
  maxgradnorm: 'clipNorm',
  gradientclipping: 'clipNorm',
  clipgradnorm: 'clipNorm',
  gradclip: 'clipNorm',
  smoothing: 'labelSmoothing',
  labelsmoothingfactor: 'labelSmoothing',
  eps: 'epsilon',
  adamepsilon: 'epsilon',
  adambeta1: 'beta1',
  adambeta2: 'beta2',
  t: 'temperature',
  temp: 'temperature',
  tau: 'temperature',
  a: 'alpha',
  weight: 'alpha',
  distillweight: 'alpha',
  seed: 'seeds',
  data: 'dataset',
  subset: 'labelledSubset',
  labeledsubset: 'labelledSubset',
  unlabeled: 'unlabelled',
  confidence: 'minConfidence',
  validationsplit: 'validation',
  valsplit: 'validation',
  evalfraction: 'validation',
  layers: 'hidden',
  units: 'hidden',
  hiddensizes: 'hidden',
  hiddenlayersizes: 'hidden',
  filters: 'channels',
  type: 'kind',
  arch: 'architecture',
  norm: 'normalization',
  normalisation: 'normalization',
  path: 'checkpoint',
  title: 'name',
  method: 'strategy',
  loss: 'strategy',
  kd: 'response',
  logits: 'response',
  softtargets: 'response',
  baseline: 'direct',
  none: 'direct',
  supervised: 'direct',
  adam: 'adamw',
  momentum: 'sgd',
  cosineannealing: 'cosine',
  gpu: 'cuda',
  batchnorm: 'batch',
  layernorm: 'layer',
  ...Object.fromEntries(
    architectures.flatMap((name) => (architectureRecords[name].synonyms ?? []).map((other) => [other, name])),
  ),
};

/** The candidate somebody most likely meant, or undefined where none is near. */
export function suggest(written: string, candidates: readonly string[]): string | undefined {
  const wanted = plain(written);
  const same = candidates.find((candidate) => plain(candidate) === wanted);
  if (same !== undefined) return same;
  const synonym = Object.hasOwn(synonyms, wanted) ? synonyms[wanted] : undefined;
  if (synonym !== undefined && candidates.includes(synonym)) return synonym;
  const near = candidates
    .map((candidate) => ({ candidate, apart: distance(wanted, plain(candidate)) }))
    .filter(({ candidate, apart }) => apart <= tolerated(wanted, plain(candidate)))
    .sort((one, other) => one.apart - other.apart);
  return near[0]?.candidate;
}

/** A third of the letters wrong, and two letters swapped even in a short word. */
function tolerated(written: string, candidate: string): number {
  const swapped = [...written].sort().join() === [...candidate].sort().join();
  return Math.max(swapped ? 2 : 1, Math.floor(Math.min(written.length, candidate.length) / 3));
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[-_ ]/g, '');
}
