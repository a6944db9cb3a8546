import * as tf from '@tensorflow/tfjs-core';
import './register-gradients.cjs';

/**
 * TensorFlow.js with gradients registered. Everything imports it from here. Methods on tensors (`x.add(y)`) are not
 * registered, so that each file names the operations it uses: write `tf.add(x, y)`.
 */
export { tf };
