/** A mistake the user can mend: shown as a paragraph with its remedy, never with a stack; exit code 2 on the command line. */
export class UserError extends Error {
  /** What to do or write instead. */
  readonly remedy: string | undefined;
  /** Where: a file, with line and column where they are known. */
  readonly place: string | undefined;
  /** The option of the dataset that is to be changed, where it is one. */
  readonly option: string | undefined;

  constructor(
    message: string,
    options: { remedy?: string; place?: string; option?: string; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'UserError';
    this.remedy = options.remedy;
    this.place = options.place;
    this.option = options.option;
  }
}
