import { useState } from 'react';
import { Dialog, Form, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { ProblemError } from '../api/problem.ts';
import { ActionButton } from '../parts/button.tsx';
import { TextInput } from '../parts/fields.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { Failure, Loading } from '../parts/states.tsx';
import { Ago } from '../parts/time.tsx';
import { useChangeTenant, useTenants } from './queries.ts';
import type { Limits, Tenant } from './queries.ts';

/** Who shares the installation: where their work goes, and how much of it. */
export default function TenantsPage() {
  const { data, error, isPending, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useTenants();
  const [changing, setChanging] = useState<Tenant | null>(null);
  const tenants = data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <>
      <PageHead title="Tenants" about="Who shares the workers, where their work goes, and how much of it." />
      {error !== null && <Failure error={error} again={() => void refetch()} />}
      {isPending && <Loading what="tenants" />}
      {tenants.length > 0 && <TenantTable tenants={tenants} onChange={setChanging} />}
      {hasNextPage && (
        <div>
          <ActionButton isPending={isFetchingNextPage} onPress={() => void fetchNextPage()}>
            Show more
          </ActionButton>
        </div>
      )}
      {changing !== null && (
        <TenantDialog
          tenant={changing}
          onClose={() => {
            setChanging(null);
          }}
        />
      )}
    </>
  );
}

const limitNames = [
  ['brokers', 'Brokers'],
  ['submissions_per_minute', 'Launches a minute'],
  ['running_steps', 'Steps at once'],
] as const satisfies readonly (readonly [keyof Limits, string])[];

const queueNames = [
  ['cloud_express_queue', 'Cloud, express'],
  ['cloud_bulk_queue', 'Cloud, bulk'],
  ['config_express_queue', 'Config, express'],
  ['config_bulk_queue', 'Config, bulk'],
] as const satisfies readonly (readonly [keyof Tenant['queues'], string])[];

const TenantTable = ({
  tenants,
  onChange,
}: {
  readonly tenants: readonly Tenant[];
  readonly onChange: (tenant: Tenant) => void;
}) => (
  <div className="card">
    <table className="table" role="table" aria-label="Tenants">
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader">Tenant</th>
          <th role="columnheader">Queues</th>
          <th role="columnheader">Limits</th>
          <th role="columnheader">Since</th>
          <th role="columnheader">
            <span className="hidden-visually">Change</span>
          </th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        {tenants.map((tenant) => (
          <tr key={tenant.id} role="row">
            <td role="cell" className="name" data-label="Tenant">
              <div>
                {tenant.name}
                <div className="small muted mono whole">{tenant.id}</div>
              </div>
            </td>
            <td role="cell" data-label="Queues">
              <span className="mono anywhere">{[...new Set(Object.values(tenant.queues))].join(', ')}</span>
            </td>
            <td role="cell" data-label="Limits">
              <LimitList limits={tenant.limits} />
            </td>
            <td role="cell" data-label="Since" className="muted">
              <Ago at={tenant.created_at} />
            </td>
            <td role="cell" data-label="">
              <div>
                <ActionButton
                  small
                  label={`Change ${tenant.name}`}
                  onPress={() => {
                    onChange(tenant);
                  }}
                >
                  Change
                </ActionButton>
              </div>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);

function LimitList({ limits }: { readonly limits: Limits }) {
  const set = limitNames.filter(([limit]) => limits[limit] !== null);
  if (set.length === 0) return <span className="muted">None</span>;
  return (
    <ul className="small">
      {set.map(([limit, name]) => (
        <li key={limit} className="nowrap">
          {name}: {limits[limit]}
        </li>
      ))}
    </ul>
  );
}

/** What is no number goes as it is, for the API to say what it expected. */
const asLimit = (text: string): number | string | null =>
  text === '' ? null : Number.isNaN(Number(text)) ? text : Number(text);

/** Where a tenant's work goes and how much of it. Only what was changed is sent. */
function TenantDialog({ tenant, onClose }: { readonly tenant: Tenant; readonly onClose: () => void }) {
  const save = useChangeTenant(tenant.id);
  const before = {
    ...tenant.queues,
    ...Object.fromEntries(limitNames.map(([limit]) => [limit, String(tenant.limits[limit] ?? '')])),
  } as Record<string, string>;
  const [draft, setDraft] = useState(before);
  const refused = save.error instanceof ProblemError ? save.error.fields : {};
  const placed = Object.keys(refused).length > 0;
  const input = (group: 'queues' | 'limits', field: string) => ({
    name: field,
    value: draft[field] ?? '',
    onChange: (value: string) => {
      setDraft({ ...draft, [field]: value });
      if (save.error !== null) save.reset();
    },
    error: refused[`${group}.${field}`] ?? null,
    autoComplete: 'off',
  });
  const changed = (fields: readonly (readonly [string, string])[], read: (text: string) => unknown): object =>
    Object.fromEntries(
      fields
        .filter(([field]) => draft[field] !== before[field])
        .map(([field]) => [field, read((draft[field] ?? '').trim())]),
    );
  return (
    <ModalOverlay
      className="overlay"
      isOpen
      isDismissable
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <Modal className="modal" data-wide>
        <Dialog className="dialog">
          <Heading slot="title" level={2}>
            Change {tenant.name}
          </Heading>
          <Form
            className="form"
            validationBehavior="aria"
            onSubmit={(event) => {
              event.preventDefault();
              const limits = changed(limitNames, asLimit);
              save.mutate({ queues: changed(queueNames, (text) => text), limits }, { onSuccess: onClose });
            }}
          >
            <fieldset className="form-grid">
              <legend>Queues of new jobs</legend>
              {queueNames.map(([field, label]) => (
                <TextInput key={field} label={label} mono {...input('queues', field)} />
              ))}
            </fieldset>
            <fieldset className="form-grid">
              <legend>Limits, empty for none</legend>
              {limitNames.map(([field, label]) => (
                <TextInput key={field} label={label} {...input('limits', field)} />
              ))}
            </fieldset>
            {save.error !== null && !placed && <Failure error={save.error} />}
            <div className="actions">
              <ActionButton slot="close">Leave it</ActionButton>
              <ActionButton kind="primary" type="submit" isPending={save.isPending}>
                Save
              </ActionButton>
            </div>
          </Form>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
