import type { EventLog, Loaded, StreamWrite } from '#event-log';
import { write } from '#event-log';
import { Problem } from '#platform';
import { v7 as uuidv7 } from 'uuid';
import type { Webhook, WebhookEvent, WebhookSettings, WebhookState } from '../core/webhook.ts';
import { evolveWebhook } from '../core/webhook.ts';
import type { WebhookSecrets } from './secrets.ts';
import { newSecret } from './signature.ts';
import { webhookStream, webhookStreamId } from './streams.ts';

/** What requests about webhooks work with. */
export interface WebhookWorld {
  readonly log: EventLog;
  readonly secrets: WebhookSecrets;
}

/** Further writes of the same append, e.g. the remembered answer for an idempotency key. */
type AlsoWrite = (webhook: Webhook) => readonly StreamWrite[];

const MAX_CONFLICTS = 10;
/** How long the secret before still signs. */
const OVERLAP_MS = 24 * 60 * 60 * 1_000;

/** A webhook that is about to be: its secret is kept already. */
export interface PreparedWebhook {
  readonly id: string;
  /** What creates it, as told of all jobs or of one; for the append that it belongs to. */
  creation(job: string | null): { readonly webhook: Webhook; readonly write: StreamWrite };
  /** Forgets the secret, where that append was not made. */
  abandon(): Promise<void>;
}

/**
 * Prepares a webhook.
 *
 * @param settings checked already
 * @param secret made here where there is none
 */
export async function prepareWebhook(
  { secrets }: Pick<WebhookWorld, 'secrets'>,
  tenant: string,
  settings: WebhookSettings,
  secret: string = newSecret(),
): Promise<PreparedWebhook> {
  const id = uuidv7();
  await secrets.add(id, secret, 0);
  return {
    id,
    creation: (job) => {
      const created = { type: 'WebhookCreated', webhook: id, job, ...settings } as const;
      const webhook = evolveWebhook(null, created);
      if (webhook === null) throw new Error('a created webhook is one');
      return { webhook, write: write(webhookStream, { stream: webhookStreamId(id), tenant }, [created]) };
    },
    abandon: () => secrets.delete(id),
  };
}

/** Creates a webhook. */
export async function createWebhook(
  world: WebhookWorld,
  tenant: string,
  settings: WebhookSettings,
  secret: string | undefined,
  alsoWrite: AlsoWrite,
): Promise<Webhook | 'conflict'> {
  const prepared = await prepareWebhook(world, tenant, settings, secret);
  const { webhook, write: creation } = prepared.creation(null);
  const result = await world.log.append({
    writes: [creation, ...alsoWrite(webhook)],
    meta: { by: tenant },
  });
  if (result.ok) return webhook;
  await prepared.abandon();
  return 'conflict';
}

/**
 * Changes what is named, and has a disabled webhook called again.
 *
 * @throws Problem `not-found`
 */
export async function changeWebhook(
  world: WebhookWorld,
  tenant: string,
  id: string,
  changes: Partial<WebhookSettings>,
): Promise<Webhook> {
  return append(world, tenant, id, ({ url, types, description, paused }) => ({
    type: 'WebhookChanged',
    url,
    types,
    description,
    paused,
    ...changes,
  }));
}

/**
 * Has a webhook sign with a new secret, and for 24 hours with the one before as well.
 *
 * @throws Problem `not-found`
 */
export async function rotateSecret(
  world: WebhookWorld,
  tenant: string,
  id: string,
  secret: string | undefined,
): Promise<Webhook> {
  await findWebhook(world, tenant, id);
  await world.secrets.add(id, secret ?? newSecret(), OVERLAP_MS);
  return append(world, tenant, id, () => ({ type: 'WebhookSecretRotated' }));
}

/**
 * Has a test event sent.
 *
 * @returns the id of that event
 * @throws Problem `not-found`; `conflict` where it would not be sent
 */
export async function testWebhook(world: WebhookWorld, tenant: string, id: string): Promise<string> {
  let version = 0;
  await append(world, tenant, id, (webhook, loaded) => {
    if (webhook.status !== 'active')
      throw new Problem('conflict', `Webhook ${id} is ${webhook.status}; nothing is sent to it.`);
    version = loaded.version + 1;
    return { type: 'WebhookTested' };
  });
  return `${webhookStreamId(id)}-${version}`;
}

/** @throws Problem `not-found` */
export async function deleteWebhook(world: WebhookWorld, tenant: string, id: string): Promise<void> {
  await append(world, tenant, id, () => ({ type: 'WebhookDeleted' }));
  await world.secrets.delete(id);
}

/** Stops calling a webhook whose receiver is gone. Nothing happens where it is not active any more. */
export async function disableWebhook(world: WebhookWorld, id: string, reason: string): Promise<void> {
  for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts += 1) {
    const loaded = await world.log.load(webhookStream, webhookStreamId(id));
    if (loaded?.state?.status !== 'active') return;
    const writes = [write(webhookStream, loaded, [{ type: 'WebhookDisabled', reason }])];
    if ((await world.log.append({ writes, meta: { by: 'notifier' } })).ok) return;
  }
}

/** @throws Problem `not-found` where the tenant has no such webhook */
export async function findWebhook(
  world: Pick<WebhookWorld, 'log'>,
  tenant: string,
  id: string,
): Promise<Loaded<WebhookState> & { readonly state: Webhook }> {
  const loaded = /^[0-9a-f-]{36}$/.test(id)
    ? await world.log.load(webhookStream, webhookStreamId(id))
    : undefined;
  const state = loaded?.state;
  if (loaded?.tenant !== tenant || state === undefined || state === null || state.status === 'deleted')
    throw new Problem('not-found', `There is no webhook "${id.slice(0, 64)}".`);
  return { ...loaded, state };
}

async function append(
  world: WebhookWorld,
  tenant: string,
  id: string,
  decide: (webhook: Webhook, loaded: Loaded<WebhookState>) => WebhookEvent,
): Promise<Webhook> {
  for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts += 1) {
    const loaded = await findWebhook(world, tenant, id);
    const event = decide(loaded.state, loaded);
    const result = await world.log.append({
      writes: [write(webhookStream, loaded, [event])],
      meta: { by: tenant },
    });
    if (result.ok) return evolveWebhook(loaded.state, event) ?? loaded.state;
  }
  throw new Problem('unavailable', 'Too many changes to this webhook at once; try again.');
}
