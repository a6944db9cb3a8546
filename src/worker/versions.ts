import manifest from '../../package.json' with { type: 'json' };
import { library } from '../device/runtime/library.ts';
import { tf } from '../device/tensorflow.ts';

/** What a result depends on beside the experiment; recorded with every run. */
export function versions(): Record<string, string> {
  return {
    distillery: manifest.version,
    node: process.versions.node,
    tensorflowjs: tf.version_core,
    onnxruntime: library().version,
    platform: `${process.platform}-${process.arch}`,
  };
}
