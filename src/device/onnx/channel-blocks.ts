/**
 * ONNX Runtime's CPU provider has convolutions that work on blocks of channels (its NCHWc layout): with 8 or 16 channels
 * side by side in memory they run about twice as fast as the plain ones. ONNX Runtime itself goes over to them only
 * where the kernel is a constant, which it never is in training, so the graphs here name them directly.
 */
import { OrtSession } from '../runtime/session.ts';
import { OrtTensor } from '../runtime/tensor.ts';
import { denormalsAsZero } from './denormals.ts';
import { encodeModel, inputName, outputName } from './graph/encode.ts';
import { graphOf } from './graph/graph.ts';
import { node, pad, reshape, transpose } from './graph/record.ts';
import { RecordingMode } from './graph/recording-mode.ts';
import { Value } from './graph/value.ts';
import type { Window } from './kernels/convolution/window.ts';
import { windowAttributes } from './kernels/convolution/window.ts';

export const channelBlockDomain = 'com.microsoft.nchwc';

let blockSize: number | undefined;

/**
 * Finds out how many channels make a block on this processor. Until this has been called, and where the processor has
 * no such convolutions, none are used.
 */
export async function detectChannelBlocks(): Promise<void> {
  blockSize ??= await probe().catch(() => 0);
}

async function probe(): Promise<number> {
  const x = new Value([1, 1, 1, 4], 'float32');
  const unknown = { shape: [1, 4, 1, 1], type: 'float32' } as const;
  const y = node('ReorderInput', [x], unknown, { channels_last: 1 }, channelBlockDomain);
  const model = encodeModel(graphOf([y]), { openShapes: true });
  const session = await OrtSession.create(model, { logSeverityLevel: 4, ...denormalsAsZero });
  try {
    const feeds = { [inputName(0)]: new OrtTensor('float32', new Float32Array(4), x.shape) };
    const channels = (await session.run(feeds))[outputName(0)]!.dims[1]!;
    return channels > 4 ? channels : 0;
  } finally {
    await session.release();
  }
}

/** Records plain convolutions, for graphs that are to leave this machine or to be changed. */
export const plainConvolutions = new RecordingMode();

/** Whether a convolution between so many channels can go by blocks without computing mostly on filling. */
export function canUseBlocks(inChannels: number, outChannels: number): boolean {
  if (plainConvolutions.on || !blockSize || roundUp(outChannels) > 2 * outChannels) return false;
  // Up to three channels are read as they are. More are reordered, in fours, and filled up to a block.
  return inChannels < 4 || (inChannels % 4 === 0 && roundUp(inChannels) <= 2 * inChannels);
}

function roundUp(channels: number): number {
  return Math.ceil(channels / blockSize!) * blockSize!;
}

/**
 * A convolution by blocks of channels.
 * @param x (batch, height, width, channels)
 * @param kernel (height, width, in channels, out channels)
 * @returns (batch, out height, out width, out channels)
 */
export function blockedConvolution(x: Value, kernel: Value, window: Window): Value {
  const block = blockSize!;
  const [kernelHeight, kernelWidth, inChannels, outChannels] = kernel.shape as [
    number,
    number,
    number,
    number,
  ];
  const outPadded = roundUp(outChannels);
  if (inChannels < 4) {
    const padded = pad(kernel, [0, 0, 0, 0], [0, 0, 0, outPadded - outChannels], 0);
    const blocks = reshape(padded, [kernelHeight, kernelWidth, inChannels, outPadded / block, block]);
    const ordered = reshape(transpose(blocks, [3, 2, 0, 1, 4]), [
      outPadded,
      inChannels,
      kernelHeight,
      kernelWidth,
    ]);
    return fromBlocks(convolution(transpose(x, [0, 3, 1, 2]), ordered, window, 1), outChannels);
  }
  const inPadded = roundUp(inChannels);
  const padded = pad(kernel, [0, 0, 0, 0], [0, 0, inPadded - inChannels, outPadded - outChannels], 0);
  const blocks = reshape(padded, [
    kernelHeight,
    kernelWidth,
    inPadded / block,
    block,
    outPadded / block,
    block,
  ]);
  const ordered = reshape(transpose(blocks, [4, 2, 0, 1, 3, 5]), [
    outPadded,
    inPadded,
    kernelHeight,
    kernelWidth,
  ]);
  return fromBlocks(convolution(toBlocks(x), ordered, window, 1), outChannels);
}

/**
 * A convolution of each channel with a kernel of its own.
 * @param kernel (height, width, channels)
 */
export function blockedDepthwiseConvolution(x: Value, kernel: Value, window: Window): Value {
  const block = blockSize!;
  const [kernelHeight, kernelWidth, channels] = kernel.shape as [number, number, number];
  const padded = roundUp(channels);
  const filled = pad(kernel, [0, 0, 0], [0, 0, padded - channels], 0);
  const blocks = reshape(filled, [kernelHeight, kernelWidth, padded / block, block]);
  const ordered = reshape(transpose(blocks, [2, 0, 1, 3]), [padded, 1, kernelHeight, kernelWidth]);
  return fromBlocks(convolution(toBlocks(x), ordered, window, padded), channels);
}

function toBlocks(x: Value): Value {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const shape = [batch, roundUp(channels), height, width];
  return node('ReorderInput', [x], { shape, type: 'float32' }, { channels_last: 1 }, channelBlockDomain);
}

function fromBlocks(y: Value, channels: number): Value {
  const [batch, , height, width] = y.shape as [number, number, number, number];
  const shape = [batch, height, width, channels];
  return node(
    'ReorderOutput',
    [y],
    { shape, type: 'float32' },
    { channels, channels_last: 1 },
    channelBlockDomain,
  );
}

function convolution(x: Value, kernel: Value, window: Window, group: number): Value {
  const shape = [x.shape[0]!, kernel.shape[0]!, window[0].output, window[1].output];
  const attributes = { ...windowAttributes(window), group };
  return node('Conv', [x, kernel], { shape, type: 'float32' }, attributes, channelBlockDomain);
}
