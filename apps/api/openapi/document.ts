import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import { answerSchemas, routes } from './answers.ts';
import type { Described } from './shapes.ts';

type Schema = Record<string, unknown>;
type Operation = {
  parameters?: unknown[];
  responses: Record<string, { description: string; content?: object }>;
};

/** Describes the API: what its controllers say of themselves, and what they answer. */
export function describeApi(app: INestApplication): OpenAPIObject {
  const description = new DocumentBuilder()
    .setTitle('Warrener')
    .setDescription('Message brokers as a service on OpenStack')
    .addBearerAuth()
    .addApiKey({ type: 'apiKey', in: 'header', name: 'X-Auth-Token' }, 'keystone')
    .build();
  const document = SwaggerModule.createDocument(app, description);
  const components = (document.components ??= {});
  components.schemas = { ...components.schemas, ...(namedSchemas() as typeof components.schemas) };
  for (const [path, operations] of Object.entries(document.paths))
    for (const [method, operation] of Object.entries(operations as Record<string, Operation>))
      addAnswers(operation, routes[`${method.toUpperCase()} ${path}`]);
  return document;
}

const registry = z.registry<{ id: string }>();
for (const [id, schema] of Object.entries(answerSchemas)) registry.add(schema, { id });
const options = { target: 'openapi-3.0', io: 'output' } as const;

/** Schemas refer to each other by name instead of repeating what stands there. */
function namedSchemas(): Record<string, Schema> {
  const uri = (id: string): string => `#/components/schemas/${id}`;
  const { schemas } = z.toJSONSchema(registry, { ...options, uri });
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, withoutMeta(schema)]));
}

const withoutMeta = (schema: object): Schema =>
  Object.fromEntries(Object.entries(schema).filter(([key]) => key !== '$schema' && key !== '$id'));

function addAnswers(operation: Operation, described: Described | undefined): void {
  operation.responses['default'] = {
    description: 'What went wrong',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
  if (described === undefined) return;
  const success = Object.entries(operation.responses).find(([status]) => status.startsWith('2'))?.[1];
  if (success !== undefined)
    success.content = { 'application/json': { schema: referring(described.answer) } };
  if (described.query !== undefined)
    operation.parameters = [...(operation.parameters ?? []), ...queryOf(described.query)];
}

/** A schema whose named parts are references. */
function referring(schema: z.ZodType): Schema {
  const named = Object.entries(answerSchemas).find(([, candidate]) => candidate === schema);
  if (named !== undefined) return { $ref: `#/components/schemas/${named[0]}` };
  return withoutMeta(
    z.toJSONSchema(schema, {
      ...options,
      override: ({ zodSchema, jsonSchema }) => {
        const id = registry.get(zodSchema)?.id;
        if (id === undefined) return;
        for (const key of Object.keys(jsonSchema)) Reflect.deleteProperty(jsonSchema, key);
        jsonSchema.$ref = `#/components/schemas/${id}`;
      },
    }),
  );
}

function queryOf(query: z.ZodObject): unknown[] {
  // A copy without the name, which would make it a reference.
  const { properties = {} } = z.toJSONSchema(z.object(query.shape), { target: 'openapi-3.0', io: 'input' });
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...schema } = property as Schema;
    return {
      name,
      in: 'query',
      required: false,
      ...(description === undefined ? {} : { description }),
      schema,
    };
  });
}
