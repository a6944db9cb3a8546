/**
 * Figures from the literature, to hold a result against. They come from other data and other models: reference marks, not
 * targets.
 */

export interface ReferenceResult {
  readonly setting: string;
  /** What the numbers are, with the unit, and which direction is good. */
  readonly measure: string;
  readonly better: 'higher' | 'lower';
  readonly teacher: number | null;
  /** The same student trained on labels alone. */
  readonly alone: number | null;
  readonly distilled: readonly { readonly method: string; readonly value: number }[];
  readonly source: string;
}

export const referenceResults: readonly ReferenceResult[] = [
  {
    setting: 'MNIST, 2×1200 → 2×800',
    measure: 'test errors of 10,000',
    better: 'lower',
    teacher: 67,
    alone: 146,
    distilled: [{ method: 'response, T 20', value: 74 }],
    source: 'Hinton, Vinyals, Dean 2015, Distilling the Knowledge in a Neural Network, arXiv:1503.02531',
  },
  {
    setting: 'CIFAR-100, ResNet56 → ResNet20',
    measure: 'accuracy, %',
    better: 'higher',
    teacher: 72.34,
    alone: 69.06,
    distilled: [
      { method: 'response (KD)', value: 70.66 },
      { method: 'feature (FitNet)', value: 69.21 },
      { method: 'relation (RKD)', value: 69.61 },
      { method: 'contrastive (CRD)', value: 71.16 },
    ],
    source: 'Tian, Krishnan, Isola 2020, Contrastive Representation Distillation: RepDistiller benchmark',
  },
  {
    setting: 'CIFAR-100, ResNet50 → MobileNetV2',
    measure: 'accuracy, %',
    better: 'higher',
    teacher: 79.34,
    alone: 64.6,
    distilled: [
      { method: 'response (KD)', value: 67.35 },
      { method: 'feature (FitNet)', value: 63.16 },
      { method: 'relation (RKD)', value: 64.43 },
    ],
    source: 'RepDistiller benchmark: features can lose to direct training',
  },
  {
    setting: 'CIFAR-100, two ResNet20 learning from each other',
    measure: 'accuracy, %',
    better: 'higher',
    teacher: null,
    alone: 68.92,
    distilled: [
      { method: 'online, first peer', value: 70.39 },
      { method: 'online, second peer', value: 70.22 },
    ],
    source: 'Knowledge-Distillation-Zoo benchmark of Deep Mutual Learning (Zhang et al. 2018)',
  },
  {
    setting: 'CIFAR-100, ResNet18 teaching its own exits',
    measure: 'accuracy, %',
    better: 'higher',
    teacher: null,
    alone: 78.01,
    distilled: [{ method: 'self', value: 79.04 }],
    source: 'independent run of Be Your Own Teacher (Zhang et al. 2019)',
  },
  {
    setting: 'GLUE, BERT-base → DistilBERT',
    measure: 'mean score; 40 % fewer parameters, 60 % faster',
    better: 'higher',
    teacher: 79.5,
    alone: null,
    distilled: [{ method: 'response + feature', value: 77 }],
    source: 'Sanh et al. 2019, DistilBERT, arXiv:1910.01108',
  },
  {
    setting: 'WikiText-103, GPT-2 → DistilGPT2',
    measure: 'perplexity',
    better: 'lower',
    teacher: 16.3,
    alone: null,
    distilled: [{ method: 'response', value: 21.1 }],
    source: 'model card of DistilGPT2',
  },
];

/** What compression is commonly said to cost; drawn as reference marks beside measured students. */
export interface TypicalCompression {
  readonly label: string;
  /** Student size over teacher size. */
  readonly size: number;
  /** Student quality over teacher quality. */
  readonly retention: number;
  readonly source: string;
}

export const typicalCompressions: readonly TypicalCompression[] = [
  {
    label: 'BERT-large → DistilBERT',
    size: 0.6,
    retention: 0.97,
    source: 'a common rule of thumb: 60 % of the size, about 97 % of the accuracy',
  },
  {
    label: 'GPT-2 XL → GPT-2',
    size: 0.75,
    retention: 0.95,
    source: 'a common rule of thumb: 75 % of the size, about 95 % of the quality',
  },
];
