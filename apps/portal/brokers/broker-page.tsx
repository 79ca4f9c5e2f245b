import { useState } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import { Link, useLocation } from 'wouter';
import { useMay } from '../api/may.ts';
import { ProblemError } from '../api/problem.ts';
import { isMoving, useBroker, useDelete, useJobs } from '../api/queries.ts';
import type { BrokerDetail } from '../api/queries.ts';
import { JobPanel } from '../activity/job-panel.tsx';
import { workflowName } from '../activity/words.ts';
import { ActionButton, LinkButton } from '../parts/button.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { Code, Copyable } from '../parts/copy.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { Empty, Failure, Loading, Note, StatusBadge } from '../parts/states.tsx';
import { Ago, At } from '../parts/time.tsx';
import { EngineName } from './engine-name.tsx';
import { snippetsFor } from './snippets.ts';

/** One broker: what it is, what happens to it now, how to use it, and what was. */
export function BrokerPage({ id }: { readonly id: string }) {
  const { data: broker, error, refetch } = useBroker(id);
  if (broker !== undefined) return <Detail broker={broker} />;
  if (error instanceof ProblemError && error.problem.status === 404)
    return (
      <>
        <PageHead title="No such broker" />
        <Empty title="It is not here">
          <p>It was deleted, or belongs to another project.</p>
          <LinkButton href="/brokers">To the brokers</LinkButton>
        </Empty>
      </>
    );
  return (
    <>
      <PageHead title="Broker" />
      {error === null ? (
        <Loading what="the broker" />
      ) : (
        <Failure error={error} again={() => void refetch()} />
      )}
    </>
  );
}

function Detail({ broker }: { readonly broker: BrokerDetail }) {
  const [asking, setAsking] = useState(false);
  const mayDelete = useMay('member');
  const gone = broker.status === 'deleted' || broker.status === 'deleting';
  return (
    <>
      <PageHead
        title={broker.name}
        about={
          <>
            <EngineName engine={broker.engine} />
            {broker.created_at !== null && (
              <>
                {' '}
                · launched <Ago at={broker.created_at} />
              </>
            )}
          </>
        }
      >
        {broker.dashboard_url !== null && !gone && (
          <a className="button" href={broker.dashboard_url} target="_blank" rel="noreferrer">
            Dashboard<span className="hidden-visually"> (opens a new tab)</span>
          </a>
        )}
        {!gone && mayDelete && (
          <ActionButton
            kind="danger"
            onPress={() => {
              setAsking(true);
            }}
          >
            Delete
          </ActionButton>
        )}
      </PageHead>
      {asking && (
        <DeleteDialog
          broker={broker}
          onClose={() => {
            setAsking(false);
          }}
        />
      )}
      {broker.status === 'deleted' && (
        <Note tone="quiet">
          <span>This broker is deleted; what is left is its history.</span>
        </Note>
      )}
      <Facts broker={broker} />
      <div className="columns">
        <JobPanel id={broker.job_id} />
        <div className="stack">
          {broker.endpoint !== null && !gone && <Connect broker={broker} endpoint={broker.endpoint} />}
          <Jobs broker={broker.id} current={broker.job_id} moving={isMoving(broker)} />
          <History broker={broker} />
        </div>
      </div>
    </>
  );
}

function Facts({ broker }: { readonly broker: BrokerDetail }) {
  return (
    <section className="card" aria-label="What it is">
      <dl className="card-body facts">
        <Fact name="Status">
          <StatusBadge status={broker.status} />
        </Fact>
        <Fact name="Endpoint">
          <Copyable text={broker.endpoint} what="endpoint" />
        </Fact>
        <Fact name="Administrator">
          <Copyable text={broker.admin_username} what="user name" />
        </Fact>
        <Fact name="Flavor">{broker.flavor}</Fact>
        <Fact name="Image">{broker.image}</Fact>
        <Fact name="Network">
          {broker.network}
          {broker.floating_network !== null && `, floating from ${broker.floating_network}`}
        </Fact>
        <Fact name="Key pair">{broker.key_pair}</Fact>
        <Fact name="Id">
          <Copyable text={broker.id} what="id" />
        </Fact>
      </dl>
    </section>
  );
}

const Fact = ({ name, children }: { readonly name: string; readonly children: React.ReactNode }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

function Connect({ broker, endpoint }: { readonly broker: BrokerDetail; readonly endpoint: string }) {
  const snippets = snippetsFor(broker.engine, endpoint, broker.admin_username, broker.dashboard_url);
  return (
    <section className="card" aria-labelledby="connect">
      <div className="card-head">
        <h2 id="connect">Connect</h2>
      </div>
      <div className="card-body">
        <Tabs>
          <TabList className="tabs-list" aria-label="Clients">
            {snippets.map(({ name }) => (
              <Tab key={name} id={name} className="tab">
                {name}
              </Tab>
            ))}
          </TabList>
          {snippets.map(({ name, text }) => (
            <TabPanel key={name} id={name} className="tab-panel">
              <Code text={text} what={`the ${name} snippet`} />
            </TabPanel>
          ))}
        </Tabs>
        <p className="hint">
          Set <code>BROKER_PASSWORD</code> to the password you gave at the launch.
        </p>
      </div>
    </section>
  );
}

/** The broker's other jobs. */
function Jobs({ broker, current, moving }: { broker: string; current: string; moving: boolean }) {
  const { data } = useJobs({ broker });
  const others = data?.pages.flatMap(({ items }) => items).filter(({ id }) => id !== current) ?? [];
  if (others.length === 0 || (moving && others.length === 0)) return null;
  return (
    <section className="card" aria-labelledby="jobs">
      <div className="card-head">
        <h2 id="jobs">Earlier jobs</h2>
      </div>
      <ul className="card-body history">
        {others.map((job) => (
          <li key={job.id}>
            <Link href={`/activity/${job.id}`}>{workflowName(job.workflow)}</Link>
            <StatusBadge status={job.status} />
          </li>
        ))}
      </ul>
    </section>
  );
}

const facts: Readonly<Record<string, string>> = {
  BrokerRequested: 'Requested',
  BrokerLaunchStarted: 'Launch started',
  BrokerAddressed: 'Given an address',
  BrokerServerKnown: 'Server known',
  BrokerReady: 'Ready',
  BrokerLaunchFailed: 'Launch failed',
  BrokerDeleted: 'Deleted',
};

/** BrokerDeletionRequested → deletion requested. */
const factName = (type: string): string =>
  facts[type] ??
  type.replace(/^Broker/, '').replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

const History = ({ broker }: { readonly broker: BrokerDetail }) => (
  <section className="card" aria-labelledby="history">
    <div className="card-head">
      <h2 id="history">History</h2>
    </div>
    <ol className="card-body history">
      {broker.history.toReversed().map(({ version, type, at }) => (
        <li key={version}>
          <span>{factName(type)}</span>
          <span className="muted small">
            <At at={at} />
          </span>
        </li>
      ))}
    </ol>
  </section>
);

function DeleteDialog({ broker, onClose }: { readonly broker: BrokerDetail; readonly onClose: () => void }) {
  const [, navigate] = useLocation();
  const remove = useDelete();
  return (
    <Confirm
      title={`Delete ${broker.name}?`}
      type={broker.name}
      action="Delete it"
      busy={remove.isPending}
      error={remove.error}
      onClose={onClose}
      onConfirm={() => {
        remove.mutate(broker.id, {
          onSuccess: () => {
            onClose();
            navigate(`/brokers/${broker.id}`);
          },
        });
      }}
    >
      Its server, its address and every message in it are removed. This cannot be taken back.
    </Confirm>
  );
}
