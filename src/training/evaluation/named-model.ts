import type { Dataset } from '../../data/dataset.ts';
import type { Device } from '../../device/device.ts';
import type { Model } from '../../models/model.ts';

/** A model that is looked at beside others: evaluated, measured, let to continue texts. */
export interface NamedModel {
  /** In its run: student, teacher, or a candidate's name. */
  readonly name: string;
  readonly model: Model;
  /** Where its forward pass is compiled; left out: the device of the run. */
  readonly device?: Device;
  /** The data as this model reads it; left out: that of the run. */
  readonly dataset?: Dataset;
}
