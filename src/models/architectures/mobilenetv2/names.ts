/** What the weights are called in MobileNetV2ForImageClassification. */
export const mobilenetNames = {
  first: 'mobilenet_v2.conv_stem.first_conv',
  stemApart: 'mobilenet_v2.conv_stem.conv_3x3',
  stemReduce: 'mobilenet_v2.conv_stem.reduce_1x1',
  /** @param index from 0 */
  layer: (index: number) => `mobilenet_v2.layer.${index}`,
  expand: 'expand_1x1',
  apart: 'conv_3x3',
  reduce: 'reduce_1x1',
  last: 'mobilenet_v2.conv_1x1',
  classifier: 'classifier',
} as const;
