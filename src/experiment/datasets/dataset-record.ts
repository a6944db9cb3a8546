import type { z } from 'zod';
import type { TaskName } from '../tasks/all.ts';

/** An object of options that says by its `kind` which one it is. */
export type DatasetSchema = z.ZodObject<{ kind: z.ZodLiteral<string> }>;

/**
 * What a kind of dataset is before any file is opened: its options and what they tell. How its files are read and looked
 * at stands on the floor of data, in a folder of the same name.
 */
export interface DatasetRecord<S extends DatasetSchema = DatasetSchema> {
  readonly schema: S;
  /** What there is to learn. */
  readonly task: TaskName;
  /** The name that people know the data by; absent where they are the user's own. */
  readonly title?: string;
  /** Of the user's own data: the option, 'train.images' for one within another, whose file or folder gives its name. */
  readonly namedBy?: string;
  /** Set where no option can name a path, not even one of a tokenizer: such data are the same from every folder. */
  readonly namesNoPath?: true;
}
