import { useState } from 'react';
import { Form } from 'react-aria-components';
import { call } from './api/client.ts';
import { sentence } from './api/problem.ts';
import { signIn } from './api/session.ts';
import { ActionButton } from './parts/button.tsx';
import { TextInput } from './parts/fields.tsx';
import { usePageTitle } from './parts/page-head.tsx';
import { Brand } from './shell.tsx';

/** The door: an API token is tried before it is kept. */
export function SignIn() {
  usePageTitle('Sign in');
  const [given, setGiven] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function enter(): Promise<void> {
    setBusy(true);
    setProblem(null);
    try {
      const refusal = await tryToken(given.trim());
      if (refusal === null) signIn(given.trim());
      else setProblem(refusal);
    } catch (error) {
      setProblem(sentence(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <main className="door">
      <div className="door-card">
        <Brand />
        <div>
          <h1>Sign in</h1>
          <p className="muted">Message brokers as a service on OpenStack.</p>
        </div>
        <Form
          className="form"
          onSubmit={(event) => {
            event.preventDefault();
            if (given.trim() === '') setProblem('Paste the API token first.');
            else void enter();
          }}
        >
          <TextInput
            label="API token"
            type="password"
            value={given}
            onChange={setGiven}
            error={problem}
            autoComplete="off"
            autoFocus
            hint={
              <>
                <code>npm start</code> writes it to <code>.warrener/api-token</code>. This tab keeps it until
                it is closed.
              </>
            }
          />
          <ActionButton kind="primary" type="submit" isPending={busy}>
            {busy ? 'Signing in…' : 'Sign in'}
          </ActionButton>
        </Form>
      </div>
    </main>
  );
}

/** Why the token is refused, null where it is not. */
async function tryToken(given: string): Promise<string | null> {
  if (!/^[\x21-\x7e]+$/.test(given)) return 'A token has no blanks and only plain characters.';
  const headers = { authorization: `Bearer ${given}` };
  const answer = await call(new Request(new URL('/v1/brokers?limit=1', location.origin), { headers }));
  if (answer.ok) return null;
  return answer.status === 401
    ? 'This token is not valid here. Check that you copied all of it.'
    : `The API answered ${answer.status}. Try again in a moment.`;
}
