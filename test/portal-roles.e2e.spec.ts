import { readCloudAccess } from '#openstack';
import type { Browser, Page } from 'playwright-core';
import { accessibilityProblems, complaintsOf, enterByToken, picture } from './support/browser.ts';
import { openChromium } from './support/chromium.ts';
import { install, openCloud } from './support/installation.ts';
import type { Installation, TestCloud } from './support/installation.ts';
import { openReceiver } from './support/receiver.ts';
import type { Receiver } from './support/receiver.ts';

// Three people at once: a reader, a member and the administrator of the installation.
const roles = ['reader', 'member', 'admin'] as const;
type Role = (typeof roles)[number];

let cloud: TestCloud;
let warrener: Installation;
let receiver: Receiver;
let browser: Browser;
const pages = new Map<Role, Page>();
const tokens = new Map<Role, string>();
const complaints: string[][] = [];
let broker = '';
let job = '';
let webhook = '';

beforeAll(async () => {
  [cloud, receiver] = await Promise.all([openCloud(), openReceiver()]);
  const firehose = ['MQTT_URL', 'MQTT_READ_URL', 'MQTT_WEBSOCKET_URL'].map(
    (name) => [name, process.env[`TEST_${name}`] ?? ''] as const,
  );
  const env = { ...Object.fromEntries(firehose), WARRENER_WEBHOOK_ALLOW: '127.0.0.0/8' };
  [warrener, browser] = await Promise.all([install(cloud, { env }), openChromium()]);
  tokens.set('admin', warrener.env['WARRENER_API_TOKEN'] ?? '');
  for (const role of ['reader', 'member'] as const) {
    const request = { name: `the ${role}`, role };
    const { body } = await warrener.api.call('POST', '/v1/tenants/default/tokens', request);
    tokens.set(role, String(body['token']));
  }
  for (const role of roles) {
    const page = await open({ viewport: { width: 1280, height: 900 }, colorScheme: 'light' });
    await enterByToken(page, portal('/'), tokens.get(role));
    pages.set(role, page);
  }
  ({ broker, job } = await warrener.api.launch({
    name: 'orders',
    image: 'Mosquitto',
    flavor: cloud.flavor,
    network: cloud.network,
    key: cloud.key,
  }));
  await warrener.api.jobEnds(job, ['succeeded']);
}, 120_000);

