import type { MlpConfig } from '../../../experiment/architectures/mlp.ts';
import { Cuts, countKept, normalizationWeights, strongest } from '../../cuts.ts';
import type { Pruning } from '../construction.ts';

/** Neurons go by the norm of their incoming weights. */
export const mlpPruning: Pruning<MlpConfig> = {
  smaller: (config, sparsity) => ({
    ...config,
    hidden: config.hidden.map((units) => countKept(units, sparsity)),
  }),
  cuts(config, { hidden }, weights, norm) {
    const cuts = new Cuts();
    hidden.forEach((units, index) => {
      const name = `layers.${index}`;
      const importance = weights.norms(norm, [
        [`${name}.weight`, 0],
        [`${name}.bias`, 0],
      ]);
      const keep = strongest(importance, units);
      cuts.along(0, keep, `${name}.weight`, `${name}.bias`, ...normalizationWeights(`norms.${index}`));
      const next = index + 1 < config.hidden.length ? `layers.${index + 1}` : 'classifier';
      cuts.along(1, keep, `${next}.weight`);
    });
    return cuts;
  },
};
