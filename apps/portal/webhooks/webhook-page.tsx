import { useState } from 'react';
import { useLocation } from 'wouter';
import { useMay } from '../api/may.ts';
import { ProblemError } from '../api/problem.ts';
import { ActionButton, LinkButton } from '../parts/button.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { Copyable } from '../parts/copy.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { Empty, Failure, Loading, Note, StatusBadge } from '../parts/states.tsx';
import { At } from '../parts/time.tsx';
import { DeliveryLog } from './delivery-log.tsx';
import { usePause, useRemove, useRotate, useSecrets, useTest, useWebhook } from './queries.ts';
import type { Webhook } from './queries.ts';
import { Types } from './webhooks-page.tsx';

/** One webhook: what it wants, how it is signed, and what was posted. */
export function WebhookPage({ id }: { readonly id: string }) {
  const { data: webhook, error, refetch } = useWebhook(id);
  if (webhook !== undefined) return <Detail webhook={webhook} />;
  if (error instanceof ProblemError && error.problem.status === 404)
    return (
      <>
        <PageHead title="No such webhook" />
        <Empty title="It is not here">
          <p>It was deleted, or belongs to another project.</p>
          <LinkButton href="/webhooks">To the webhooks</LinkButton>
        </Empty>
      </>
    );
  return (
    <>
      <PageHead title="Webhook" />
      {error === null ? (
        <Loading what="the webhook" />
      ) : (
        <Failure error={error} again={() => void refetch()} />
      )}
    </>
  );
}

function Detail({ webhook }: { readonly webhook: Webhook }) {
  const may = useMay('member');
  const test = useTest(webhook.id);
  const pause = usePause(webhook.id);
  const [asking, setAsking] = useState(false);
  const error = test.error ?? pause.error;
  return (
    <>
      <PageHead title="Webhook" about={<span className="anywhere">{webhook.url}</span>}>
        {may && (
          <>
            <ActionButton
              isPending={test.isPending}
              onPress={() => {
                test.mutate();
              }}
            >
              Send a test
            </ActionButton>
            <ActionButton
              isPending={pause.isPending}
              onPress={() => {
                pause.mutate(webhook.status === 'active');
              }}
            >
              {webhook.status === 'active' ? 'Pause' : 'Resume'}
            </ActionButton>
            <ActionButton
              kind="danger"
              onPress={() => {
                setAsking(true);
              }}
            >
              Delete
            </ActionButton>
          </>
        )}
      </PageHead>
      {asking && (
        <DeleteDialog
          id={webhook.id}
          onClose={() => {
            setAsking(false);
          }}
        />
      )}
      {error !== null && <Failure error={error} />}
      {webhook.error !== null && (
        <Note tone="bad">
          <span>{webhook.error}</span>
        </Note>
      )}
      <section className="card" aria-label="What it is">
        <dl className="card-body facts">
          <div>
            <dt>Status</dt>
            <dd>
              <StatusBadge status={webhook.status} />
            </dd>
          </div>
          <div>
            <dt>Events</dt>
            <dd>
              <Types types={webhook.types} />
            </dd>
          </div>
          <div>
            <dt>Description</dt>
            <dd>{webhook.description === '' ? <span className="muted">–</span> : webhook.description}</dd>
          </div>
          {may && <Secret id={webhook.id} />}
        </dl>
      </section>
      <DeliveryLog webhook={webhook} />
    </>
  );
}

/** The secret, once somebody wants to see it. */
function Secret({ id }: { readonly id: string }) {
  const [shown, setShown] = useState(false);
  const rotate = useRotate(id);
  const { data, error } = useSecrets(id, shown);
  const old = data?.secrets.find(({ expires_at }) => expires_at !== null);
  return (
    <div className="wide">
      <dt>Signing secret</dt>
      <dd>
        {shown ? (
          <span className="actions">
            {data !== undefined && <Copyable text={data.secret} what="signing secret" />}
            <ActionButton
              small
              isPending={rotate.isPending}
              onPress={() => {
                rotate.mutate();
              }}
            >
              Make a new one
            </ActionButton>
          </span>
        ) : (
          <ActionButton
            small
            onPress={() => {
              setShown(true);
            }}
          >
            Show
          </ActionButton>
        )}
      </dd>
      {old?.expires_at != null && (
        <p className="hint">
          The one before signs as well until <At at={old.expires_at} />.
        </p>
      )}
      {(error ?? rotate.error) !== null && <Failure error={error ?? rotate.error} />}
    </div>
  );
}

function DeleteDialog({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const [, navigate] = useLocation();
  const remove = useRemove(id);
  return (
    <Confirm
      title="Delete this webhook?"
      action="Delete it"
      busy={remove.isPending}
      error={remove.error}
      onClose={onClose}
      onConfirm={() => {
        remove.mutate(undefined, {
          onSuccess: () => {
            navigate('/webhooks');
          },
        });
      }}
    >
      Nothing more is sent to it, not even what it is owed.
    </Confirm>
  );
}
