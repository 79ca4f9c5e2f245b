import { useState } from 'react';
import { Form } from 'react-aria-components';
import { ActionButton } from '../parts/button.tsx';
import { TextInput } from '../parts/fields.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { Empty, Failure, Loading, StatusBadge } from '../parts/states.tsx';
import { Ago } from '../parts/time.tsx';
import { PoolEditor } from './pool-editor.tsx';
import { usePools, useSetPool, useWorkers } from './queries.ts';
import type { Worker } from './queries.ts';
import { ShareChart } from './share-chart.tsx';

/** The workers that are alive, and the pools that say what they consume first. */
export default function WorkersPage() {
  const workers = useWorkers();
  const pools = usePools();
  return (
    <>
      <PageHead title="Workers" about="Who does the work, and in which order." />
      {workers.error !== null && <Failure error={workers.error} again={() => void workers.refetch()} />}
      {workers.isPending && <Loading what="workers" />}
      {workers.data !== undefined && workers.data.items.length === 0 && (
        <Empty title="No worker is alive">
          <p>None has announced itself in the last half minute. Nothing that is launched goes on.</p>
        </Empty>
      )}
      {workers.data !== undefined && workers.data.items.length > 0 && (
        <WorkerTable workers={workers.data.items} />
      )}
      <ShareChart />
      {pools.error !== null && <Failure error={pools.error} again={() => void pools.refetch()} />}
      {pools.data?.items.map((pool) => (
        <PoolEditor key={pool.name} pool={pool} />
      ))}
      {pools.data !== undefined && (
        <NewPool
          unconfigured={[
            ...new Set(
              (workers.data?.items ?? [])
                .map(({ pool }) => pool)
                .filter((name) => !pools.data.items.some((pool) => pool.name === name)),
            ),
          ]}
        />
      )}
    </>
  );
}

const WorkerTable = ({ workers }: { readonly workers: readonly Worker[] }) => (
  <div className="card">
    <table className="table" role="table" aria-label="Workers">
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader">Worker</th>
          <th role="columnheader">State</th>
          <th role="columnheader">Pool</th>
          <th role="columnheader">Busy</th>
          <th role="columnheader">Consumes</th>
          <th role="columnheader">Started</th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        {workers.map((worker) => (
          <tr key={worker.worker} role="row">
            <td role="cell" className="name" data-label="Worker">
              <span className="whole">{worker.worker}</span>
            </td>
            <td role="cell" data-label="State">
              <div>
                <StatusBadge status={worker.state} />
              </div>
            </td>
            <td role="cell" data-label="Pool">
              {worker.pool}
            </td>
            <td role="cell" data-label="Busy" className="nowrap">
              {worker.running} of {worker.slots}
            </td>
            <td role="cell" data-label="Consumes">
              <span className="mono anywhere">{worker.consumed.join(', ') || '–'}</span>
            </td>
            <td role="cell" data-label="Started" className="muted">
              <Ago at={worker.started_at} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);

/** Gives a pool its first list. */
function NewPool({ unconfigured }: { readonly unconfigured: readonly string[] }) {
  const save = useSetPool();
  const [name, setName] = useState('');
  const [priorities, setPriorities] = useState('');
  return (
    <section className="card" aria-labelledby="new-pool">
      <div className="card-head">
        <h2 id="new-pool">Configure another pool</h2>
        {unconfigured.length > 0 && (
          <span className="muted small">With the default order: {unconfigured.join(', ')}</span>
        )}
      </div>
      <Form
        className="card-body form-grid"
        validationBehavior="aria"
        onSubmit={(event) => {
          event.preventDefault();
          if (name === '' || priorities === '' || save.isPending) return;
          save.mutate(
            { pool: name, priorities },
            {
              onSuccess: () => {
                setName('');
                setPriorities('');
              },
            },
          );
        }}
      >
        <TextInput
          label="Pool"
          value={name}
          onChange={setName}
          autoComplete="off"
          hint="As the workers name it."
        />
        <TextInput
          label="Order of its queues"
          mono
          value={priorities}
          onChange={setPriorities}
          autoComplete="off"
          hint="Like acme_express,beta_express:2 acme_bulk"
        />
        {save.error !== null && (
          <div className="wide">
            <Failure error={save.error} />
          </div>
        )}
        <div className="actions wide">
          <ActionButton
            type="submit"
            isDisabled={name === '' || priorities === ''}
            isPending={save.isPending}
          >
            Configure
          </ActionButton>
        </div>
      </Form>
    </section>
  );
}