afterAll(async () => {
  await browser.close();
  const { body } = await warrener.api.call('GET', '/v1/brokers');
  for (const { id } of body.items ?? [])
    await warrener.api.jobEnds(await warrener.api.delete(String(id)), ['succeeded']);
  await warrener[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
  await cloud[Symbol.asyncDispose]();
}, 120_000);

afterEach(() => {
  expect(complaints.flat()).toEqual([]);
});

const portal = (path: string): string => `${warrener.api.url}/portal${path}`;

async function open(options: Parameters<Browser['newPage']>[0]): Promise<Page> {
  const page = await browser.newPage(options);
  page.setDefaultTimeout(20_000);
  complaints.push(complaintsOf(page, warrener.api.url));
  return page;
}

/** The page of somebody, at a path of the portal, with its heading there. */
async function visit(role: Role, path: string, title: string): Promise<Page> {
  const page = pages.get(role);
  if (page === undefined) throw new Error(`nobody is a ${role}`);
  await page.goto(portal(path));
  await headed(page, title);
  return page;
}

const headed = (page: Page, title: string) =>
  page.getByRole('heading', { name: title, level: 1, exact: true }).waitFor();
const names = (page: Page) => page.getByRole('navigation').getByRole('link').allInnerTexts();
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

test('a reader sees everything of the project and is offered nothing that changes it', async () => {
  const page = await visit('reader', '/brokers', 'Brokers');
  await page.getByRole('link', { name: 'orders' }).waitFor();
  expect(await names(page)).toEqual(['Brokers', 'Activity', 'Webhooks', 'Firehose']);
  expect(await page.getByRole('link', { name: 'Launch' }).count()).toBe(0);
  await page.getByRole('link', { name: 'orders' }).click();
  await headed(page, 'orders');
  await page.locator('[data-step]').first().waitFor();
  expect(await page.getByRole('button', { name: /Delete|Cancel|Try again/ }).count()).toBe(0);
  await visit('reader', '/launch', 'Launch a broker');
  await page.getByText('It needs the role member.').waitFor();
  await visit('reader', '/tenants', 'Tenants');
  await page.getByText('It needs the role admin.').waitFor();
  await visit('reader', '/webhooks', 'Webhooks');
  expect(await page.getByRole('link', { name: /Add/ }).count()).toBe(0);
});

test('a member adds a webhook, tests it and sends a delivery again', async () => {
  const page = await visit('member', '/webhooks', 'Webhooks');
  expect(await names(page)).toEqual(['Brokers', 'Activity', 'Webhooks', 'Firehose']);
  await picture(page, 'webhooks-empty');
  await page.getByRole('link', { name: 'Add the first one' }).click();
  await page.getByLabel('URL').fill('http://10.1.2.3/hook');
  await press(page, 'Add it');
  await page.locator('[aria-invalid=true][name=url]').waitFor();
  await page.getByLabel('URL').fill(receiver.url);
  await page.getByLabel('Description').fill('For the tests');
  await press(page, 'Add it');
  await headed(page, 'Webhook');
  webhook = page.url().split('/').at(-1) ?? '';
  await page.getByRole('button', { name: /webhook\.changed.*delivered/ }).waitFor();

  receiver.respond = (response) => void response.writeHead(410, { 'x-why': 'gone' }).end('not any more');
  await press(page, 'Send a test');
  const row = page.getByRole('button', { name: /webhook\.test/ });
  await row.click();
  await page.getByRole('list', { name: 'Attempts' }).getByText('410', { exact: true }).waitFor();
  receiver.respond = (response) => void response.writeHead(204).end();
  await page.getByText('disabled', { exact: true }).waitFor();
  await press(page, 'Resume');
  await page.getByText('active', { exact: true }).waitFor();
  const tests = () => receiver.received.filter(({ event }) => event.type === 'dev.warrener.webhook.test');
  expect(tests()).toHaveLength(1);
  await press(page, 'Send it again');
  await page.getByRole('list', { name: 'Attempts' }).getByText('204', { exact: true }).waitFor();
  await page.getByRole('button', { name: /webhook\.test.*delivered/ }).waitFor();
  expect(tests().map(({ event }) => event.id)).toEqual(tests().map(() => tests()[0]?.event.id));
  expect(tests()).toHaveLength(2);
  await press(page, 'Show');
  await page.getByText(/^whsec_/).waitFor();
});

test('the firehose is read live, by a filter', async () => {
  const page = await visit('reader', '/firehose', 'Firehose');
  await page.getByText('Live', { exact: true }).waitFor();
  await page.getByLabel('Topics').fill('warrener/webhook/#/x');
  await page.getByText('A # stands at the end').waitFor();
  await page.getByLabel('Topics').fill('warrener/job/#');
  await press(page, 'Subscribe');
  await page.getByText('Live', { exact: true }).waitFor();
  await page.getByText('0 messages').waitFor();
  const launched = await warrener.api.launch({
    name: 'shown-live',
    image: 'Mosquitto',
    flavor: cloud.flavor,
    network: cloud.network,
    key: cloud.key,
  });
  const row = page.getByRole('button', { name: `warrener/job/submitted/${launched.job}` });
  await row.click();
  await page.getByText('"dev.warrener.job.submitted"').waitFor();
  expect(await page.getByRole('list', { name: 'Messages' }).innerText()).not.toMatch(
    /shown-live|warrener\/step/,
  );
  await warrener.api.jobEnds(launched.job, ['succeeded']);
});

test('an administrator limits a tenant', async () => {
  await warrener.api.call('POST', '/v1/tenants', { id: 'acme', name: 'Acme Ltd' });
  const page = await visit('admin', '/tenants', 'Tenants');
  expect(await names(page)).toEqual([
    'Brokers',
    'Activity',
    'Webhooks',
    'Firehose',
    'Tenants',
    'Work queues',
    'Workers',
  ]);
  await press(page, 'Change Acme Ltd');
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Brokers').fill('many');
  await press(page, 'Save');
  await dialog.locator('[aria-invalid=true][name=brokers]').waitFor();
  await dialog.getByLabel('Brokers').fill('3');
  await picture(page, 'tenant');
  await press(page, 'Save');
  await page.getByText('Brokers: 3').waitFor();
  const { body } = await warrener.api.call('GET', '/v1/tenants/acme');
  expect(body['limits']).toEqual({ brokers: 3, submissions_per_minute: null, running_steps: null });
});

test('an administrator re-orders a pool by the keyboard', async () => {
  const path = '/v1/worker-pools/night';
  const order = async () => (await warrener.api.call('GET', path)).body['priorities'];
  await warrener.api.call('PUT', path, { priorities: 'acme_express beta_express:2,gamma acme_bulk' });
  const page = await visit('admin', '/workers', 'Workers');
  const levels = page.getByRole('grid', { name: /Levels of pool night/ });
  await levels.getByRole('row').first().focus();
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight', 'Enter']) await page.keyboard.press(key);
  await page.locator('.react-aria-DropIndicator[data-drop-target]').waitFor({ state: 'attached' });
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await levels
    .getByRole('row')
    .first()
    .and(page.getByRole('row', { name: 'acme_bulk' }))
    .waitFor();
  await press(page, 'Save the order');
  await page.getByRole('button', { name: 'Undo', exact: true }).waitFor({ state: 'detached' });
  expect(await order()).toBe('acme_bulk acme_express beta_express:2,gamma');

  await page.getByLabel('As text').fill('acme_express acme_express');
  await press(page, 'Save the order');
  await page.getByText(/listed twice/).waitFor();
});

test('an administrator re-orders a pool by the mouse', async () => {
  await warrener.api.call('PUT', '/v1/worker-pools/night', { priorities: 'first second third' });
  const page = await visit('admin', '/workers', 'Workers');
  const rows = page.getByRole('grid', { name: /Levels of pool night/ }).getByRole('row');
  await rows.last().scrollIntoViewIfNeeded();
  const [from, to] = [await rows.first().boundingBox(), await rows.last().boundingBox()];
  if (from === null || to === null) throw new Error('the levels are not there');
  await page.mouse.move(from.x + 300, from.y + from.height / 2);
  await page.mouse.down();
  await page.mouse.move(to.x + 300, to.y + to.height - 2, { steps: 20 });
  await page.mouse.up();
  await rows
    .last()
    .and(page.getByRole('row', { name: 'first' }))
    .waitFor();
  await press(page, 'Save the order');
  await page.getByRole('button', { name: 'Undo', exact: true }).waitFor({ state: 'detached' });
  const { body } = await warrener.api.call('GET', '/v1/worker-pools/night');
  expect(body['priorities']).toBe('second third first');
});

test('an administrator sees a queue that nobody consumes, and who looks at the others', async () => {
  const queues = { cloud_bulk_queue: 'acme_only' };
  await warrener.api.call('PATCH', '/v1/tenants/acme', { queues, force: true });
  const page = await visit('admin', '/work-queues', 'Work queues');
  const row = page.getByRole('row', { name: /acme_only/ });
  await row.getByText('misaligned').waitFor();
  expect(await row.innerText()).toContain('acme');
  await page.getByText(/Nobody consumes acme_only: what goes there waits for ever/).waitFor();
  await page.getByRole('list', { name: 'Shares now' }).getByText('warrener.cloud').waitFor();
  expect(await page.locator('svg.shares path').count()).toBeGreaterThan(0);
});

test('a member signs in by Keystone beside, and switches between the projects', async () => {
  const { credential } = await readCloudAccess(cloud.env);
  if (credential.type !== 'password' || !('name' in credential.user) || !('name' in credential.project))
    throw new Error('the sandbox is entered by names and a password');
  const page = await visit('member', '/brokers', 'Brokers');
  await page.getByRole('button', { name: /^Project default/ }).click();
  await page.getByRole('menuitem', { name: 'Sign in to another…' }).click();
  await headed(page, 'Sign in to another project');
  await page.getByRole('tab', { name: 'OpenStack user' }).click();
  await page.getByRole('textbox', { name: 'User' }).fill(credential.user.name);
  await page.getByLabel('Password').fill('not-the-password');
  await page.getByLabel('Project').fill(credential.project.name);
  await press(page, 'Sign in');
  await page.getByText('Keystone does not let you in').waitFor();
  await page.getByLabel('Password').fill(credential.password);
  await press(page, 'Sign in');
  await page.getByRole('button', { name: new RegExp(`^Project ${credential.project.name}`) }).click();
  await headed(page, 'Brokers');
  await page.getByText('No brokers yet').waitFor({ timeout: 20_000 });
  await picture(page, 'projects');
  await page.getByRole('menuitem', { name: /default/ }).click();
  await page.getByRole('link', { name: 'orders' }).waitFor();
  await press(page, 'Sign out');
  await page.getByText('No brokers yet').waitFor();
  await press(page, 'Sign out');
  await headed(page, 'Sign in');
  expect(await page.evaluate('JSON.stringify({ ...sessionStorage, ...localStorage })')).not.toContain(
    tokens.get('member'),
  );
});

const everyPage = [
  ['brokers', '/brokers', 'Brokers'],
  ['broker', '/brokers/:broker', 'orders'],
  ['launch', '/launch', 'Launch a broker'],
  ['activity', '/activity', 'Activity'],
  ['job', '/activity/:job', 'Launch orders'],
  ['webhooks', '/webhooks', 'Webhooks'],
  ['webhook-new', '/webhooks/new', 'Add a webhook'],
  ['webhook', '/webhooks/:webhook', 'Webhook'],
  ['firehose', '/firehose', 'Firehose'],
  ['tenants', '/tenants', 'Tenants'],
  ['work-queues', '/work-queues', 'Work queues'],
  ['workers', '/workers', 'Workers'],
  ['nowhere', '/nowhere', 'There is no such page'],
] as const;

const looks = [
  ['light', 1280],
  ['dark', 390],
] as const;

test('every page can be read by everyone, light and wide, dark and narrow', async () => {
  const page = await open({});
  const problems: string[] = [];
  const examine = async (name: string): Promise<void> => {
    for (const [colorScheme, width] of looks) {
      await page.setViewportSize({ width, height: 844 });
      await page.emulateMedia({ colorScheme });
      for (const problem of await accessibilityProblems(page))
        problems.push(`${name}, ${colorScheme}: ${problem}`);
      const wide = await page.evaluate<number>('document.documentElement.scrollWidth');
      if (wide > width) problems.push(`${name} is ${wide} wide`);
      await picture(page, `${name}-${width}-${colorScheme}`);
    }
  };
  await page.goto(portal('/'));
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
  await examine('sign-in');
  await page.getByRole('tab', { name: 'OpenStack user' }).click();
  await examine('sign-in-keystone');
  await enterByToken(page, portal('/'), tokens.get('admin'));
  for (const [name, path, title] of everyPage) {
    const to = path.replace(':broker', broker).replace(':job', job).replace(':webhook', webhook);
    await page.goto(portal(to));
    await headed(page, title);
    await page.locator('.skeleton').waitFor({ state: 'detached' });
    if (name === 'firehose') await page.getByRole('list', { name: 'Messages' }).waitFor();
    if (name === 'webhook') await page.getByRole('button', { name: /webhook\.test/ }).click();
    await page.locator('.skeleton').waitFor({ state: 'detached' });
    await examine(name);
  }
  expect(problems).toEqual([]);
}, 180_000);
