import { z } from 'zod';
import { pageOf } from '../open-api.ts';

const pool = {
  name: z.string(),
  priorities: z.string(),
  workers: z.array(
    z.strictObject({
      name: z.string(),
      priorities: z.string(),
      state: z.enum(['working', 'draining', 'stopped']),
    }),
  ),
  overridden_by_environment: z.array(z.string()),
};

/** GET /v1/worker-pools/{pool} */
export const PoolShown = z.strictObject(pool).meta({ id: 'WorkerPool' });

/** GET /v1/worker-pools */
export const PoolPage = pageOf('WorkerPoolPage', z.strictObject(pool));
