import { UserError } from '../../base/user-error.ts';

/** A model on the Hugging Face Hub, `hf:owner/name@revision` or `hf:owner/name@revision:onnx/model.onnx` in an experiment. */
export interface HubReference {
  /** owner/name */
  readonly repository: string;
  /** A branch, a tag or a commit; main where none is named. */
  readonly revision: string;
  /** An ONNX graph of the repository, in its root or its folder `onnx`; left out: safetensors, or else the usual graph. */
  readonly file?: string;
}

const scheme = 'hf:';
const repository = /^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/;
/** Refs may have slashes (refs/pr/2), but lead nowhere else. */
const revision = /^(?!.*\.\.)[A-Za-z0-9][\w./-]*$/;
const graphFile = /^(onnx\/)?[A-Za-z0-9_][\w.-]*\.onnx$/;

export const commitPattern = /^[0-9a-f]{40}$/;

/** Whether it names a commit, which stays what it is. */
export const isPinned = ({ revision: version }: HubReference): boolean => commitPattern.test(version);

/** As it is written in an experiment. */
export const nameOf = ({ repository: name, revision: version, file }: HubReference): string =>
  `${scheme}${name}@${version}${file === undefined ? '' : `:${file}`}`;

export const isHubReference = (text: string): boolean => text.startsWith(scheme);

/** @throws UserError if it is not `hf:owner/name`, with or without `@revision` and `:file`. */
export function parseHubReference(text: string): HubReference {
  const [, name = '', version, file] = /^hf:([^@:]*)(?:@([^@:]*))?(?::([^@:]*))?$/.exec(text) ?? [];
  if (
    repository.test(name) &&
    (version === undefined || revision.test(version)) &&
    (file === undefined || graphFile.test(file))
  )
    return { repository: name, revision: version ?? 'main', ...(file !== undefined && { file }) };
  throw new UserError(`"${text}" names no model on the Hugging Face Hub.`, {
    remedy:
      'Write hf:owner/name or hf:owner/name@revision, for example hf:distilbert/distilbert-base-uncased@main; for an ONNX graph in its root or its folder onnx hf:owner/name@revision:onnx/model.onnx.',
  });
}
