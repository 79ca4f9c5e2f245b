import { useState } from 'react';
import { Link } from 'wouter';
import { useMay } from '../api/may.ts';
import { isMoving, useBrokers } from '../api/queries.ts';
import type { Broker } from '../api/queries.ts';
import { ActionButton, LinkButton } from '../parts/button.tsx';
import { Copyable } from '../parts/copy.tsx';
import { Filter, Search } from '../parts/filter.tsx';
import { Icon } from '../parts/icon.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { Empty, Failure, Loading, StatusBadge } from '../parts/states.tsx';
import { Ago } from '../parts/time.tsx';
import { EngineName } from './engine-name.tsx';

const filters = [
  { id: 'all', name: 'All' },
  { id: 'ready', name: 'Ready' },
  { id: 'moving', name: 'Under way' },
  { id: 'attention', name: 'Needs attention' },
] as const;
type FilterId = (typeof filters)[number]['id'];

const fits: Readonly<Record<FilterId, (broker: Broker) => boolean>> = {
  all: () => true,
  ready: ({ status }) => status === 'ready',
  moving: isMoving,
  attention: ({ status }) => status === 'failed' || status === 'parked',
};

const matches = (broker: Broker, words: string): boolean => {
  const text = [broker.name, broker.engine, broker.endpoint, broker.flavor, broker.key_pair, broker.status]
    .join(' ')
    .toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
};

/** The tenant's brokers; the list follows what happens to them. */
export function BrokersPage() {
  const { data, error, isPending, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useBrokers();
  const mayLaunch = useMay('member');
  const [words, setWords] = useState('');
  const [filter, setFilter] = useState<FilterId>('all');
  const brokers = data?.pages.flatMap(({ items }) => items) ?? [];
  const shown = brokers.filter((broker) => fits[filter](broker) && matches(broker, words));
  return (
    <>
      <PageHead title="Brokers" about="RabbitMQ and Mosquitto, each on a server of its own.">
        {mayLaunch && (
          <LinkButton kind="primary" href="/launch">
            <Icon name="plus" /> Launch a broker
          </LinkButton>
        )}
      </PageHead>
      {error !== null && <Failure error={error} again={() => void refetch()} />}
      {isPending && <Loading what="brokers" />}
      {data !== undefined && brokers.length === 0 && (
        <Empty title="No brokers yet">
          {mayLaunch ? (
            <>
              <p>Choose an image and a size; a minute later there is an endpoint that works.</p>
              <LinkButton kind="primary" href="/launch">
                Launch the first one
              </LinkButton>
            </>
          ) : (
            <p>Those that members of this project launch appear here.</p>
          )}
        </Empty>
      )}
      {brokers.length > 0 && (
        <>
          <div className="filters">
            <Search label="Search brokers" value={words} onChange={setWords} />
            <Filter label="Show" options={filters} value={filter} onChange={setFilter} />
          </div>
          <p role="status" className="hidden-visually">
            {shown.length} of {brokers.length} brokers shown
          </p>
          {shown.length === 0 ? (
            <Empty title="Nothing fits">
              <p>No broker has this state and these words.</p>
              <ActionButton
                onPress={() => {
                  setWords('');
                  setFilter('all');
                }}
              >
                Show all {brokers.length}
              </ActionButton>
            </Empty>
          ) : (
            <BrokerTable brokers={shown} />
          )}
          {hasNextPage && (
            <div>
              <ActionButton isPending={isFetchingNextPage} onPress={() => void fetchNextPage()}>
                Show more
              </ActionButton>
            </div>
          )}
        </>
      )}
    </>
  );
}

// On a narrow screen the rows are laid out as blocks, which takes their meaning away unless the roles say it.
const BrokerTable = ({ brokers }: { readonly brokers: readonly Broker[] }) => (
  <div className="card">
    <table className="table" role="table" aria-label="Brokers">
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader">Name</th>
          <th role="columnheader">Status</th>
          <th role="columnheader">Endpoint</th>
          <th role="columnheader">Flavor</th>
          <th role="columnheader">Key pair</th>
          <th role="columnheader">Launched</th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        {brokers.map((broker) => (
          <tr key={broker.id} role="row">
            <td role="cell" className="name" data-label="Name">
              <div>
                <Link href={`/brokers/${broker.id}`}>{broker.name}</Link>
                <div className="small">
                  <EngineName engine={broker.engine} />
                </div>
              </div>
            </td>
            <td role="cell" data-label="Status">
              <div>
                <StatusBadge status={broker.status} />
              </div>
            </td>
            <td role="cell" data-label="Endpoint" data-empty={broker.endpoint === null || undefined}>
              <div>
                <Copyable text={broker.endpoint} what={`endpoint of ${broker.name}`} />
                {broker.dashboard_url !== null && (
                  <div>
                    <a href={broker.dashboard_url} target="_blank" rel="noreferrer" className="small">
                      Dashboard<span className="hidden-visually"> of {broker.name} (opens a new tab)</span>
                    </a>
                  </div>
                )}
              </div>
            </td>
            <td role="cell" data-label="Flavor">
              {broker.flavor}
            </td>
            <td role="cell" data-label="Key pair">
              {broker.key_pair}
            </td>
            <td role="cell" data-label="Launched" className="muted">
              <Ago at={broker.created_at} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);
