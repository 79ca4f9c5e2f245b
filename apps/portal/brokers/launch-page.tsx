import { useRef, useState } from 'react';
import { Form, Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import { useLocation } from 'wouter';
import { newKey } from '../api/client.ts';
import { ProblemError } from '../api/problem.ts';
import { useFlavors, useImages, useKeys, useLaunch, useNetworks } from '../api/queries.ts';
import type { LaunchRequest } from '../api/queries.ts';
import { ActionButton, LinkButton } from '../parts/button.tsx';
import { Code, CopyButton } from '../parts/copy.tsx';
import { Choose, TextInput } from '../parts/fields.tsx';
import type { Choice } from '../parts/fields.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { Failure, Note } from '../parts/states.tsx';
import { asCli, asCurl, emptyDraft, makePassword, problemsOf, requestOf } from './launch-request.ts';
import type { LaunchDraft } from './launch-request.ts';

const NONE = 'none';

const engines: readonly Choice[] = [
  { id: 'rabbitmq', name: 'RabbitMQ' },
  { id: 'mosquitto', name: 'Mosquitto' },
];

/** The form that launches a broker, and the same launch as commands. */
export function LaunchPage() {
  const [, navigate] = useLocation();
  const cloud = useChoices();
  const launch = useLaunch();
  const [given, setGiven] = useState<LaunchDraft>(emptyDraft);
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const [refused, setRefused] = useState<Readonly<Record<string, string>>>({});
  const key = useRef({ for: '', key: '' });

  // Where there is one choice only, it is made.
  const draft = cloud.fill(given);
  const engineNeeded = draft.image !== '' && !engines.some(({ name }) => isCalled(draft.image, name));
  const problems = problemsOf(draft, engineNeeded);
  const problemOf = (field: keyof LaunchDraft): string | null =>
    refused[field] ?? (touched.has(field) ? problems[field] : undefined) ?? null;
  const touch = (...fields: string[]): void => {
    setTouched((before) => new Set([...before, ...fields]));
  };
  const set = (field: keyof LaunchDraft) => (value: string) => {
    setGiven((before) => ({ ...before, [field]: value }));
    setRefused(({ [field]: _, ...others }) => others);
    if (field !== 'name' && field !== 'admin_username' && field !== 'admin_password') touch(field);
  };
  const text = (field: keyof LaunchDraft) => ({
    name: field,
    value: draft[field],
    onChange: set(field),
    onBlur: () => {
      touch(field);
    },
    error: problemOf(field),
  });
  const choice = (field: keyof LaunchDraft) => ({
    name: field,
    value: draft[field],
    onChange: set(field),
    error: problemOf(field),
  });

  function submit(form: HTMLFormElement): void {
    touch(...Object.keys(emptyDraft));
    const wrong = Object.keys(emptyDraft).find((field) => field in problems);
    if (wrong !== undefined) {
      focusField(form, wrong);
      return;
    }
    const request = requestOf(draft) as unknown as LaunchRequest;
    // Sent again after a lost answer, the same request has the same key and launches nothing twice.
    const fingerprint = JSON.stringify(request);
    if (key.current.for !== fingerprint) key.current = { for: fingerprint, key: newKey() };
    launch.mutate(
      { request, key: key.current.key },
      {
        onSuccess: ({ broker }) => {
          navigate(`/brokers/${broker.id}`);
        },
        onError: (error) => {
          if (!(error instanceof ProblemError)) return;
          const fields = error.problem.type.endsWith('/name-in-use')
            ? { name: error.message, ...error.fields }
            : error.fields;
          setRefused(fields);
          const first = Object.keys(fields)[0];
          if (first !== undefined) focusField(form, first);
        },
      },
    );
  }

  const placed = Object.keys(refused).length > 0;
  return (
    <>
      <PageHead
        title="Launch a broker"
        about="A server of its own, reached by your network, with an administrator you name."
      >
        <LinkButton href="/brokers">Back to the brokers</LinkButton>
      </PageHead>
      {cloud.error !== null && <Failure error={cloud.error} again={cloud.again} />}
      <div className="launch">
        <Form
          validationBehavior="aria"
          onSubmit={(event) => {
            event.preventDefault();
            submit(event.currentTarget);
          }}
        >
          <section className="card" aria-labelledby="what">
            <div className="card-head">
              <h2 id="what">The broker</h2>
            </div>
            <div className="card-body form-grid">
              <TextInput
                label="Name"
                {...text('name')}
                autoFocus
                autoComplete="off"
                hint="Unique in your project; becomes part of the server’s name."
              />
              <Choose
                label="Image"
                {...choice('image')}
                {...cloud.images}
                hint="With the broker in it, or a plain Debian."
              />
              {engineNeeded && (
                <Choose
                  label="Engine"
                  {...choice('engine')}
                  choices={engines}
                  hint="What to install on it."
                />
              )}
              <Choose
                label="Flavor"
                {...choice('flavor')}
                {...cloud.flavors}
                hint="How large the server is."
              />
              <Choose
                label="Network"
                {...choice('network')}
                {...cloud.networks}
                hint="Where the server is put."
              />
              <Choose
                label="Key pair"
                {...choice('key')}
                {...cloud.keys}
                hint="For your own way into the server."
              />
              {cloud.external.length > 0 && (
                <Choose
                  label="Floating address"
                  optional
                  {...choice('floating_network')}
                  choices={[{ id: NONE, name: 'None' }, ...cloud.external]}
                  none={NONE}
                  hint="From which network, to be reached from elsewhere."
                />
              )}
            </div>
          </section>
          <section className="card" aria-labelledby="who">
            <div className="card-head">
              <h2 id="who">Its administrator</h2>
            </div>
            <div className="card-body form-grid">
              <TextInput label="User name" {...text('admin_username')} autoComplete="off" />
              <TextInput
                label="Password"
                {...text('admin_password')}
                autoComplete="new-password"
                mono
                hint="12 characters or more. Keep it: it is not shown again."
                beside={
                  <>
                    <ActionButton
                      onPress={() => {
                        set('admin_password')(makePassword(random));
                        touch('admin_password');
                      }}
                    >
                      Generate
                    </ActionButton>
                    {draft.admin_password !== '' && (
                      <CopyButton text={draft.admin_password} what="password" />
                    )}
                  </>
                }
              />
            </div>
          </section>
          {launch.error !== null && !placed && <Failure error={launch.error} />}
          {launch.error !== null && placed && (
            <Note tone="bad">
              <span>
                Not launched: see the marked {Object.keys(refused).length === 1 ? 'field' : 'fields'}.
              </span>
            </Note>
          )}
          <div className="actions">
            <ActionButton kind="primary" type="submit" isPending={launch.isPending}>
              {launch.isPending ? 'Launching…' : 'Launch'}
            </ActionButton>
          </div>
        </Form>
        <EqualCommands draft={draft} />
      </div>
    </>
  );
}

const EqualCommands = ({ draft }: { readonly draft: LaunchDraft }) => (
  <aside className="card" aria-labelledby="same">
    <div className="card-head">
      <h2 id="same">The same by command</h2>
    </div>
    <div className="card-body">
      <Tabs>
        <TabList className="tabs-list" aria-label="The same by command">
          <Tab id="cli" className="tab">
            CLI
          </Tab>
          <Tab id="curl" className="tab">
            curl
          </Tab>
        </TabList>
        <TabPanel id="cli" className="tab-panel">
          <Code text={asCli(draft)} what="the CLI command" />
        </TabPanel>
        <TabPanel id="curl" className="tab-panel">
          <Code text={asCurl(draft, location.origin)} what="the curl command" />
        </TabPanel>
      </Tabs>
      <p className="hint">The password is asked for; it never stands in a command.</p>
    </div>
  </aside>
);

const random = (): number => crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;

const isCalled = (image: string, engine: string): boolean => image.toLowerCase() === engine.toLowerCase();

/** Puts the cursor where something is wrong. */
function focusField(form: HTMLFormElement, field: string): void {
  const input = form.querySelector<HTMLElement>(`input[name="${CSS.escape(field)}"]`);
  const select = form.querySelector<HTMLElement>(`select[name="${CSS.escape(field)}"]`);
  const button = select?.closest('.field')?.querySelector<HTMLElement>('button');
  (button ?? input)?.focus();
}

/** What the cloud offers, as choices. */
function useChoices() {
  const images = useImages();
  const flavors = useFlavors();
  const networks = useNetworks();
  const keys = useKeys();
  const all = [images, flavors, networks, keys];
  const named = (items: readonly { name: string }[] | undefined): Choice[] =>
    (items ?? []).map(({ name }) => ({ id: name, name }));
  const choices = {
    images: named(images.data?.items),
    flavors: [...(flavors.data?.items ?? [])]
      .sort((a, b) => a.ram_mb - b.ram_mb || a.vcpus - b.vcpus || a.name.localeCompare(b.name))
      .map((flavor): Choice => ({ id: flavor.name, name: flavor.name, description: sizeOf(flavor) })),
    networks: named(networks.data?.items.filter(({ external }) => !external)),
    keys: named(keys.data?.items),
  };
  const only = (items: readonly Choice[]): string => (items.length === 1 ? (items[0]?.id ?? '') : '');
  return {
    images: { choices: choices.images, loading: images.isPending },
    flavors: { choices: choices.flavors, loading: flavors.isPending },
    networks: { choices: choices.networks, loading: networks.isPending },
    keys: { choices: choices.keys, loading: keys.isPending },
    external: named(networks.data?.items.filter(({ external }) => external)),
    error: all.find(({ error }) => error !== null)?.error ?? null,
    again: () => all.forEach((query) => void query.refetch()),
    fill: (draft: LaunchDraft): LaunchDraft => ({
      ...draft,
      network: draft.network || only(choices.networks),
      key: draft.key || only(choices.keys),
    }),
  };
}

const sizeOf = (flavor: { vcpus: number; ram_mb: number; disk_gb: number }): string =>
  [
    `${flavor.vcpus} vCPU`,
    flavor.ram_mb >= 1_024
      ? `${Number((flavor.ram_mb / 1_024).toFixed(1))} GiB memory`
      : `${flavor.ram_mb} MiB memory`,
    ...(flavor.disk_gb > 0 ? [`${flavor.disk_gb} GiB disk`] : []),
  ].join(' · ');
