import { useState } from 'react';
import { Form, Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import { useLocation } from 'wouter';
import { answered, api, call } from './api/client.ts';
import { ProblemError, sentence } from './api/problem.ts';
import { queryClient } from './api/queries.ts';
import { credentialOf, enter, sessions } from './api/session.ts';
import type { Session } from './api/session.ts';
import { useStore } from './api/store.ts';
import { ActionButton, LinkButton } from './parts/button.tsx';
import { TextInput } from './parts/fields.tsx';
import { usePageTitle } from './parts/page-head.tsx';
import { Note } from './parts/states.tsx';
import { Brand } from './shell.tsx';

/** The door: whatever is given is tried before it is kept. */
export function SignIn() {
  usePageTitle('Sign in');
  const inside = useStore(sessions).length > 0;
  const { busy, problem, attempt } = useAttempt();
  return (
    <main className="door">
      <div className="door-card">
        <Brand />
        <div>
          <h1>{inside ? 'Sign in to another project' : 'Sign in'}</h1>
          <p className="muted">Message brokers as a service on OpenStack.</p>
        </div>
        <Tabs>
          <TabList className="tabs-list" aria-label="How to sign in">
            <Tab id="token" className="tab">
              API token
            </Tab>
            <Tab id="keystone" className="tab">
              OpenStack user
            </Tab>
          </TabList>
          <TabPanel id="token" className="tab-panel">
            <ByToken busy={busy} problem={problem} attempt={attempt} />
          </TabPanel>
          <TabPanel id="keystone" className="tab-panel">
            <ByKeystone busy={busy} problem={problem} attempt={attempt} />
          </TabPanel>
        </Tabs>
        {inside && (
          <LinkButton kind="plain" href="/brokers">
            Back
          </LinkButton>
        )}
      </div>
    </main>
  );
}

interface Door {
  readonly busy: boolean;
  readonly problem: string | null;
  readonly attempt: (way: () => Promise<Session>) => void;
}

/** One attempt at a time; where it works, the portal opens. */
function useAttempt(): Door {
  const [, navigate] = useLocation();
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const run = async (way: () => Promise<Session>): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      const session = await way();
      queryClient.clear();
      if (sessions.get().length > 0) navigate('/brokers');
      enter(session);
    } catch (error) {
      setProblem(sentence(error));
      setBusy(false);
    }
  };
  return { busy, problem, attempt: (way) => void run(way) };
}

function ByToken({ busy, problem, attempt }: Door) {
  const [given, setGiven] = useState('');
  const [empty, setEmpty] = useState(false);
  return (
    <Form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        setEmpty(given.trim() === '');
        if (given.trim() !== '' && !busy) attempt(() => byToken(given.trim()));
      }}
    >
      <TextInput
        label="Token"
        type="password"
        value={given}
        onChange={setGiven}
        error={empty ? 'Paste the token first.' : problem}
        autoComplete="off"
        autoFocus
        hint={
          <>
            <code>npm start</code> writes one to <code>.warrener/api-token</code>. This tab keeps it until it
            is closed.
          </>
        }
      />
      <Enter busy={busy} />
    </Form>
  );
}

const fields = [
  ['user', 'User', 'text', 'username'],
  ['password', 'Password', 'password', 'current-password'],
  ['project', 'Project', 'text', 'off'],
  ['domain', 'Domain', 'text', 'off'],
] as const;

function ByKeystone({ busy, problem, attempt }: Door) {
  const [given, setGiven] = useState({ user: '', password: '', project: '', domain: 'Default' });
  const [missing, setMissing] = useState(false);
  const wanting = fields.filter(([field]) => given[field] === '');
  return (
    <Form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        setMissing(wanting.length > 0);
        if (wanting.length === 0 && !busy) attempt(() => byKeystone(given));
      }}
    >
      {fields.map(([field, label, type, autoComplete]) => (
        <TextInput
          key={field}
          name={field}
          label={label}
          type={type}
          value={given[field]}
          onChange={(value) => {
            setGiven({ ...given, [field]: value });
          }}
          error={missing && given[field] === '' ? 'This is needed.' : null}
          autoComplete={autoComplete}
        />
      ))}
      {problem !== null && (
        <Note tone="bad">
          <span>{problem}</span>
        </Note>
      )}
      <Enter busy={busy} />
    </Form>
  );
}

const Enter = ({ busy }: { readonly busy: boolean }) => (
  <ActionButton kind="primary" type="submit" isPending={busy}>
    {busy ? 'Signing in…' : 'Sign in'}
  </ActionButton>
);

/** @throws Error with a sentence where the token opens nothing */
async function byToken(token: string): Promise<Session> {
  if (!/^[\x21-\x7e]+$/.test(token)) throw new Error('A token has no blanks and only plain characters.');
  const credential = credentialOf({ kind: 'token', token });
  const answer = await call(new Request(new URL('/v1/me', location.origin), { headers: [[...credential]] }));
  if (answer.status === 401)
    throw new Error('This token is not valid here. Check that you copied all of it.');
  if (!answer.ok) throw new Error(`The API answered ${answer.status}. Try again in a moment.`);
  const me = (await answer.json()) as Pick<Session, 'tenant' | 'name' | 'role'>;
  return { ...me, kind: 'token', token, project: me.tenant };
}

/** @throws Error with a sentence where Keystone lets nobody in */
async function byKeystone(given: {
  user: string;
  password: string;
  project: string;
  domain: string;
}): Promise<Session> {
  try {
    const { token, tenant, project, name, role } = await answered(
      api.POST('/v1/sign-in', { body: given, headers: { 'x-auth-token': '' } }),
    );
    return { kind: 'keystone', token, tenant, project, name, role };
  } catch (error) {
    if (error instanceof ProblemError && error.problem.status === 429)
      throw new Error('Too many attempts from here; wait a minute, then try again.', { cause: error });
    throw error;
  }
}
