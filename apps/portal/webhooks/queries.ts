import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { answered, api, newKey, settled } from '../api/client.ts';
import { cursor, LATER, SOON } from '../api/queries.ts';
import type { components } from '../api/schema.ts';

type Schemas = components['schemas'];
export type Webhook = Schemas['Webhook'];
export type ListedWebhook = Schemas['WebhookPage']['items'][number];
export type Delivery = Schemas['DeliveryPage']['items'][number];
export type DeliveryStatus = Delivery['status'];
export type NewWebhook = Schemas['CreateWebhook'];

const at = (webhook: string) => ({ params: { path: { webhook } } });
const again = () => ({ 'idempotency-key': newKey() });

export const useWebhooks = () =>
  useInfiniteQuery({
    queryKey: ['webhooks'],
    queryFn: ({ pageParam, signal }) =>
      answered(api.GET('/v1/webhooks', { params: { query: { limit: 50, ...cursor(pageParam) } }, signal })),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: LATER,
  });

export const useWebhook = (id: string) =>
  useQuery({
    queryKey: ['webhook', id],
    queryFn: ({ signal }) => answered(api.GET('/v1/webhooks/{webhook}', { ...at(id), signal })),
    refetchInterval: 2 * SOON,
  });

/** The secret is asked for when somebody wants to see it, and not kept. */
export const useSecrets = (id: string, wanted: boolean) =>
  useQuery({
    queryKey: ['webhook', id, 'secret'],
    enabled: wanted,
    gcTime: 0,
    queryFn: ({ signal }) => answered(api.GET('/v1/webhooks/{webhook}/secret', { ...at(id), signal })),
  });

export const useDeliveries = (id: string, status: DeliveryStatus | undefined) =>
  useInfiniteQuery({
    queryKey: ['webhook', id, 'deliveries', status ?? 'all'],
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: 50, ...(status === undefined ? {} : { status }), ...cursor(pageParam) };
      const params = { path: { webhook: id }, query };
      return answered(api.GET('/v1/webhooks/{webhook}/deliveries', { params, signal }));
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: 2 * SOON,
  });

export const useDelivery = (webhook: string, delivery: string, wanted: boolean) =>
  useQuery({
    queryKey: ['webhook', webhook, 'delivery', delivery],
    enabled: wanted,
    queryFn: ({ signal }) =>
      answered(
        api.GET('/v1/webhooks/{webhook}/deliveries/{delivery}', {
          params: { path: { webhook, delivery } },
          signal,
        }),
      ),
    refetchInterval: 2 * SOON,
  });

/** Does something to webhooks, and asks again for what it may have changed. */
function useChange<Given, Answer>(change: (given: Given) => Promise<Answer>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSettled: () => {
      for (const kind of ['webhooks', 'webhook']) void client.invalidateQueries({ queryKey: [kind] });
    },
  });
}

/** Creates; the same key for the same request makes it safe to send again. */
export const useCreate = () =>
  useChange(({ request, key }: { request: NewWebhook; key: string }) =>
    answered(api.POST('/v1/webhooks', { body: request, headers: { 'idempotency-key': key } })),
  );

export const usePause = (id: string) =>
  useChange((paused: boolean) =>
    answered(api.PATCH('/v1/webhooks/{webhook}', { ...at(id), body: { paused } })),
  );

export const useRemove = (id: string) =>
  useChange(() => settled(api.DELETE('/v1/webhooks/{webhook}', at(id))));

export const useTest = (id: string) =>
  useChange(() => answered(api.POST('/v1/webhooks/{webhook}/test', { ...at(id), headers: again() })));

export const useRotate = (id: string) =>
  useChange(() =>
    answered(api.POST('/v1/webhooks/{webhook}/rotate-secret', { ...at(id), headers: again(), body: {} })),
  );

export const useReplay = (webhook: string) =>
  useChange((delivery: string) =>
    answered(
      api.POST('/v1/webhooks/{webhook}/deliveries/{delivery}/replay', {
        params: { path: { webhook, delivery } },
        headers: again(),
      }),
    ),
  );
