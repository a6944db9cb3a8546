import { UserError } from '../../base/user-error.ts';
import { graphRefusal } from '../../compression/graph-limits.ts';
import { planGraph } from '../../compression/graphs/plan-graph.ts';
import { requireUnits } from '../../compression/structured/graph/plan.ts';
import type { TaskShape } from '../../data/dataset.ts';
import { isGraphConfig } from '../../experiment/architectures/onnx-graph.ts';
import type { ModelConfig } from '../../experiment/schema/schema.ts';
import { strategySchema } from '../../experiment/schema/strategy-schema.ts';
import { type CompressionConfig, compresses } from '../../experiment/strategies/compression.ts';
import { quantize } from '../../experiment/strategies/quantize/record.ts';
import { taskRecord } from '../../experiment/tasks/all.ts';
import { constructionOf } from '../../models/architectures/all.ts';
import { planModel } from '../../models/create-model.ts';
import { requireTrainable } from '../../models/onnx/load.ts';
import { truncatedConfig } from '../../models/truncate.ts';
import { exitLayers } from '../../strategies/self.ts';
import type { ModelReport } from './model-report-schema.ts';

type Ability = ModelReport['can'][number];

/** What can be done with a model, each asked where a run would ask. */
export async function abilitiesOf(config: ModelConfig, task: TaskShape): Promise<Ability[]> {
  const { layerCount } = planModel(config, task);
  const { continuesTexts } = taskRecord(task);
  const schemes = quantize.schema.shape.scheme.unwrap().options;
  const trained = () => requireTrainable(config);
  const abilities: [string, () => void | Promise<void>][] = [
    ['teacher', () => {}],
    [continuesTexts ? 'direct, sequence, generated' : 'direct, response', trained],
    [
      'feature, relation',
      () => {
        trained();
        if (layerCount < 1)
          throw new UserError('No layers were told apart; name values of the graph by "layers".');
      },
    ],
    [
      'self',
      () => {
        trained();
        for (const layer of exitLayers(layerCount, 2)) truncatedConfig(config, layer, task);
      },
    ],
    ['online', trained],
    ...schemes.map((scheme): [string, () => Promise<void>] => [
      `quantize, ${scheme}`,
      async () => {
        compressible(config, { kind: 'quantize', scheme });
        if (isGraphConfig(config)) await planGraph(config, { scheme, keepEnds: false });
      },
    ]),
    [
      'prune, magnitude, dense',
      () => compressible(config, { kind: 'prune', method: 'magnitude', storage: 'dense' }),
    ],
    [
      'prune, magnitude, sparse',
      () => compressible(config, { kind: 'prune', method: 'magnitude', storage: 'sparse' }),
    ],
    [
      'prune, structured',
      async () => {
        compressible(config, { kind: 'prune', method: 'structured' });
        if (isGraphConfig(config)) await requireUnits(config, task, 0.5);
        else constructionOf(config).pruning.smaller(config, 0.5);
      },
    ],
  ];
  const found: Ability[] = [];
  for (const [what, ask] of abilities)
    try {
      await ask();
      found.push({ what });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      found.push({ what, refusal: error.message });
    }
  return found;
}

function compressible(config: ModelConfig, options: Partial<CompressionConfig>): void {
  const strategy = strategySchema.parse({ of: 'teacher', ...options });
  if (compresses(strategy)) refuse(graphRefusal(config, strategy));
}

function refuse(refusal: UserError | undefined): void {
  if (refusal) throw refusal;
}
