import type { InfiniteData } from '@tanstack/react-query';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { answered, api } from '../api/client.ts';
import { cursor, LATER } from '../api/queries.ts';
import type { components } from '../api/schema.ts';
import { recordShares } from './share-history.ts';

type Schemas = components['schemas'];
export type Tenant = Schemas['TenantPage']['items'][number];
export type Limits = Tenant['limits'];
export type WorkQueue = Schemas['WorkQueue'];
export type Worker = Schemas['Workers']['items'][number];
export type WorkerPool = Schemas['WorkerPool'];
export type TenantChange = Schemas['ChangeTenant'];

const OFTEN = 5_000;

export const useTenants = () =>
  useInfiniteQuery({
    queryKey: ['tenants'],
    queryFn: ({ pageParam, signal }) =>
      answered(api.GET('/v1/tenants', { params: { query: { limit: 100, ...cursor(pageParam) } }, signal })),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: LATER,
  });

export const useChangeTenant = (tenant: string) => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (change: Partial<TenantChange>) =>
      answered(
        api.PATCH('/v1/tenants/{tenant}', {
          params: { path: { tenant } },
          body: { force: false, ...change },
        }),
      ),
    // The list lags behind; what was answered is what is.
    onSuccess: (changed) => {
      client.setQueryData<InfiniteData<Schemas['TenantPage']>>(['tenants'], (list) =>
        list === undefined
          ? list
          : {
              ...list,
              pages: list.pages.map((page) => ({
                ...page,
                items: page.items.map((other) => (other.id === tenant ? { ...other, ...changed } : other)),
              })),
            },
      );
    },
  });
};

export const useWorkQueues = () =>
  useQuery({
    queryKey: ['work-queues'],
    queryFn: ({ signal }) => answered(api.GET('/v1/work-queues', { signal })),
    refetchInterval: OFTEN,
  });

/** Those that are alive. What they consume is kept for the chart. */
export const useWorkers = () =>
  useQuery({
    queryKey: ['workers'],
    queryFn: async ({ signal }) => {
      const answer = await answered(api.GET('/v1/workers', { signal }));
      recordShares(answer.items, Date.now());
      return answer;
    },
    refetchInterval: OFTEN,
  });

export const usePools = () =>
  useQuery({
    queryKey: ['worker-pools'],
    queryFn: ({ signal }) =>
      answered(api.GET('/v1/worker-pools', { params: { query: { limit: 200 } }, signal })),
    refetchInterval: LATER,
  });

export const useSetPool = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ pool, priorities }: { pool: string; priorities: string }) =>
      answered(api.PUT('/v1/worker-pools/{pool}', { params: { path: { pool } }, body: { priorities } })),
    onSuccess: (pool) => {
      // At once, so that the order does not jump back until it is asked for again.
      client.setQueryData<Schemas['WorkerPoolPage']>(['worker-pools'], (page) =>
        page === undefined
          ? page
          : { ...page, items: page.items.map((other) => (other.name === pool.name ? pool : other)) },
      );
    },
    onSettled: () => {
      for (const kind of ['worker-pools', 'workers', 'work-queues'])
        void client.invalidateQueries({ queryKey: [kind] });
    },
  });
};
