import type { JsonPath } from '../parsing/problem.ts';
import { isRecord } from '../schema/schema-walk.ts';

/** A copy of a JSON value with one value in it changed, or removed by undefined; sections on the way are made. */
export function modified(value: unknown, path: JsonPath, change: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return change;
  if (typeof step === 'number') {
    const list = Array.isArray(value) ? [...value] : [];
    if (rest.length === 0 && change === undefined) list.splice(step, 1);
    else list[step] = modified(list[step], rest, change);
    return list;
  }
  const object = isRecord(value) ? { ...value } : {};
  if (rest.length === 0 && change === undefined) delete object[step];
  else object[step] = modified(object[step], rest, change);
  return object;
}
