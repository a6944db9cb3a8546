import { UserError } from '../../base/user-error.ts';

/** A model on the Hugging Face Hub, `hf:owner/name@revision` in an experiment. */
export interface HubReference {
  /** owner/name */
  readonly repository: string;
  /** A branch, a tag or a commit; main where none is named. */
  readonly revision: string;
}

const scheme = 'hf:';
const repository = /^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/;
/** Refs may have slashes (refs/pr/2), but lead nowhere else. */
const revision = /^(?!.*\.\.)[A-Za-z0-9][\w./-]*$/;

export const commitPattern = /^[0-9a-f]{40}$/;

/** Whether it names a commit, which stays what it is. */
export const isPinned = ({ revision: version }: HubReference): boolean => commitPattern.test(version);

/** As it is written in an experiment. */
export const nameOf = ({ repository: name, revision: version }: HubReference): string =>
  `${scheme}${name}@${version}`;

export const isHubReference = (text: string): boolean => text.startsWith(scheme);

/** @throws UserError if it is not `hf:owner/name` or `hf:owner/name@revision`. */
export function parseHubReference(text: string): HubReference {
  const [name = '', version, ...rest] = text.slice(scheme.length).split('@');
  if (
    isHubReference(text) &&
    rest.length === 0 &&
    repository.test(name) &&
    (version === undefined || revision.test(version))
  )
    return { repository: name, revision: version ?? 'main' };
  throw new UserError(`"${text}" names no model on the Hugging Face Hub.`, {
    remedy:
      'Write hf:owner/name or hf:owner/name@revision, for example hf:distilbert/distilbert-base-uncased@main.',
  });
}
