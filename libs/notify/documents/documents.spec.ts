import { readFile } from 'node:fs/promises';
import { CloudEvent } from 'cloudevents';
import { publicTypes } from '../core/catalogue.ts';
import { asyncApi } from './async-api.ts';
import { eventsPage } from './events-page.ts';
import { exampleForm } from './examples.ts';

const read = (file: string) => readFile(new URL(`../../../docs/${file}`, import.meta.url), 'utf8');

test('docs/events.md is that of the catalogue; else: npm run docs:events', async () => {
  expect(await read('events.md')).toBe(eventsPage());
});

test('docs/asyncapi.json is that of the catalogue; else: npm run docs:events', async () => {
  expect(JSON.parse(await read('asyncapi.json'))).toEqual(JSON.parse(JSON.stringify(asyncApi())));
});

test('every reference in the AsyncAPI document leads somewhere', () => {
  const document = JSON.parse(JSON.stringify(asyncApi())) as Record<string, unknown>;
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(
    ([, path = '']) => path,
  );
  expect(references.length).toBeGreaterThan(3 * publicTypes.length);
  for (const path of references) {
    const found = path
      .split('/')
      .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document);
    expect([path, typeof found]).toEqual([path, 'object']);
  }
});

test.each(publicTypes)('the example of %s is a CloudEvent', (type) => {
  expect(new CloudEvent(exampleForm(type) as object).validate()).toBe(true);
});
