import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { OpenAPIObject } from '@nestjs/swagger';
import { controllers } from './api.module.ts';
import { completeDocument } from './open-api.ts';

/** The OpenAPI document of the API. */
export function describeApi(app: INestApplication): OpenAPIObject {
  const description = new DocumentBuilder()
    .setTitle('Warrener')
    .setDescription('Message brokers as a service on OpenStack')
    .setOpenAPIVersion('3.1.0')
    .addBearerAuth()
    .addApiKey({ type: 'apiKey', in: 'header', name: 'X-Auth-Token' }, 'keystone')
    .build();
  return completeDocument(SwaggerModule.createDocument(app, description), controllers);
}
