import { EVENTS_EXCHANGE } from '../channels/amqp.ts';
import type { PublicType } from '../core/catalogue.ts';
import { catalogue, publicTypes } from '../core/catalogue.ts';
import type { Field, Fields, Shown } from '../core/field.ts';
import { exampleForm } from './examples.ts';

const onFirehose: Readonly<Record<Shown, string>> = { plain: 'yes', opaque: 'as an opaque id', never: 'no' };

/** The page about events, in Markdown. */
export const eventsPage = (): string => `${INTRODUCTION}
## All events

| type | told when |
| --- | --- |
${publicTypes.map((type) => `| [\`${type}\`](#${type.replace('.', '')}) | ${catalogue[type].doc} |`).join('\n')}

${publicTypes.map(section).join('\n')}`;

const section = (type: PublicType): string => {
  const { doc, version, firehose, fields } = catalogue[type];
  return `## ${type}

${doc} Version ${version}.${firehose ? '' : ' It is not on the firehose.'}

| field | type | meaning | firehose |
| --- | --- | --- | --- |
${Object.entries<Field<unknown>>(fields as Fields)
  .map(([name, field]) => row(name, field, firehose))
  .join('\n')}

\`\`\`json
${JSON.stringify(exampleForm(type), null, 2)}
\`\`\`
`;
};

const row = (name: string, { schema, doc, shown }: Field<unknown>, firehose: boolean): string => {
  const values = schema.enum?.map((value) => `\`${value}\``).join(', ');
  const type = values ?? [schema.type].flat().join(' or ');
  return `| \`${name}\` | ${type} | ${doc} | ${firehose ? onFirehose[shown] : 'no'} |`;
};

const INTRODUCTION = `# Events

<!-- Made by \`npm run docs:events\` from libs/notify/core/catalogue.ts; changes go there. -->

Everything that happens to a broker or a job is told outside as a [CloudEvent 1.0](https://cloudevents.io/), in the form you are used to. This page and [asyncapi.json](asyncapi.json) are made from the same definitions as the events themselves.

| form | where | what is missed while you are away |
| --- | --- | --- |
| webhook | posted to a URL of yours, signed as [Standard Webhooks](https://www.standardwebhooks.com/) | nothing for 24 hours; then the delivery fails, and can be replayed for 30 days |
| AMQP | topic exchange \`${EVENTS_EXCHANGE}\`, routing key \`<tenant>.<kind>.<event>\` | nothing, where your queue is durable |
| server-sent events | \`GET /v1/events/stream\`, \`warrener events tail\` | nothing, with \`Last-Event-ID\` |
| MQTT firehose | \`warrener/<kind>/<event>/<id>\`, for everybody | see its own page |

## What you can rely on

- **At least once.** An event may come twice. Its \`id\` is the same each time and in every form: drop what you know.
- **In order for each broker and job.** \`sequence\` counts the events of a \`subject\` from 1 without a gap. What a filter leaves out leaves a gap; anything else is a loss worth a complaint.
- **Versions.** \`dataschema\` names the version of the data. A new field does not raise it; be ready for fields and types you do not know.
- **No secrets.** No password, key or token is in any event. The last column below says what everybody may read on the firehose.

## Webhooks

\`\`\`console
$ warrener webhook create https://example.com/hook --type 'job.*' broker.ready
$ warrener webhook test <id>
$ warrener webhook deliveries <id> --status failed
$ warrener webhook replay <id> --from 2026-03-01T12:00:00Z --failed-only
\`\`\`

Verify each request with its secret, e.g. by the package \`standardwebhooks\`: \`new Webhook(secret).verify(body, headers)\`. During a rotation, for 24 hours, each request is signed with both secrets.

A delivery has succeeded when you answer 2xx within 15 seconds; only the first KiB of the answer is read. Anything else is tried again for 24 hours, with growing pauses; \`Retry-After\` is obeyed. While one event of a broker waits for its next try, later ones of the same broker wait behind it; other brokers' do not. An endpoint that answers 410, or fails for three days without one success, is disabled, and \`webhook.disabled\` is told; a change of the webhook has it called again. Redirects are not followed. Addresses that are not public are refused, when the webhook is made and at each connection; operators allow ranges with \`WARRENER_WEBHOOK_ALLOW\`.

A launch may name a \`callback_url\`: a webhook for the events of that job alone. The answer tells its \`webhook_id\`, and \`GET /v1/webhooks/{id}/secret\` what signs it.

## AMQP

Declare a durable queue and bind it to \`${EVENTS_EXCHANGE}\`, e.g. with \`acme.broker.*\` or \`acme.#\`. Messages are persistent and confirmed; the body is the CloudEvent, \`message_id\` its id. What no queue is bound for is gone.
`;
