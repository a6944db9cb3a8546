// tfjs-core's bundle for Node leaves the gradients out, and its ES modules cannot be imported by Node as they are
// (directories without index in their specifiers); CommonJS resolution accepts them, in Node under tsx and in esbuild.
require('@tensorflow/tfjs-core/dist/register_all_gradients');
