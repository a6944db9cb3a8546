import { UserError } from '../base/user-error.ts';
import type { Statements } from './database/database.ts';
import type { RunRecord } from './database/run-records.ts';
import type { RunStore } from './store.ts';

/** The run with this id, or the only one whose id starts or ends so. Throws UserError for none or several. */
export async function findRun(
  store: Pick<RunStore, 'get' | 'dataDirectory'>,
  database: Statements,
  part: string,
): Promise<RunRecord> {
  const exact = await store.get(part);
  if (exact) return exact;
  const rows = await database.all<{ id: string }>(
    'SELECT id FROM runs WHERE substr(id, 1, ?1) = ?2 OR substr(id, -?1) = ?2 ORDER BY id DESC LIMIT 6',
    [part.length, part],
  );
  if (part !== '' && rows.length === 1) return (await store.get(rows[0]!.id))!;
  if (part === '' || rows.length === 0)
    throw new UserError(`There is no run ${JSON.stringify(part)} in ${store.dataDirectory}.`, {
      remedy: 'Look the id up with `distillery runs`, or name another data directory with --data-dir.',
    });
  const shown = rows.slice(0, 5).map(({ id }) => `  ${id}`);
  throw new UserError(
    `${JSON.stringify(part)} could be ${rows.length > 5 ? 'more than five runs, among them' : 'any of these runs'}:\n${shown.join('\n')}`,
    { remedy: 'Write more of the id.' },
  );
}
