import { UserError } from '../base/user-error.ts';
import { agreedRequests } from '../checks/apart/agreed-requests.ts';
import type { SoundExperiment } from '../checks/apart/sound-experiment.ts';
import type { Context } from './context.ts';

/**
 * Tells what an experiment is going to ask of its teacher’s server, and has the user agree.
 * @param yes whether that was done beforehand
 * @returns what a run is made with
 * @throws UserError where the user does not, or nobody is there to ask
 */
export async function agreeToServer(
  { terminal, checker }: Pick<Context, 'terminal' | 'checker'>,
  experiment: SoundExperiment,
  dataDirectory: string,
  yes: boolean,
): Promise<{ readonly serverRequests?: number }> {
  const { name } = experiment.experiment;
  const agreed = await agreedRequests(experiment, checker, dataDirectory, async ({ told }) => {
    terminal.err(`${terminal.errColors.yellow('server')} ${name}: ${told}\n`);
    if (yes) return true;
    if (terminal.confirm) return terminal.confirm('Ask the server?');
    throw new UserError(`"${name}" asks a server, which may cost something, and nobody is here to agree.`, {
      remedy: 'Write --yes if that is well.',
    });
  });
  if (agreed === 'declined')
    throw new UserError(`"${name}" was not run: nothing is asked of the server without your agreement.`);
  return agreed;
}
