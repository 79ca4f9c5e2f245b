import { useRef, useState } from 'react';
import { Form } from 'react-aria-components';
import { useLocation } from 'wouter';
import { newKey } from '../api/client.ts';
import { ProblemError } from '../api/problem.ts';
import { ActionButton, LinkButton } from '../parts/button.tsx';
import { TextInput } from '../parts/fields.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { Failure } from '../parts/states.tsx';
import { useCreate } from './queries.ts';

/** "job.failed, broker.*" → the types. */
const typesOf = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean);

/** The form that adds a webhook. */
export function NewWebhookPage() {
  const [, navigate] = useLocation();
  const create = useCreate();
  const [draft, setDraft] = useState({ url: '', types: '', description: '' });
  const [empty, setEmpty] = useState(false);
  const key = useRef({ for: '', key: '' });
  const refused = create.error instanceof ProblemError ? create.error.fields : {};
  const errorOf = (field: string): string | null =>
    Object.entries(refused).find(([at]) => at === field || at.startsWith(`${field}.`))?.[1] ?? null;
  const placed = ['url', 'types', 'description'].some((field) => errorOf(field) !== null);
  const text = (field: keyof typeof draft) => ({
    name: field,
    value: draft[field],
    onChange: (value: string) => {
      setDraft({ ...draft, [field]: value });
      if (create.error !== null) create.reset();
    },
  });

  function submit(): void {
    setEmpty(draft.url.trim() === '');
    if (draft.url.trim() === '' || create.isPending) return;
    const request = {
      url: draft.url.trim(),
      types: typesOf(draft.types),
      description: draft.description.trim(),
      paused: false,
    };
    // Sent again after a lost answer, the same request has the same key and adds nothing twice.
    const fingerprint = JSON.stringify(request);
    if (key.current.for !== fingerprint) key.current = { for: fingerprint, key: newKey() };
    create.mutate(
      { request, key: key.current.key },
      {
        onSuccess: ({ id }) => {
          navigate(`/webhooks/${id}`);
        },
      },
    );
  }

  return (
    <>
      <PageHead title="Add a webhook" about="Whatever happens from now on is posted to it.">
        <LinkButton href="/webhooks">Back to the webhooks</LinkButton>
      </PageHead>
      <section className="card narrow" aria-label="The webhook">
        <Form
          className="form card-body"
          validationBehavior="aria"
          onSubmit={(event) => {
            event.preventDefault();
            submit();
          }}
        >
          <TextInput
            label="URL"
            {...text('url')}
            error={empty && draft.url.trim() === '' ? 'Name where to post to.' : errorOf('url')}
            autoComplete="url"
            autoFocus
            placeholder="https://example.com/hook"
            hint="Has to answer 2xx within seconds; anything else is tried again for 24 hours."
          />
          <TextInput
            label="Events"
            optional
            mono
            {...text('types')}
            error={errorOf('types')}
            placeholder="job.failed, broker.*"
            hint="Types, or kinds with a star. Nothing means all of them."
          />
          <TextInput
            label="Description"
            optional
            {...text('description')}
            error={errorOf('description')}
            hint="For people."
          />
          {create.error !== null && !placed && <Failure error={create.error} />}
          <div className="actions">
            <ActionButton kind="primary" type="submit" isPending={create.isPending}>
              {create.isPending ? 'Adding…' : 'Add it'}
            </ActionButton>
          </div>
        </Form>
      </section>
    </>
  );
}
