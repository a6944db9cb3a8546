import * as z from 'zod/mini';

/**
 * How messages between page and host are described: one schema a message, from which its type and its check follow. What
 * the engine has a type for takes that type from there.
 */

/** Checks a value, which is then known to be a T. */
export type Schema<T> = z.ZodMiniType<T>;

type Immutable<T> = T extends object ? { readonly [Key in keyof T]: Immutable<T[Key]> } : T;
/** What a value is that fits a schema. */
export type Fitting<S extends z.ZodMiniType> = Immutable<z.output<S>>;

/** Unknown where it is null: not measured, not a number, or infinite. */
export type Figure = number | null;

export const text = z.string();
export const number = z.number();
export const figure = z.nullable(z.number());
export const flag = z.boolean();
/** May be anything, or left out. */
export const anything = z.optional(z.unknown());
export const texts = z.array(text);

/** An object of the engine: the compiler asks for a schema for each of its fields, and for no other. */
export const shapeOf = <T extends object>(
  fields: {
    readonly [Key in keyof T]-?: Schema<T[Key]>;
  },
): Schema<T> => z.object(fields) as unknown as Schema<T>;

/** One of the texts of a type of the engine: the compiler asks for each of them, and for no other. */
export const oneOf = <T extends string>(all: Readonly<Record<T, true>>): Schema<T> =>
  z.enum(Object.keys(all) as [T, ...T[]]) as unknown as Schema<T>;

/** An object with the same schema for each of these keys. */
export const eachOf = <Key extends string, T>(
  keys: readonly Key[],
  schema: Schema<T>,
): Schema<Readonly<Record<Key, T>>> =>
  z.object(Object.fromEntries(keys.map((key) => [key, schema]))) as unknown as Schema<
    Readonly<Record<Key, T>>
  >;

/** Values by names that are not known beforehand. */
export const named = <T>(schema: Schema<T>) => z.record(text, schema);

export const fits = <T>(schema: Schema<T>, value: unknown): value is T => schema.safeParse(value).success;
