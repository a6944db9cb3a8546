import { UserError } from '../../base/user-error.ts';
import { NetworkProblem } from '../../data/network/request.ts';
import type { ServerConfig } from '../../experiment/schema/server-schema.ts';
import { hostOf } from './address.ts';
import { NoAnswer, ServerRefusal } from './exchange.ts';
import { UnusableAnswer } from './questions.ts';

/** What people see of a server that does not answer as it should. */
export function problemOf(error: unknown, server: ServerConfig): unknown {
  if (error instanceof UserError) return error;
  const host = hostOf(server);
  const kept = 'What was answered is kept, and a resumed run goes on from there.';
  if (error instanceof ServerRefusal) return refusal(error, server, kept);
  if (error instanceof UnusableAnswer)
    return new UserError(`${host} answers, but ${error.message}.`, { remedy: error.remedy });
  if (error instanceof NoAnswer)
    return new UserError(`${error.message}, not as the interface has it.`, {
      remedy: `Correct "url" of the server: it mostly ends in /v1, and a proxy on the way may answer in its place. ${kept}`,
    });
  if (error instanceof NetworkProblem)
    return new UserError(`${error.message}.`, {
      remedy: `Start the server, or correct its "url"; where it is slow, raise "timeout" or lower "parallel". ${kept}`,
    });
  return error;
}

/** How servers say that a text is longer than they read. */
const tooLong =
  /context[_ ]?(length|size|window)|maximum (context|input|sequence)|too (long|many tokens)|exceed_context/i;

function refusal(error: ServerRefusal, server: ServerConfig, kept: string): UserError {
  const { status, host, said, retryAfterMs } = error;
  const quoted = said === '' ? '' : `: “${said}”`;
  const { keyFrom, model } = server;
  if (status === 401 || status === 403)
    return new UserError(
      `${host} does not accept ${keyFrom ? `the key in ${keyFrom}` : 'requests without a key'} (${status}).`,
      {
        remedy: keyFrom
          ? `Set ${keyFrom} to a key that may use ${model}. ${kept}`
          : 'Name the variable that holds the key in "keyFrom" of the server.',
      },
    );
  if ((status === 400 || status === 413 || status === 422) && tooLong.test(said))
    return new UserError(`A text is longer than ${model} on ${host} reads${quoted}.`, {
      remedy:
        'Start the server with a longer context, name a model that has one, or make the texts or "maxTokens" shorter.',
    });
  if (status === 404)
    return new UserError(
      `${host} knows no model ${JSON.stringify(model)}, or has no such interface (404)${quoted}.`,
      {
        remedy: `Correct "model" and "url" of the server; "interface" says which of the two is asked.`,
      },
    );
  if (status === 429)
    return new UserError(`${host} takes no more requests (429)${quoted}.`, {
      remedy: `${retryAfterMs === undefined ? 'Try later' : `Try again in ${Math.ceil(retryAfterMs / 1000)} s`}, or lower "parallel"; a hosted model may want its quota raised. ${kept}`,
    });
  if (status === 402)
    return new UserError(`${host} wants to be paid first (402)${quoted}.`, {
      remedy: `Add credit there, and resume the run. ${kept}`,
    });
  if (status >= 300 && status < 400)
    return new UserError(`${host} answers that it is elsewhere (${status}).`, {
      remedy: 'Write the address that it leads to as "url"; texts and keys are sent nowhere else.',
    });
  if (error.isTemporary)
    return new UserError(`${host} answers ${status}, again and again${quoted}.`, {
      remedy: `Look at the server, and resume the run when it works. ${kept}`,
    });
  return new UserError(`${host} refuses the request (${status})${quoted}.`, {
    remedy: 'Correct the option that it speaks of; not every server knows every option.',
  });
}
