/** What the weights are called in ResNetForImageClassification. */
export const resnetNames = {
  stem: 'resnet.embedder.embedder',
  /** @param group and index from 0 */
  block: (group: number, index: number) => `resnet.encoder.stages.${group}.layers.${index}`,
  /** @param index of a convolution within a block, from 0 */
  part: (index: number) => `layer.${index}`,
  shortcut: 'shortcut',
  classifier: 'classifier.1',
} as const;
