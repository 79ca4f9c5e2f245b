import { z } from 'zod';

/** GET /healthz */
export const Alive = z.strictObject({ status: z.literal('ok') }).meta({ id: 'Alive' });

/** GET /readyz */
export const ReadyShown = z
  .strictObject({
    status: z.enum(['ok', 'degraded']),
    dependencies: z.array(
      z.strictObject({
        name: z.string(),
        ok: z.boolean(),
        needed: z.boolean(),
        remedy: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'Ready' });
