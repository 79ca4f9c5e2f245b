/** How a field is shown to everybody, on the firehose: as it is, as an opaque id, or not at all. Said for every field. */
export type Shown = 'plain' | 'opaque' | 'never';

/** What JSON Schema says of a value. */
export interface ValueSchema {
  readonly type: string | readonly string[];
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly items?: ValueSchema;
}

/** One field of an event's data. `Value` is known to the compiler only. */
export interface Field<Value> {
  readonly schema: ValueSchema;
  readonly doc: string;
  readonly shown: Shown;
  readonly value?: Value;
}

export type Fields = Readonly<Record<string, Field<unknown>>>;

/** The data that fields describe. */
export type DataOf<Described extends Fields> = {
  readonly [Name in keyof Described]: Described[Name] extends Field<infer Value> ? Value : never;
};

const field =
  <Value>(schema: ValueSchema) =>
  (doc: string, shown: Shown): Field<Value> => ({ schema, doc, shown });

export const string = field<string>({ type: 'string' });
export const uuid = field<string>({ type: 'string', format: 'uuid' });
export const time = field<string>({ type: 'string', format: 'date-time' });
export const integer = field<number>({ type: 'integer' });
export const strings = field<readonly string[]>({ type: 'array', items: { type: 'string' } });

export const oneOf = <const Value extends string>(
  values: readonly Value[],
  doc: string,
  shown: Shown,
): Field<Value> => ({ schema: { type: 'string', enum: values }, doc, shown });

/** The same, or null. */
export const orNull = <Value>({ schema, doc, shown }: Field<Value>): Field<Value | null> => ({
  schema: { ...schema, type: [schema.type, 'null'].flat() },
  doc,
  shown,
});
