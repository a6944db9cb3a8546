import { UserError } from '../../../base/user-error.ts';
import { type MobilenetV2Config, narrowestMobilenet } from '../../../experiment/architectures/mobilenetv2.ts';
import { Cuts, countKept } from '../../cuts.ts';
import { cutBottleneck } from '../bottleneck-pruning.ts';
import type { Pruning } from '../construction.ts';
import { cutBetween, cutMade, filtersOf } from '../convolution-pruning.ts';
import { narrowerWidth } from '../narrower.ts';
import { mobilenetNames as names } from './names.ts';
import { type MobilenetSizes, mobilenetSizes } from './sizes.ts';

/**
 * The network of a smaller width, which transformers knows as well. The channels that layers add to are chosen for all of
 * these layers, by the norms of all filters that make them; those inside a layer for that layer.
 */
export const mobilenetPruning: Pruning<MobilenetV2Config> = {
  smaller(config, sparsity) {
    const width = narrowerWidth(config, sparsity, narrowestMobilenet);
    const bottleneck = config.bottleneck?.map((count) => countKept(count, sparsity));
    const smaller = { ...config, width, ...(bottleneck && { bottleneck }) };
    checkRounding(config, smaller, sparsity);
    return smaller;
  },
  cuts(config, smaller, weights, norm) {
    const cuts = new Cuts();
    const [sizes, kept] = [mobilenetSizes(config), mobilenetSizes(smaller)];
    const strongestOf = filtersOf(weights, norm);
    const first = strongestOf([names.first], kept.first);
    cutMade(cuts, names.first, first);
    cutMade(cuts, names.stemApart, first);
    const streams = streamsOf(sizes).map(({ makers, at }) =>
      strongestOf(makers, at === 0 ? kept.stem : kept.layers[at - 1]!.after),
    );
    const streamAt = streamIndices(sizes);
    cutBetween(cuts, names.stemReduce, first, streams[0]!);
    for (const index of sizes.layers.keys()) {
      const name = (part: string) => `${names.layer(index)}.${part}`;
      const inner = strongestOf([name(names.expand)], kept.layers[index]!.inner);
      cutBetween(cuts, name(names.expand), streams[streamAt[index]!]!, inner);
      cutMade(cuts, name(names.apart), inner);
      cutBetween(cuts, name(names.reduce), inner, streams[streamAt[index + 1]!]!);
    }
    const last = streams.at(-1)!;
    const head = `${names.classifier}.weight`;
    if (config.bottleneck) {
      const count = sizes.layers.at(-1)?.after ?? sizes.stem;
      const read = cutBottleneck(
        config.bottleneck,
        smaller.bottleneck,
        { keep: last, count },
        weights,
        cuts,
        norm,
      );
      cuts.along(1, read.keep, head);
      return cuts;
    }
    const output = strongestOf([names.last], kept.output);
    cutBetween(cuts, names.last, last, output);
    cuts.along(1, output, head);
    return cuts;
  },
};

/** Rounding may give all channels back, or let a layer add what it begins with which did not before. */
function checkRounding(config: MobilenetV2Config, smaller: MobilenetV2Config, sparsity: number): void {
  const [before, after] = [mobilenetSizes(config), mobilenetSizes(smaller)];
  const refuse = (what: string) => {
    throw new UserError(
      `A mobilenetv2 of width ${config.width} cannot lose ${Math.round(100 * sparsity)} % of its channels: ${what}.`,
      { remedy: 'Choose another "sparsity", or use method "magnitude".' },
    );
  };
  const adding = before.layers.findIndex(({ adds }, index) => adds !== after.layers[index]!.adds);
  if (adding >= 0)
    refuse(`layer ${adding + 1} would add what it begins with to what it makes, for both would have as many`);
  if (JSON.stringify(before) === JSON.stringify(after)) refuse('rounded, there are as many as before');
}

/** For each hidden state, which stream it is of: layers that add stay in the one they begin with. */
function streamIndices({ layers }: MobilenetSizes): number[] {
  const streams = [0];
  for (const { adds } of layers) streams.push(streams.at(-1)! + (adds ? 0 : 1));
  return streams;
}

/** What makes the channels of each stream, and the first hidden state of it. */
function streamsOf(sizes: MobilenetSizes): { makers: string[]; at: number }[] {
  const streams: { makers: string[]; at: number }[] = [];
  for (const [at, stream] of streamIndices(sizes).entries()) {
    streams[stream] ??= { makers: [], at };
    streams[stream].makers.push(at === 0 ? names.stemReduce : `${names.layer(at - 1)}.${names.reduce}`);
  }
  return streams;
}
