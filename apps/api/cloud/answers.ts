import { z } from 'zod';
import { listOf } from '../open-api.ts';

/** GET /v1/cloud/… */
export const Choices = listOf('Choices', z.strictObject({ id: z.string(), name: z.string() }));
