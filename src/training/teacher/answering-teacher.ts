import type { Device, HostTensor } from '../../device/device.ts';
import type { Model } from '../../models/model.ts';
import type { TeacherNeeds } from '../../strategies/strategy.ts';
import { deviceFor } from '../apart-device.ts';
import { modelInput, prefixed } from '../inputs.ts';
import { liveTeacher, signalsOf, type TeacherSource, toSignals } from './teacher-source.ts';

export interface AnsweringTeacher extends TeacherSource {
  dispose(): void;
}

/**
 * The teacher answers each batch anew, in evaluation mode: within the training step, or before it where a runtime runs
 * its network.
 * @param device of the training step
 */
export function answeringTeacher(device: Device, teacher: Model, needs: TeacherNeeds): AnsweringTeacher {
  if (!teacher.apart) return { ...liveTeacher(teacher, needs), dispose: () => {} };
  type Shapes = Readonly<Record<string, readonly number[]>>;
  let traced: Shapes = {};
  /** Of the signals, by the shapes of the inputs. */
  const shapes = new Map<string, Shapes>();
  const step = deviceFor(device, teacher, [...needs.hiddenStates, ...needs.pooled]).compile<string>(
    (inputs) => {
      const signals = signalsOf(teacher, needs, modelInput(inputs));
      traced = Object.fromEntries(Object.entries(signals).map(([name, { shape }]) => [name, shape]));
      return signals;
    },
  );
  return {
    async inputs({ input }) {
      const key = Object.values(input)
        .map(({ shape }) => shape.join('x'))
        .join(';');
      const signals = await step.run(prefixed('input', input));
      const own = shapes.get(key) ?? traced;
      shapes.set(key, own);
      return Object.fromEntries(
        Object.entries(signals).map(([name, data]) => [name, asHostTensor(data, own[name]!)]),
      );
    },
    signals: (_input, answers) => toSignals(teacher, answers),
    dispose: () => step.dispose(),
  };
}

const asHostTensor = (data: HostTensor['data'], shape: readonly number[]): HostTensor => ({
  data,
  shape,
  dtype: data instanceof Int32Array ? 'int32' : 'float32',
});
