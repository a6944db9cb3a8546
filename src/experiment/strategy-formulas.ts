/**
 * The loss of each strategy, written out: the field has three conventions for alpha, so a name alone says too little.
 * Shown by every hover, tooltip and page that shows a strategy.
 */
export const strategyFormulas = {
  direct: 'CE(labels, z_s)',
  response: 'α·T²·KL(softmax(z_t/T) ‖ softmax(z_s/T)) + (1−α)·CE(labels, z_s)',
} as const;
