import { z } from 'zod';

const part = (what: string) => z.string().min(1, `expected ${what}`).max(255);

/** POST /v1/sign-in */
export const SignIn = z
  .strictObject({
    user: part('the name of a user'),
    domain: part('the name of a domain').default('Default').describe('Of the user and of the project'),
    password: z.string().min(1, 'expected a password').max(1_000),
    project: part('the name of a project'),
  })
  .meta({ id: 'SignIn' });
export type SignIn = z.infer<typeof SignIn>;
