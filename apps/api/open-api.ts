import { applyDecorators } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import type { OpenAPIObject } from '@nestjs/swagger';
import { ApiResponse } from '@nestjs/swagger';
import { z } from 'zod';

const COMPONENTS = '#/components/schemas/';
const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** Every schema that an answer has, by its name in the document. */
const answers = new Map<string, z.ZodType>();

/** What is told of an error, whichever it is. */
const ProblemShown = z
  .strictObject({
    type: z.url(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string().optional(),
    errors: z.array(z.strictObject({ field: z.string(), message: z.string() })).optional(),
    request_id: z.string().optional().describe("OpenStack's, where a cloud call failed"),
  })
  .meta({ id: 'Problem' });

/** What a route answers with: a schema with an id, or null for no body. */
export function Answers(status: number, schema: z.ZodType | null, description = 'As it stands now') {
  if (schema === null) return applyDecorators(ApiResponse({ status, description: 'Done' }));
  return applyDecorators(
    ApiResponse({ status, description, content: { 'application/json': { schema: named(schema) } } }),
  );
}

/** What a route streams, as server-sent events. */
export const Streams = (description: string) =>
  applyDecorators(
    ApiResponse({
      status: 200,
      description,
      content: { 'text/event-stream': { schema: { type: 'string' } } },
    }),
  );

function named(schema: z.ZodType): { $ref: string } {
  const id = schema.meta()?.id;
  if (id === undefined) throw new Error('the schema of an answer needs an id, to be named in the document');
  answers.set(id, schema);
  return { $ref: `${COMPONENTS}${id}` };
}

/** A page of a list. */
export const pageOf = (id: string, item: z.ZodType) =>
  z.strictObject({ items: z.array(item), next_cursor: z.string().nullable() }).meta({ id });

/** A list that is short. */
export const listOf = (id: string, item: z.ZodType) => z.strictObject({ items: z.array(item) }).meta({ id });

/** A moment, RFC 3339 UTC. */
export const moment = z.iso.datetime();

/** Says what Nest leaves out: the answers' schemas, problems, and what may be asked for in queries and headers. */
export function completeDocument(
  document: OpenAPIObject,
  controllers: readonly (abstract new (...args: never[]) => unknown)[],
): OpenAPIObject {
  document.components ??= {};
  const schemas: Record<string, object> = (document.components.schemas ??= {});
  named(ProblemShown);
  for (const schema of answers.values()) Object.assign(schemas, plain(schema, 'output').all);
  const parameters = new Map(controllers.flatMap(parametersOf));
  for (const path of Object.values(document.paths))
    for (const method of METHODS) {
      const operation = path[method];
      if (operation === undefined) continue;
      operation.parameters = [
        ...(operation.parameters ?? []),
        ...(parameters.get(operation.operationId ?? '') ?? []),
      ];
      operation.responses['default'] = {
        description: 'A problem (RFC 9457)',
        content: { 'application/problem+json': { schema: { $ref: `${COMPONENTS}Problem` } } },
      };
    }
  return document;
}

type Parameter = NonNullable<NonNullable<OpenAPIObject['paths'][string]['get']>['parameters']>[number];

/** By operation: what its handler takes from the query and from headers. */
function parametersOf(
  controller: abstract new (...args: never[]) => unknown,
): [operation: string, Parameter[]][] {
  return Object.getOwnPropertyNames(controller.prototype).map((handler) => {
    const taken = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, handler) ?? {}) as Record<
      string,
      { readonly data?: unknown; readonly schema?: z.ZodType }
    >;
    const found = Object.entries(taken).flatMap(([key, { data, schema }]): Parameter[] => {
      if (key.startsWith(`${RouteParamtypes.QUERY}:`) && schema !== undefined) return queryOf(schema);
      if (key.startsWith(`${RouteParamtypes.HEADERS}:`) && typeof data === 'string')
        return [{ name: data, in: 'header', required: false, schema: { type: 'string' } }];
      return [];
    });
    return [`${controller.name}_${handler}`, found];
  });
}

function queryOf(schema: z.ZodType): Parameter[] {
  const { properties = {}, required = [] } = plain(schema, 'input').schema;
  return Object.entries(properties).map(([name, { description, ...property }]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: property,
  }));
}

interface JsonSchema {
  readonly properties?: Readonly<Record<string, { readonly description?: string }>>;
  readonly required?: readonly string[];
}

/** A schema as JSON Schema, and all that have names of their own in it, which refer to each other by those. */
function plain(
  schema: z.ZodType,
  io: 'input' | 'output',
): { readonly schema: JsonSchema; readonly all: Readonly<Record<string, JsonSchema>> } {
  const text = JSON.stringify(z.toJSONSchema(schema, { io })).replaceAll('"#/$defs/', `"${COMPONENTS}`);
  const {
    $defs = {},
    $schema,
    ...rest
  } = JSON.parse(text) as { $defs?: Record<string, object>; $schema?: string };
  const all = Object.fromEntries(
    Object.entries($defs).map(([name, { id, ...named }]: [string, { id?: unknown }]) => [name, named]),
  );
  const own = schema.meta()?.id;
  return { schema: own === undefined ? rest : (all[own] ?? rest), all };
}
