import { QueryClient, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { answered, api, newKey } from './client.ts';
import { ProblemError } from './problem.ts';
import type { components } from './schema.ts';

type Schemas = components['schemas'];
export type Broker = Schemas['BrokerPage']['items'][number];
export type BrokerDetail = Schemas['BrokerDetail'];
export type Job = Schemas['Job'];
export type ListedJob = Schemas['JobPage']['items'][number];
export type Step = Job['steps'][number];
export type Fact = Schemas['JobEvents']['items'][number];
export type LaunchRequest = Schemas['LaunchBroker'];
export type JobStatus = Job['status'];

/** While something is under way lists are asked again this soon, milliseconds. */
export const SOON = 1_500;
export const LATER = 10_000;

/** What a lost connection interrupted is asked again when it is back; a refusal is final. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (failures, error) =>
        !(error instanceof ProblemError && error.problem.status < 500) && failures < 2,
      staleTime: 1_000,
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
});

const moving: ReadonlySet<string> = new Set(['requested', 'launching', 'deleting', 'running', 'undoing']);

/** Whether a broker or a job changes by itself. */
export const isMoving = ({ status }: { readonly status: string }): boolean => moving.has(status);

/** Whether nothing can happen to a job any more. */
export const isOver = ({ status }: { readonly status: JobStatus }): boolean =>
  status === 'succeeded' || status === 'failed' || status === 'cancelled';

export const useBrokers = () =>
  useInfiniteQuery({
    queryKey: ['brokers'],
    queryFn: ({ pageParam, signal }) =>
      answered(api.GET('/v1/brokers', { params: { query: { limit: 100, ...cursor(pageParam) } }, signal })),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: ({ state }) =>
      state.data?.pages.some(({ items }) => items.some(isMoving)) === true ? SOON : LATER,
  });

export const useBroker = (id: string) =>
  useQuery({
    queryKey: ['broker', id],
    queryFn: ({ signal }) =>
      answered(api.GET('/v1/brokers/{broker}', { params: { path: { broker: id } }, signal })),
    refetchInterval: LATER,
  });

export const useJobs = (filter: { readonly status?: JobStatus; readonly broker?: string }) =>
  useInfiniteQuery({
    queryKey: ['jobs', filter],
    queryFn: ({ pageParam, signal }) =>
      answered(
        api.GET('/v1/jobs', { params: { query: { limit: 50, ...filter, ...cursor(pageParam) } }, signal }),
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: ({ state }) =>
      state.data?.pages.some(({ items }) => items.some(isMoving)) === true ? SOON : LATER,
  });

export const useJob = (id: string | undefined) =>
  useQuery({
    queryKey: ['job', id],
    enabled: id !== undefined,
    queryFn: ({ signal }) =>
      answered(api.GET('/v1/jobs/{job}', { params: { path: { job: id ?? '' } }, signal })),
    refetchInterval: LATER,
  });

export const useJobFacts = (id: string) =>
  useQuery({
    queryKey: ['job', id, 'facts'],
    queryFn: ({ signal }) =>
      answered(api.GET('/v1/jobs/{job}/events', { params: { path: { job: id } }, signal })),
  });

export const cursor = (given: string) => (given === '' ? {} : { cursor: given });

const fromCloud = { staleTime: 60_000 } as const;
export const useImages = () =>
  useQuery({ ...fromCloud, queryKey: ['images'], queryFn: () => answered(api.GET('/v1/cloud/images')) });
export const useFlavors = () =>
  useQuery({ ...fromCloud, queryKey: ['flavors'], queryFn: () => answered(api.GET('/v1/cloud/flavors')) });
export const useNetworks = () =>
  useQuery({ ...fromCloud, queryKey: ['networks'], queryFn: () => answered(api.GET('/v1/cloud/networks')) });
export const useKeys = () =>
  useQuery({ ...fromCloud, queryKey: ['keys'], queryFn: () => answered(api.GET('/v1/cloud/keys')) });

/** Everything on the page that may have changed with a broker or a job. */
export function useRefresh(): () => void {
  const client = useQueryClient();
  return () => {
    for (const kind of ['brokers', 'broker', 'jobs', 'job'])
      void client.invalidateQueries({ queryKey: [kind] });
  };
}

/** Launches; the same key for the same request makes it safe to send again. */
export const useLaunch = () => {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: ({ request, key }: { request: LaunchRequest; key: string }) =>
      answered(api.POST('/v1/brokers', { body: request, headers: { 'idempotency-key': key } })),
    onSuccess: refresh,
  });
};

export const useDelete = () => {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (id: string) =>
      answered(api.DELETE('/v1/brokers/{broker}', { params: { path: { broker: id } } })),
    onSettled: refresh,
  });
};

/** Cancels a job or tries it again. */
export const useJobCommand = (command: 'cancel' | 'retry') => {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (job: string) => {
      const options = { params: { path: { job } }, headers: { 'idempotency-key': newKey() } };
      return answered(
        command === 'cancel'
          ? api.POST('/v1/jobs/{job}/cancel', options)
          : api.POST('/v1/jobs/{job}/retry', options),
      );
    },
    onSettled: refresh,
  });
};
