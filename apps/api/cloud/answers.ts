import { z } from 'zod';
import { listOf } from '../open-api.ts';

/** GET /v1/cloud/images, GET /v1/cloud/keys */
export const Choices = listOf('Choices', z.strictObject({ id: z.string(), name: z.string() }));

/** GET /v1/cloud/flavors */
export const Flavors = listOf(
  'Flavors',
  z.strictObject({
    id: z.string(),
    name: z.string(),
    vcpus: z.int(),
    ram_mb: z.int(),
    disk_gb: z.int(),
  }),
);

/** GET /v1/cloud/networks */
export const Networks = listOf(
  'Networks',
  z.strictObject({ id: z.string(), name: z.string(), external: z.boolean() }),
);
