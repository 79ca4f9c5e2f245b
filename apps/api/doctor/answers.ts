import { z } from 'zod';
import { workQueueShown } from '../work-queues/answers.ts';

const orphan = z.strictObject({
  type: z.enum(['server', 'port', 'security-group', 'floating-ip']),
  id: z.string(),
  name: z.string(),
  broker_id: z.string(),
  reason: z.string(),
});

/** GET /v1/doctor */
export const Examination = z
  .strictObject({
    checks: z.array(z.strictObject({ name: z.string(), ok: z.boolean(), detail: z.string() })),
    orphans: z.array(orphan),
    work_queues: z.array(workQueueShown),
  })
  .meta({ id: 'Examination' });

/** POST /v1/doctor/orphans/remove */
export const OrphansRemoved = z
  .strictObject({
    removed: z.array(z.string()),
    failed: z.array(z.strictObject({ id: z.string(), reason: z.string() })),
  })
  .meta({ id: 'OrphansRemoved' });

/** POST /v1/projections/rebuild */
export const ProjectionsRebuilt = z
  .strictObject({ rebuilt: z.array(z.strictObject({ name: z.string(), events: z.int() })) })
  .meta({ id: 'ProjectionsRebuilt' });
