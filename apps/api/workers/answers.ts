import { Announcement, Control } from '#dispatch';
import { z } from 'zod';

/** GET /v1/workers */
export const Workers = z
  .strictObject({ items: z.array(Announcement), next: z.null() })
  .meta({ id: 'Workers' });

/** POST /v1/workers/control */
export const Told = z.strictObject({ told: Control }).meta({ id: 'Told' });
