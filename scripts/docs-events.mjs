// npm run docs:events: writes docs/events.md and docs/asyncapi.json from the catalogue of events, as it was built.
import { writeFileSync } from 'node:fs';
import { asyncApi, eventsPage } from '#notify';

const docs = new URL('../docs/', import.meta.url);
writeFileSync(new URL('events.md', docs), eventsPage());
writeFileSync(new URL('asyncapi.json', docs), `${JSON.stringify(asyncApi(), null, 2)}\n`);
