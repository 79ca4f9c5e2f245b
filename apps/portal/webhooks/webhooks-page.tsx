import { Link } from 'wouter';
import { useMay } from '../api/may.ts';
import { ActionButton, LinkButton } from '../parts/button.tsx';
import { Icon } from '../parts/icon.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { Empty, Failure, Loading, StatusBadge } from '../parts/states.tsx';
import { Ago } from '../parts/time.tsx';
import { useWebhooks } from './queries.ts';
import type { ListedWebhook } from './queries.ts';

/** Where what happens is posted to. */
export function WebhooksPage() {
  const { data, error, isPending, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useWebhooks();
  const mayAdd = useMay('member');
  const webhooks = data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <>
      <PageHead title="Webhooks" about="What happens to your brokers, posted to you and signed.">
        {mayAdd && (
          <LinkButton kind="primary" href="/webhooks/new">
            <Icon name="plus" /> Add a webhook
          </LinkButton>
        )}
      </PageHead>
      {error !== null && <Failure error={error} again={() => void refetch()} />}
      {isPending && <Loading what="webhooks" />}
      {data !== undefined && webhooks.length === 0 && (
        <Empty title="No webhooks yet">
          <p>Name a URL, and every event is posted there: in order, signed, and again until it is taken.</p>
          {mayAdd && (
            <LinkButton kind="primary" href="/webhooks/new">
              Add the first one
            </LinkButton>
          )}
        </Empty>
      )}
      {webhooks.length > 0 && <WebhookTable webhooks={webhooks} />}
      {hasNextPage && (
        <div>
          <ActionButton isPending={isFetchingNextPage} onPress={() => void fetchNextPage()}>
            Show more
          </ActionButton>
        </div>
      )}
    </>
  );
}

const WebhookTable = ({ webhooks }: { readonly webhooks: readonly ListedWebhook[] }) => (
  <div className="card">
    <table className="table" role="table" aria-label="Webhooks">
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader">URL</th>
          <th role="columnheader">Status</th>
          <th role="columnheader">Events</th>
          <th role="columnheader">Added</th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        {webhooks.map((webhook) => (
          <tr key={webhook.id} role="row">
            <td role="cell" className="name" data-label="URL">
              <div>
                <Link href={`/webhooks/${webhook.id}`} className="anywhere">
                  {webhook.url}
                </Link>
                {webhook.description !== '' && <div className="small muted">{webhook.description}</div>}
              </div>
            </td>
            <td role="cell" data-label="Status">
              <div>
                <StatusBadge status={webhook.status} />
              </div>
            </td>
            <td role="cell" data-label="Events">
              <Types types={webhook.types} />
            </td>
            <td role="cell" data-label="Added" className="muted">
              <Ago at={webhook.created_at} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);

/** Which events a webhook wants. */
export const Types = ({ types }: { readonly types: readonly string[] }) =>
  types.length === 0 ? <span>All</span> : <span className="mono">{types.join(', ')}</span>;
