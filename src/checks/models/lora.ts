import { planModel } from '../../models/create-model.ts';
import { huggingFaceLayout } from '../../models/huggingface/config.ts';
import { LoraProblem, targetedLayers } from '../../models/lora/targets.ts';
import { type Check, findingOf } from '../context.ts';
import { taskOf } from '../task.ts';

/** Whether the student has the layers that are to be adapted, and the adapter a place where it can be opened. */
export const checkLora: Check = (context) => {
  const lora = context.experiment.student?.lora;
  const task = taskOf(context)?.task;
  const config = context.storedStudent?.config;
  if (!lora || !task || !config) return [];
  let dense: ReturnType<typeof planModel>['dense'];
  try {
    dense = planModel(config, task).dense;
  } catch {
    return []; // Said of the models already.
  }
  try {
    targetedLayers(lora, { config, dense });
  } catch (error) {
    const at = error instanceof LoraProblem ? error.path : [];
    return [findingOf(error, ['student', 'lora', ...at], 'lora')];
  }
  if (!lora.keepAdapter || huggingFaceLayout(config)) return [];
  return [
    {
      message: `PEFT opens adapters of models that transformers knows, and "${config.architecture}" is none.`,
      remedy: 'Remove "keepAdapter"; the saved student holds what the adapter learnt.',
      path: ['student', 'lora', 'keepAdapter'],
      severity: 'error',
      code: 'lora',
    },
  ];
};
