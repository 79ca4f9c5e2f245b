// The portal's types of the API, from its OpenAPI document: writes them, or with --check fails where they are stale.
// Reads dist; build first.
import 'reflect-metadata';
import { readFileSync, writeFileSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';
import openapiTS, { astToString } from 'openapi-typescript';

const FILE = 'apps/portal/api/schema.ts';
const { ApiModule } = await import('../dist/apps/api/api.module.js');
const { describeApi } = await import('../dist/apps/api/description.js');

// The description needs no runtime: nothing of it is called.
const access = { token: 'x'.repeat(24), secretKey: Buffer.alloc(32), webhookAllow: [] };
const runtime = { world: { cloud: {} } };
const app = await NestFactory.create(ApiModule.over(runtime, {}, access), { logger: false });
const document = describeApi(app);
const types = `// Generated from the OpenAPI document: npm run portal:types\n${astToString(await openapiTS(document))}`;

if (!process.argv.includes('--check')) writeFileSync(FILE, types);
else if (readFileSync(FILE, 'utf8') !== types) {
  console.error(`${FILE} is not what the API says; run: npm run portal:types`);
  process.exitCode = 1;
}
