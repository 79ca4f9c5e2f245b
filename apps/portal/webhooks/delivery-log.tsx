import { useState } from 'react';
import { Button, Disclosure, DisclosurePanel, Heading } from 'react-aria-components';
import { useMay } from '../api/may.ts';
import { ActionButton } from '../parts/button.tsx';
import { Code } from '../parts/copy.tsx';
import { Filter } from '../parts/filter.tsx';
import { Icon } from '../parts/icon.tsx';
import { Empty, Failure, Loading, StatusBadge, toneOf } from '../parts/states.tsx';
import { Ago, At, duration } from '../parts/time.tsx';
import { useDeliveries, useDelivery, useReplay } from './queries.ts';
import type { Delivery, DeliveryStatus, Webhook } from './queries.ts';

const filters = [
  { id: 'all', name: 'All' },
  { id: 'pending', name: 'Pending' },
  { id: 'delivered', name: 'Delivered' },
  { id: 'failed', name: 'Failed' },
  { id: 'skipped', name: 'Skipped' },
] as const satisfies readonly { id: DeliveryStatus | 'all'; name: string }[];
type FilterId = (typeof filters)[number]['id'];

/** What was posted, the newest first; each opens to its attempts. */
export function DeliveryLog({ webhook }: { readonly webhook: Webhook }) {
  const [filter, setFilter] = useState<FilterId>('all');
  const { data, error, isPending, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useDeliveries(
    webhook.id,
    filter === 'all' ? undefined : filter,
  );
  const deliveries = data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <section className="stack" aria-labelledby="deliveries">
      <div className="filters">
        <h2 id="deliveries">Deliveries</h2>
        <Filter label="Show" options={filters} value={filter} onChange={setFilter} />
      </div>
      {error !== null && <Failure error={error} again={() => void refetch()} />}
      {isPending && <Loading what="deliveries" />}
      {data !== undefined && deliveries.length === 0 && (
        <Empty title={filter === 'all' ? 'Nothing was posted yet' : `None is ${filter}`}>
          <p>Deliveries appear here as things happen. They are kept for 30 days.</p>
        </Empty>
      )}
      {deliveries.length > 0 && (
        <ul className="card rows" aria-label="Deliveries">
          {deliveries.map((delivery) => (
            <li key={delivery.id}>
              <DeliveryRow webhook={webhook} delivery={delivery} />
            </li>
          ))}
        </ul>
      )}
      {hasNextPage && (
        <div>
          <ActionButton isPending={isFetchingNextPage} onPress={() => void fetchNextPage()}>
            Show more
          </ActionButton>
        </div>
      )}
    </section>
  );
}

function DeliveryRow({ webhook, delivery }: { readonly webhook: Webhook; readonly delivery: Delivery }) {
  const [open, setOpen] = useState(false);
  return (
    <Disclosure className="disclosure" isExpanded={open} onExpandedChange={setOpen}>
      <Heading level={3} className="plain">
        <Button slot="trigger" className="row-button">
          <Icon name="down" size={16} />
          <span className="mono grow">{delivery.type}</span>
          <span className="muted small">
            {delivery.attempts === 0
              ? 'Not tried'
              : delivery.attempts === 1
                ? '1 attempt'
                : `${delivery.attempts} attempts`}
          </span>
          <StatusBadge status={delivery.status} />
          <span className="muted small when">
            <Ago at={delivery.event_at} />
          </span>
        </Button>
      </Heading>
      <DisclosurePanel className="disclosure-panel">
        {open && <DeliveryDetail webhook={webhook} id={delivery.id} />}
      </DisclosurePanel>
    </Disclosure>
  );
}

function DeliveryDetail({ webhook, id }: { readonly webhook: Webhook; readonly id: string }) {
  const may = useMay('member');
  const { data, error, refetch } = useDelivery(webhook.id, id, true);
  const replay = useReplay(webhook.id);
  if (data === undefined)
    return error === null ? (
      <Loading what="the delivery" />
    ) : (
      <Failure error={error} again={() => void refetch()} />
    );
  return (
    <>
      {data.tried.length === 0 && <p className="muted">Nothing was tried yet.</p>}
      {data.tried.length > 0 && (
        <ol className="attempts" aria-label="Attempts">
          {data.tried.map((attempt) => (
            <li key={`${attempt.number} ${attempt.at}`}>
              <span className="badge" data-tone={toneOf(attempt.error === null ? 'delivered' : 'failed')}>
                {attempt.status ?? 'no answer'}
              </span>
              <span className="grow anywhere">{attempt.error ?? 'Taken'}</span>
              <span className="muted small nowrap">{duration(attempt.duration_ms)}</span>
              <span className="muted small">
                <At at={attempt.at} />
              </span>
            </li>
          ))}
        </ol>
      )}
      {data.next_attempt_at !== null && data.attempts > 0 && (
        <p className="hint">
          Next attempt: <At at={data.next_attempt_at} />.
        </p>
      )}
      <Code text={JSON.stringify(data.event, null, 2)} what="what is sent" />
      {replay.error !== null && <Failure error={replay.error} />}
      {may && data.status !== 'pending' && (
        <div className="actions">
          <ActionButton
            isPending={replay.isPending}
            isDisabled={webhook.status === 'disabled'}
            onPress={() => {
              replay.mutate(id);
            }}
          >
            <Icon name="turning" size={16} /> Send it again
          </ActionButton>
        </div>
      )}
    </>
  );
}
