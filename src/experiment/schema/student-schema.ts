import { z } from 'zod';
import { graphNamesSchema } from '../architectures/onnx-graph.ts';
import { loraSchema } from './lora-schema.ts';
import { modelSchema } from './model-schema.ts';
import { checkpointPath, count, graphOfCheckpoint } from './option.ts';

export const studentSchema = z
  .strictObject({
    model: modelSchema
      .optional()
      .describe(
        'What the student is made of. Its weights are drawn from the seed, unless teacherLayers gives them.',
      ),
    checkpoint: checkpointPath(
      'A model that is there already and is trained further: folder with config.json and model.safetensors, or an ONNX model (a .onnx file, or a folder that holds one), whose graph is kept. A head that is missing, or of other classes, is drawn from the seed.',
    ).optional(),
    graph: graphNamesSchema.optional(),
    dropout: z
      .number()
      .min(0)
      .max(0.95)
      .optional()
      .describe(
        'Of an ONNX model: fraction of values set to zero, drawn anew for each batch of training, the others scaled so that the mean stays (Srivastava et al. 2014); none are dropped in evaluation, and the saved graph is the same as without. It goes before the ratios of Dropout nodes that the graph has. Most exporters leave none in; then it acts where transformers have dropout: on what layers with weights add to the value they were computed from, feature maps left out, and in models that classify on what goes into the last layer with weights. "dropoutAt" names other places. 0.1 is usual. Left out: Dropout nodes drop as they say, and a graph without any drops nothing.',
      ),
    dropoutAt: z
      .array(z.string().min(1).max(1024))
      .min(1)
      .max(256)
      .optional()
      .describe(
        'Where "dropout" acts instead: values inside of the ONNX model’s graph, by name, or by patterns in which * stands for any characters and that may fit many: ["*mlp/fc2/Add_output*"]. Whatever reads such a value reads what is left of it; Dropout nodes that are not named drop as they say. `distillery inspect MODEL --json` lists the names.',
      ),
    teacherLayers: z
      .array(count('Layer of the teacher, 1 is the first.', 'layers').max(1024))
      .min(1)
      .max(1024)
      .optional()
      .describe(
        'The student’s layers begin as copies of these layers of the teacher, and embeddings and head as copies of its own: [1, 3, 5] makes three layers of a teacher’s six. Without "model" the student has the teacher’s architecture with as many layers as are named; with one, its widths must be the teacher’s. Left out: the student begins from scratch.',
      ),
    freeze: z
      .array(z.string().min(1).max(1024))
      .min(1)
      .max(256)
      .optional()
      .describe(
        'Weights that stay as they are, by name, or by patterns in which * stands for any characters: ["bert.embeddings.*"] keeps all embeddings. They get no gradient, no state of the optimizer and no weight decay, and are the same to the bit in the saved student; gradients still pass through. Running statistics of batch normalization that are named stay, too, and are then used in training as in evaluation; where only scale and shift are named, the statistics go on moving. Names are those of the checkpoint, or of the ONNX graph; `distillery inspect MODEL --json` lists them. Peers of the strategy online are new models, and learn whole. Left out: everything is trained.',
      ),
    lora: loraSchema.optional(),
  })
  .superRefine((student, context) => {
    const { model, checkpoint, teacherLayers, lora, freeze } = student;
    if (model === undefined && checkpoint === undefined && teacherLayers === undefined)
      context.addIssue({
        code: 'custom',
        message: 'The student has neither a "model" nor a "checkpoint" nor "teacherLayers".',
        params: {
          code: 'missing',
          remedy:
            'Add a "model" to begin from scratch, the "checkpoint" folder of a trained one, or "teacherLayers" to begin with layers of the teacher.',
        },
      });
    for (const other of ['model', 'teacherLayers'] as const)
      if (checkpoint !== undefined && student[other] !== undefined)
        context.addIssue({
          code: 'custom',
          path: ['checkpoint'],
          message: `The student has both a "checkpoint" and "${other}"; it can begin with only one of them.`,
          params: {
            code: 'contradiction',
            remedy: `Remove "${other}" to train the checkpoint further, or "checkpoint".`,
          },
        });
    if (lora && checkpoint === undefined)
      context.addIssue({
        code: 'custom',
        path: ['lora'],
        message: '"lora" adapts weights that were trained before, and the student has no "checkpoint".',
        params: {
          code: 'contradiction',
          remedy: 'Name the "checkpoint" that the student begins as, or remove "lora".',
        },
      });
    if (lora && freeze)
      context.addIssue({
        code: 'custom',
        path: ['freeze'],
        message: 'With "lora" all weights of the checkpoint stay as they are; "freeze" would change nothing.',
        params: { code: 'contradiction', remedy: 'Remove "freeze", or "lora".' },
      });
    graphOfCheckpoint(student, context);
    const { dropout, dropoutAt } = student;
    if (dropoutAt !== undefined && dropout === undefined)
      context.addIssue({
        code: 'custom',
        path: ['dropoutAt'],
        message: '"dropoutAt" says where values are dropped, and nothing says how many.',
        params: { code: 'missing', remedy: 'Add "dropout", 0.1 for example.' },
      });
    if (dropout !== undefined && checkpoint === undefined)
      context.addIssue({
        code: 'custom',
        path: ['dropout'],
        message: '"dropout" is that of an ONNX model in "checkpoint", and there is none.',
        params: {
          code: 'contradiction',
          remedy: 'Write "dropout" within "model", or name an ONNX model in "checkpoint".',
        },
      });
  })
  .describe('The small model that is trained.');
