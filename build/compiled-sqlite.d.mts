export const keptSqlite: { readonly npm_config_sqlite3_local_prebuilds: string };
export function keepSqlite(sqlite?: string, folder?: string): void;
