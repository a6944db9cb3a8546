import { env, Uri } from 'vscode';
import { isRunId } from '../../src/runs/run-id.ts';

/** A link that opens a run in VS Code, wherever its folder is open. */
export const permalink = (id: string): Uri =>
  Uri.from({ scheme: env.uriScheme, authority: 'distillery.distillery', path: `/run/${id}` });

/** The run a link names; undefined for any other link. */
export function runOfLink({ path }: Uri): string | undefined {
  const [, id] = /^\/run\/([^/]+)$/.exec(path) ?? [];
  return id !== undefined && isRunId(id) ? id : undefined;
}
