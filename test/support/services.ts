import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** A service that `npm test` started; without it there is nothing to test against. */
function given(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set; run the tests with: npm test -- <path>`);
  return value;
}

const unique = (): string => `t${randomBytes(6).toString('hex')}`;

/** A database of its own, dropped at the end. */
export async function freshDatabase(): Promise<{ readonly url: string } & AsyncDisposable> {
  const admin = given('TEST_DATABASE_URL');
  const name = unique();
  await query(admin, `create database ${name} template template0`);
  const url = new URL(admin);
  url.pathname = `/${name}`;
  return {
    url: url.toString(),
    [Symbol.asyncDispose]: () => query(admin, `drop database if exists ${name} with (force)`),
  };
}

async function query(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** A virtual host of its own on the RabbitMQ, removed with its queues at the end. */
export async function freshVhost(): Promise<{ readonly url: string } & AsyncDisposable> {
  const management = new URL(given('TEST_AMQP_MANAGEMENT_URL'));
  const name = unique();
  const authorization = `Basic ${Buffer.from(`${management.username}:${management.password}`).toString('base64')}`;
  const call = async (method: string): Promise<void> => {
    const answer = await fetch(`${management.origin}/api/vhosts/${name}`, {
      method,
      headers: { authorization },
      signal: AbortSignal.timeout(30_000),
    });
    if (!answer.ok) throw new Error(`${method} of virtual host ${name}: ${answer.status}`);
  };
  await call('PUT');
  return { url: `${given('TEST_AMQP_URL')}/${name}`, [Symbol.asyncDispose]: () => call('DELETE') };
}

/** The Redis, and a prefix nobody else uses. */
export const freshRedis = (): { readonly url: string; readonly prefix: string } => ({
  url: given('TEST_REDIS_URL'),
  prefix: unique(),
});
