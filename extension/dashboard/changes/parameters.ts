import { UserError } from '../../../src/base/user-error.ts';
import { type Hyperparameter, hyperparametersOf } from '../../../src/experiment/editing/hyperparameters.ts';
import { describePath, type JsonPath } from '../../../src/experiment/parsing/problem.ts';

/** @throws UserError where an experiment has no such hyperparameter. */
export function parameterAt(experiment: unknown, path: JsonPath): Hyperparameter {
  const key = JSON.stringify(path);
  const found = hyperparametersOf(experiment).find((one) => JSON.stringify(one.path) === key);
  if (found) return found;
  throw new UserError(`The experiment has no setting ${describePath(path)}.`, {
    remedy: 'Reload the dashboard: the experiment may have changed.',
  });
}
