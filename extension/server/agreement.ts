import { l10n, window } from 'vscode';
import type { Agree } from '../../src/checks/apart/agreed-requests.ts';

/** Shows what is going to be asked of a teacher’s server, and has the user agree. */
export const agreeToServer: Agree = async ({ told }) => {
  const ask = l10n.t('Ask the Server');
  const answer = await window.showWarningMessage(
    l10n.t('The teacher of this experiment answers through a server, which may cost something.'),
    { modal: true, detail: told },
    ask,
  );
  return answer === ask;
};
