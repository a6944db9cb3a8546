import type { JsonPath } from '../../experiment/parsing/problem.ts';
import type { DatasetConfig } from '../../experiment/schema/schema.ts';
import type { DataRemark, Dataset, TaskShape } from '../dataset.ts';
import type { FoundImage } from '../images/image-files.ts';
import type { SplitOptions } from '../splits.ts';

/**
 * What a kind of dataset is once its files are opened, the other half of its record on the floor of experiments: runs
 * and checks ask this, and nothing else of which kind it is. What is left out does not apply to the kind.
 */
export interface DatasetReader<C extends DatasetConfig = DatasetConfig> {
  /**
   * @param directory where relative paths start: the experiment file's directory.
   * @throws UserError naming the file and what is wrong with it.
   */
  open(config: C, directory: string): Promise<Dataset>;
  /**
   * Looks at what the options name, while somebody types: whether it is there and fits together. A file that names a
   * tokenizer is looked at elsewhere.
   * @returns what is known where nothing is wrong; undefined where nothing can be known on the side.
   */
  look(config: C, directory: string, looker: Looker): Promise<Looked | undefined>;
  /** Texts of the user's own, which are opened as a run does while they are small, else read for a while. */
  texts?(config: C, directory: string): readonly [OwnTexts, ...OwnTexts[]];
  /**
   * The names of the classes in their order, as far as they can be known without reading much.
   * @param task what the data ask of a model, where that is known already.
   * @throws UserError where the files are broken, which the look tells.
   */
  classNames?(
    config: C,
    directory: string,
    task?: TaskShape,
  ): MaybePromise<readonly string[] | ClassesOfFile | undefined>;
  /** What is asked of a model as far as the options tell, where nothing could be read: shapes, but not how many classes. */
  assumedTask?(config: C): TaskShape | undefined;
}

type MaybePromise<T> = T | Promise<T>;

/** Something that an option names. */
export interface Named {
  /** Steps from the dataset to the option: ['train', 'images']. */
  readonly option: JsonPath;
  /** The path as the experiment has it; absent for files of a package. */
  readonly written?: string;
  /** The code of what is wrong with it, where it is no file. */
  readonly code?: string;
}

/** Data without labels, where an option names a place of theirs. */
export const namedUnlabelled = (from: string): Named & { readonly written: string } => ({
  option: ['unlabelled', 'from'],
  written: from,
});

/** The package that holds the data of a kind. */
export const thePackage: Named = { option: ['kind'], code: 'dataset-missing' };

/** A file of that package. */
export const inPackage: Named = { option: ['kind'] };

/** How a look goes on where something is wrong, and how long it takes. */
export interface Looker {
  /**
   * @param named whose option is marked; of several, which are known to be there, the one that a mistake stands in.
   * @returns undefined after a UserError, which is told of the option.
   */
  attempt<T>(
    named: Named | readonly [Named, ...Named[]],
    read: () => MaybePromise<T>,
  ): Promise<T | undefined>;
  /**
   * Decodes images, from all over the folders, for as long as there is time.
   * @throws UserError naming the first that cannot be decoded.
   */
  decodeSome(images: readonly FoundImage[]): Promise<void>;
}

export interface Looked {
  readonly facts: DatasetFacts;
  /** What a run would say of the data. */
  readonly remarks?: readonly DataRemark[];
}

/** What is known of a dataset: of images without reading them, of a few texts from reading them. */
export interface DatasetFacts {
  /** What it asks of a model. */
  readonly task: TaskShape;
  /** What its samples are drawn from. */
  readonly labels?: DrawnFrom;
  /** How many samples there are, where they were drawn already. */
  readonly sizes?: {
    readonly train: number;
    readonly subset: number;
    readonly validation: number;
    /** Left out: none. */
    readonly unlabelled?: number;
  };
}

export interface DrawnFrom {
  /** How samples are drawn. */
  readonly draw: SplitOptions;
  readonly train: Uint8Array | Int32Array;
  readonly test: Uint8Array | Int32Array;
  /** How many images with a place of their own have no labels. */
  readonly unlabelled?: number;
}

/** A table or texts that an option names, row by row or piece by piece. */
export interface OwnTexts extends Named {
  readonly written: string;
  /** @throws UserError, then or from the rows, naming what is wrong. */
  read(): Promise<AsyncIterable<{ readonly text: string }>>;
}

/** The names of classes that nothing but all rows of a file tell. */
export interface ClassesOfFile {
  readonly file: string;
  /** What the names depend on beside the file. */
  readonly columns: readonly string[];
  read(): Promise<readonly string[]>;
}
