import { UserError } from '../../base/user-error.ts';
import { type Access, Refusal } from '../../data/network/request.ts';
import { type HubReference, nameOf } from './reference.ts';

/** The hub gave no answer, or none that means anything: what an earlier download left will do. */
export class Unreachable extends UserError {}

/** What people see of an error in reaching a hub; none tells addresses or headers, which may hold secrets. */
export function problemOf(
  error: unknown,
  reference: HubReference,
  { home, token }: Pick<Access, 'home' | 'token'>,
): UserError {
  if (error instanceof UserError) return error;
  if (error instanceof Refusal) return refusal(error, nameOf(reference), token !== undefined);
  if (error instanceof TypeError && /access token/i.test(error.message))
    return new UserError('HF_TOKEN is no token of the Hub: those begin with hf_.', {
      remedy: 'Correct or unset it.',
    });
  const { message } = error as Error;
  return new Unreachable(
    `${nameOf(reference)} could not be downloaded from ${new URL(home).host}: ${message}.`,
    {
      remedy: 'Check the connection and try again; HF_ENDPOINT names another hub, such as a mirror.',
    },
  );
}

function refusal({ status, host, retryAfterMs, isTemporary }: Refusal, name: string, hasToken: boolean) {
  if (isTemporary)
    return new Unreachable(`${host} answers ${status} for ${name}.`, { remedy: later(retryAfterMs) });
  if (status === 401 || status === 403)
    return new UserError(`${host} does not let ${hasToken ? 'this token' : 'you'} read ${name}.`, {
      remedy: hasToken
        ? 'Accept the terms of the model on its page, or set an HF_TOKEN that may read it.'
        : 'Accept the terms of the model on its page and set HF_TOKEN.',
    });
  if (status === 404)
    return new UserError(`${name} is not on ${host}: there is no such model, or no such revision of it.`, {
      remedy: hasToken
        ? 'Correct the name; a private model needs a token that may see it.'
        : 'Correct the name; for a private model set HF_TOKEN.',
    });
  return new UserError(`${host} answers ${status} for ${name}.`, {
    remedy: 'Try again later, or name another revision.',
  });
}

const later = (ms: number | undefined) =>
  ms === undefined
    ? 'Try again later.'
    : `It asks to be left alone for ${Math.ceil(ms / 1000)} s; try again after that.`;
