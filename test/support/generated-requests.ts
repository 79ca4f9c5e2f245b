import fc from 'fast-check';

/** The part of JSON Schema that the document uses. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly format?: string;
}

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly schema: Schema;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> }>
  >;
}

/** The OpenAPI document, as far as it is used here. */
export interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** A request to be made. */
export interface Generated {
  readonly method: string;
  /** As the document has it. */
  readonly route: string;
  readonly operation: Operation;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined for none. */
  readonly body: string | undefined;
}

/** Values that make sense, by the name of the parameter or property that takes them. */
export type Hints = Readonly<Record<string, readonly unknown[]>>;

/** What breaks programs: controls, half characters, quotes, traversal, numbers at their ends, prototypes. */
const nastyStrings = [
  '',
  ' ',
  '\u0000',
  '\ud800',
  '\u202e',
  "'; drop table warrener.event; --",
  '%00',
  '%',
  '../../etc/passwd',
  '..',
  '.',
  '{{7*7}}',
  '__proto__',
  'constructor',
  'null',
  '-1',
  'NaN',
  '1e309',
  '9'.repeat(400),
  'x'.repeat(5_000),
  '\u{1f430}'.repeat(50),
  '0'.repeat(36),
  '00000000-0000-0000-0000-000000000000',
  '2026-02-30T25:61:61Z',
  '[object Object]',
];
const nastyString = fc.oneof(
  fc.constantFrom(...nastyStrings),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ maxLength: 60 }),
);
const nasty: fc.Arbitrary<unknown> = fc.oneof(
  nastyString,
  fc.constantFrom(null, true, false, 0, -1, 1.5, 1e308, Number.MAX_SAFE_INTEGER, -0, [], {}, [[[]]]),
  fc.jsonValue({ maxDepth: 3 }),
);

/** Requests for an operation: mostly nearly right, some wild, some not even HTTP's idea of JSON. */
export function requestsFor(
  document: Document,
  route: string,
  method: string,
  hints: Hints,
): fc.Arbitrary<Generated> {
  const operation = document.paths[route]?.[method];
  if (operation === undefined) throw new Error(`the document has no ${method} ${route}`);
  const near = (schema: Schema, name?: string): fc.Arbitrary<unknown> =>
    nearly(document, schema, hints, name);
  const parameters = operation.parameters ?? [];
  const inPath = parameters.filter((parameter) => parameter.in === 'path');
  const paths = fc
    .record(Object.fromEntries(inPath.map(({ name, schema }) => [name, textual(near(schema, name))])))
    .map((values) =>
      route.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
        encode((values as Record<string, string>)[name] ?? ''),
      ),
    );
  const inQuery = parameters.filter((parameter) => parameter.in === 'query');
  const queries = fc
    .tuple(
      fc.record(Object.fromEntries(inQuery.map(({ name, schema }) => [name, textual(near(schema, name))])), {
        requiredKeys: [],
      }),
      fc.option(fc.tuple(nastyString, nastyString), { freq: 12 }),
    )
    .map(([known, extra]) => {
      const pairs = [...Object.entries(known as Record<string, string>), ...(extra === null ? [] : [extra])];
      const text = pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
      return text === '' ? '' : `?${text}`;
    });
  const content = operation.requestBody?.content['application/json'];
  const json: fc.Arbitrary<string | undefined> =
    content === undefined ? fc.constant(undefined) : near(content.schema).map(encodeJson);
  const wildBody = fc.oneof(nasty.map(encodeJson), nastyString, fc.constantFrom('{', '[1,', '"', '{"a":1}{'));
  const bodies =
    method === 'get'
      ? fc.constant(undefined)
      : fc.oneof({ weight: 8, arbitrary: json }, { weight: 2, arbitrary: wildBody });
  const types = fc.oneof(
    { weight: 12, arbitrary: fc.constant('application/json') },
    {
      weight: 1,
      arbitrary: fc.constantFrom('text/plain', 'application/xml', 'application/json; charset=latin1'),
    },
  );
  const keys = fc.option(fc.oneof(fc.uuid(), fc.stringMatching(/^[\x20-\x7e]{0,40}$/)), { freq: 4 });
  return fc.record({ path: paths, query: queries, body: bodies, type: types, key: keys }).map((made) => ({
    method: method.toUpperCase(),
    route,
    operation,
    path: `${made.path}${made.query}`,
    body: made.body,
    headers: {
      ...(made.body === undefined ? {} : { 'content-type': made.type }),
      ...(made.key === null ? {} : { 'idempotency-key': made.key }),
    },
  }));
}

/** Values of a schema, one in ten of them spoiled, at every depth. */
function nearly(document: Document, schema: Schema, hints: Hints, name?: string): fc.Arbitrary<unknown> {
  const near = (inner: Schema, its?: string): fc.Arbitrary<unknown> => nearly(document, inner, hints, its);
  const good = (): fc.Arbitrary<unknown> => {
    if (schema.$ref !== undefined) {
      const target = document.components.schemas[schema.$ref.split('/').at(-1) ?? ''];
      if (target === undefined) throw new Error(`the document has no ${schema.$ref}`);
      return near(target, name);
    }
    const known = hints[name ?? ''];
    const any = schema.anyOf ?? schema.oneOf;
    if (any !== undefined) return fc.oneof(...any.map((one) => near(one, name)));
    if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
    if (schema.const !== undefined) return fc.constant(schema.const);
    const type = [schema.type].flat()[0];
    if (known !== undefined && type !== 'object' && type !== 'array')
      return fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...known) }, ofType(schema, String(type)));
    if (type === 'object') {
      const fields = Object.entries(schema.properties ?? {}).map(([key, inner]) => [key, near(inner, key)]);
      return fc.record(Object.fromEntries(fields) as Record<string, fc.Arbitrary<unknown>>, {
        requiredKeys: [...(schema.required ?? [])],
      });
    }
    if (type === 'array') return fc.array(near(schema.items ?? {}, name), { maxLength: 4 });
    return ofType(schema, String(type));
  };
  return fc.oneof({ weight: 14, arbitrary: good() }, { weight: 1, arbitrary: nasty });
}

function ofType(schema: Schema, type: string): fc.Arbitrary<unknown> {
  switch (type) {
    case 'integer':
      return fc.integer({
        min: Math.max(schema.minimum ?? -5, -1e9),
        max: Math.min(schema.maximum ?? 1e6, 1e9),
      });
    case 'number':
      return fc.double({ min: schema.minimum ?? -1e9, max: schema.maximum ?? 1e9, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'string':
      return ofString(schema);
    default:
      return nasty;
  }
}

function ofString({ format, pattern, minLength = 0, maxLength = 80 }: Schema): fc.Arbitrary<string> {
  if (format === 'uuid') return fc.uuid();
  if (format === 'date-time')
    return fc
      .date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString());
  if (pattern !== undefined && !/\\p|\(\?[=!<]|\\ud800/.test(pattern))
    return fc.stringMatching(new RegExp(pattern));
  return fc.string({ minLength, maxLength: Math.min(maxLength, 80) });
}

const textual = (values: fc.Arbitrary<unknown>): fc.Arbitrary<string> =>
  values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));

/** As a URL has it, also where it is no good text. An empty segment would be another route. */
function encode(text: string): string {
  try {
    const encoded = encodeURIComponent(text);
    return encoded === '' || encoded === '.' || encoded === '..' ? '%20' : encoded;
  } catch {
    return '%ED%A0%80'; // half a character
  }
}

const encodeJson = (value: unknown): string => JSON.stringify(value);
