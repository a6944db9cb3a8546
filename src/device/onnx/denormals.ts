/**
 * Session options under which numbers below the normal range, 1.2e-38, count as zero. The processor takes about a
 * hundred times as long for them, and the softmax of masked scores is full of them: attention over padded texts takes
 * several times as long. The thread that makes sessions is set up by the first one of a process, so that one must have
 * them too.
 */
export const denormalsAsZero = { entries: { 'session.set_denormal_as_zero': '1' } } as const;
