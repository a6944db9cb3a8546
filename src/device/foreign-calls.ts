import koffi from 'koffi';

/** As much as a thread of the system has: the compilers of shaders within ONNX Runtime take more than koffi's 2 MiB. */
const stackBytes = 2 ** 23;

// Once, and before the first library: koffi takes no settings afterwards.
koffi.config({ sync_stack_size: stackBytes });

/** What calls functions of foreign libraries: to be imported from here alone. */
export default koffi;
export type { LibraryHandle } from 'koffi';
