import { useState } from 'react';
import { Button, Disclosure, DisclosurePanel, Form, Heading } from 'react-aria-components';
import { ActionButton } from '../parts/button.tsx';
import { Code } from '../parts/copy.tsx';
import { TextInput } from '../parts/fields.tsx';
import { Icon } from '../parts/icon.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { Empty, Failure, Loading } from '../parts/states.tsx';
import { useFirehose } from './queries.ts';
import { useSubscription } from './subscription.ts';
import type { Connection, Message } from './subscription.ts';
import { problemOfFilter } from './topic.ts';

/** Everything that happens to everybody, as it happens, without what is nobody's business. */
export default function FirehosePage() {
  const { data, error, refetch } = useFirehose();
  return (
    <>
      <PageHead
        title="Firehose"
        about="What happens in the whole installation, live. Opaque ids stand for names and tenants."
      />
      {error !== null && <Failure error={error} again={() => void refetch()} />}
      {data === undefined && error === null && <Loading what="the firehose" />}
      {data?.websocket_url === null && (
        <Empty title="There is no firehose here">
          <p>Whoever runs this installation has not told the API where browsers read it.</p>
        </Empty>
      )}
      {typeof data?.websocket_url === 'string' && <Live url={data.websocket_url} />}
    </>
  );
}

const words: Readonly<Record<Connection, string>> = {
  live: 'Live',
  connecting: 'Connecting…',
  lost: 'Not connected; trying again',
};

function Live({ url }: { readonly url: string }) {
  const [filter, setFilter] = useState('warrener/#');
  const [typed, setTyped] = useState(filter);
  const [held, setHeld] = useState<readonly Message[] | null>(null);
  const { messages, connection, count } = useSubscription(url, filter);
  const problem = problemOfFilter(typed.trim());
  const shown = held ?? messages;
  return (
    <>
      <Form
        className="filters topic"
        validationBehavior="aria"
        onSubmit={(event) => {
          event.preventDefault();
          if (problem !== null) return;
          setHeld(null);
          setFilter(typed.trim());
        }}
      >
        <TextInput
          label="Topics"
          mono
          value={typed}
          onChange={setTyped}
          error={problem}
          autoComplete="off"
          hint="+ stands for one level, # for all that follow: warrener/job/failed/+"
          beside={<ActionButton type="submit">Subscribe</ActionButton>}
        />
        <div className="actions middle">
          <span className="live" data-live={connection} role="status">
            {words[connection]}
          </span>
          <span className="muted small">{count === 1 ? '1 message' : `${count} messages`}</span>
          <ActionButton
            onPress={() => {
              setHeld(held === null ? messages : null);
            }}
          >
            {held === null ? 'Hold' : 'Go on'}
          </ActionButton>
        </div>
      </Form>
      {shown.length === 0 ? (
        <Empty title="Nothing yet">
          <p>
            What comes by on <code>{filter}</code> appears here, the newest first; the page keeps 200.
          </p>
        </Empty>
      ) : (
        <ul className="card rows" aria-label="Messages">
          {shown.map((message) => (
            <li key={message.number}>
              <Row message={message} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

const clock = new Intl.DateTimeFormat('en', { timeStyle: 'medium' });

function Row({ message }: { readonly message: Message }) {
  return (
    <Disclosure className="disclosure">
      <Heading level={2} className="plain">
        <Button slot="trigger" className="row-button">
          <Icon name="down" size={16} />
          <span className="mono grow anywhere">{message.topic}</span>
          {message.retained && <span className="badge">retained</span>}
          <span className="muted small nowrap">{clock.format(message.at)}</span>
        </Button>
      </Heading>
      <DisclosurePanel className="disclosure-panel">
        <Code text={indented(message.payload)} what={`message ${message.number}`} />
      </DisclosurePanel>
    </Disclosure>
  );
}

/** JSON in lines; anything else as it is. */
function indented(payload: string): string {
  try {
    return JSON.stringify(JSON.parse(payload), null, 2);
  } catch {
    return payload === '' ? '(empty: it is deleted)' : payload;
  }
}
