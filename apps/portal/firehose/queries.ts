import { useQuery } from '@tanstack/react-query';
import { answered, api } from '../api/client.ts';

/** Where browsers read the firehose; null where this installation has none. */
export const useFirehose = () =>
  useQuery({
    queryKey: ['firehose'],
    staleTime: Infinity,
    queryFn: ({ signal }) => answered(api.GET('/v1/firehose', { signal })),
  });
