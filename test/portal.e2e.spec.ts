import type { Browser, BrowserContext, Page } from 'playwright-core';
import { PASSWORD } from './support/api-client.ts';
import { complaintsOf, enterByToken, picture } from './support/browser.ts';
import { openChromium } from './support/chromium.ts';
import { install, openCloud } from './support/installation.ts';
import type { Installation, TestCloud } from './support/installation.ts';
import { leftovers } from './support/leftovers.ts';

// One visit, from the door to the last broker deleted. Each test stands on those before it.
let cloud: TestCloud;
let warrener: Installation;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let complaints: string[];

const SLOW = { timeout: 60_000 };

beforeAll(async () => {
  cloud = await openCloud();
  warrener = await install(cloud);
  browser = await openChromium();
  context = await browser.newContext({ viewport: { width: 1280, height: 900 }, colorScheme: 'light' });
  page = await context.newPage();
  page.setDefaultTimeout(20_000);
  complaints = complaintsOf(page, warrener.api.url);
});

afterAll(async () => {
  await browser.close();
  await warrener[Symbol.asyncDispose]();
  await cloud[Symbol.asyncDispose]();
});

afterEach(() => {
  expect(complaints).toEqual([]);
});

const portal = (path: string): string => `${warrener.api.url}/portal${path}`;
const heading = (name: string) => page.getByRole('heading', { name, level: 1, exact: true });
const button = (name: string) => page.getByRole('button', { name, exact: true });
const step = (name: string) => page.locator(`[data-step="${name}"]`);
const idInAddress = (): string => page.url().split('/').at(-1) ?? '';

const signIn = (): Promise<void> => enterByToken(page, portal('/'), warrener.env['WARRENER_API_TOKEN']);

async function choose(field: string, choice: string): Promise<void> {
  await page.getByRole('button', { name: field }).click();
  await page.getByRole('option', { name: choice }).click();
}

/** Fills in the form and sends it; ends on the page of the broker. */
async function launch(name: string): Promise<void> {
  await page.goto(portal('/launch'));
  await page.getByLabel('Name', { exact: true }).fill(name);
  await choose('Image', 'Mosquitto');
  await choose('Flavor', cloud.flavor);
  await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
  await button('Launch').click();
  await heading(name).waitFor();
}

const badge = (status: string) => page.getByLabel('What it is').getByText(status, { exact: true });

test('the files are small, kept for ever by their hash, and nothing but them is let in', async () => {
  const answer = await fetch(portal('/anything/below'));
  expect(answer.headers.get('content-security-policy')).toMatch(
    /^default-src 'none'; script-src 'self'; style-src 'self'; .*frame-ancestors 'none'$/,
  );
  expect(answer.headers.get('cache-control')).toBe('no-cache');
  const html = await answer.text();
  expect(html).not.toMatch(/<style|<script(?! type="module" crossorigin src="\/portal\/)|\son\w+=/);
  const assets = [...html.matchAll(/(?:src|href)="(\/portal\/[^"]+)"/g)].map(([, path]) => path ?? '');
  expect(assets.length).toBeGreaterThanOrEqual(3);
  let compressed = 0;
  for (const path of assets) {
    const asset = await fetch(`${warrener.api.url}${path}`, { headers: { 'accept-encoding': 'br' } });
    expect([path, asset.status]).toEqual([path, 200]);
    if (path.startsWith('/portal/assets/'))
      expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    compressed += Number(asset.headers.get('content-length'));
  }
  expect(compressed).toBeGreaterThan(10_000);
  expect(compressed).toBeLessThan(250_000);
});

test.each(['/v1/nothing', '/nothing', '/portal/assets/nothing.js'])('%s is no page', async (path) => {
  const answer = await fetch(`${warrener.api.url}${path}`, { headers: { accept: 'text/html' } });
  expect([401, 404]).toContain(answer.status);
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
});

test('a wrong token is refused in a sentence, the right one leads to the first launch', async () => {
  await page.goto(portal('/'));
  await page.getByLabel('Token', { exact: true }).fill('not-the-token-of-this-one');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('This token is not valid here').waitFor();
  await signIn();
  await page.getByRole('link', { name: 'Launch the first one' }).waitFor();
  await picture(page, 'brokers-empty');
});

test('the launch form checks as one types, and shows the same as commands without the password', async () => {
  await page.getByRole('link', { name: 'Launch the first one' }).click();
  await page.getByLabel('Name', { exact: true }).fill('9lives');
  await page.getByRole('textbox', { name: 'Password' }).fill('short');
  await page.getByLabel('User name').focus();
  await page.getByText('Start with a letter.').waitFor();
  await page.getByText('Use 12 to 128 characters; 5 so far.').waitFor();
  await button('Launch').click();
  expect(await page.getByText('Choose one.').count()).toBe(2); // the image and the flavor; of the rest there is one only
  expect(await page.evaluate('document.activeElement.name')).toBe('name');
  await page.getByLabel('Name', { exact: true }).fill('orders');
  await button('Generate').click();
  expect((await page.getByRole('textbox', { name: 'Password' }).inputValue()).length).toBe(24);
  await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
  const cli = page.getByRole('region', { name: 'the CLI command' });
  expect(await cli.innerText()).toContain('warrener broker launch \\\n  --name orders');
  await page.getByRole('tab', { name: 'curl' }).click();
  const curl = await page.getByRole('region', { name: 'the curl command' }).innerText();
  expect(curl).toContain('"name": "orders"');
  expect(curl).not.toContain(PASSWORD);
});

test('a broker is launched and seen to become ready', async () => {
  await choose('Image', 'Mosquitto');
  await choose('Flavor', cloud.flavor);
  await button('Launch').click();
  await heading('orders').waitFor();
  await page.getByText('Live', { exact: true }).waitFor();
  await badge('ready').waitFor(SLOW);
  expect(await page.locator('[data-step][data-status="succeeded"]').count()).toBe(
    await page.locator('[data-step]').count(),
  );
  const { body } = await warrener.api.call('GET', `/v1/brokers/${idInAddress()}`);
  const { port } = new URL(String(body.endpoint));
  expect(await page.getByRole('region', { name: 'snippet' }).innerText()).toContain(`-p ${port}`);
});

test('a name that is taken is said at the name', async () => {
  await page.goto(portal('/launch'));
  await page.getByLabel('Name', { exact: true }).fill('orders');
  await choose('Image', 'Mosquitto');
  await choose('Flavor', cloud.flavor);
  await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
  await button('Launch').click();
  await page.getByText('Not launched: see the marked field.').waitFor();
  const name = page.getByLabel('Name', { exact: true });
  expect(await name.getAttribute('aria-invalid')).toBe('true');
  const described = (await name.getAttribute('aria-describedby')) ?? '';
  const said = await Promise.all(
    described.split(' ').map((id) => page.locator(`[id="${id}"]`).allInnerTexts()),
  );
  expect(said.flat().join(' ')).toContain('taken; choose another');
});

test('a step that fails says why and is seen to be tried again', async () => {
  await cloud.fault('faults', {
    service: 'nova',
    method: 'POST',
    path: '/servers$',
    kind: 'status',
    status: 503,
    times: 3,
  });
  await launch('shaky');
  const server = step('ensure-server');
  await server.getByText(/503/).first().waitFor();
  await server.getByText('Attempt 2').waitFor();
  await picture(page, 'broker-retrying');
  await badge('ready').waitFor(SLOW);
  expect(await server.getAttribute('data-status')).toBe('succeeded');
});

test('a lost connection is said, and the page goes on by itself', async () => {
  await context.setOffline(true);
  await page.getByText('Warrener cannot be reached.').waitFor(SLOW);
  await picture(page, 'lost');
  await context.setOffline(false);
  await page.getByText('Warrener cannot be reached.').waitFor({ state: 'detached' });
  await badge('ready').waitFor();
});

test('a launch is cancelled and undone', async () => {
  await cloud.fault('build-delay', { ms: 4_000 }); // the sandbox deletes a server after it is built
  await launch('late');
  await step('await-server').and(page.locator('[data-status="waiting"]')).waitFor();
  await button('Cancel').click();
  await picture(page, 'cancel');
  await button('Cancel the launch').click();
  await page.getByRole('region', { name: 'Launch' }).getByText('cancelled', { exact: true }).waitFor(SLOW);
  expect(await step('ensure-server').getAttribute('data-status')).toBe('undone');
  await cloud.fault('build-delay', { ms: 0 });
});

test('a broker is deleted by the keyboard alone, once its name is typed', async () => {
  await page.goto(portal('/brokers'));
  await heading('Brokers').waitFor();
  await page.keyboard.press('Tab');
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the page');
  await page.getByRole('link', { name: 'orders' }).focus();
  await page.keyboard.press('Enter');
  await heading('orders').waitFor();
  await button('Delete').focus();
  await page.keyboard.press('Enter');
  await page.getByRole('alertdialog').waitFor();
  expect(await button('Delete it').isDisabled()).toBe(true);
  await page.keyboard.type('order');
  expect(await button('Delete it').isDisabled()).toBe(true);
  await page.keyboard.type('s');
  await picture(page, 'delete');
  await page.keyboard.press('Enter');
  await badge('deleted').waitFor(SLOW);
  await page.getByRole('link', { name: 'Brokers' }).click();
  await page.getByRole('link', { name: 'shaky' }).waitFor();
  expect(await page.getByRole('link', { name: 'orders' }).count()).toBe(0);
});

test('signing out forgets the token', async () => {
  await button('Sign out').click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  expect(await page.evaluate('JSON.stringify({ ...sessionStorage, ...localStorage })')).not.toContain(
    warrener.env['WARRENER_API_TOKEN'],
  );
  await page.reload();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
});

test('what the portal launched is gone when it is deleted', async () => {
  const { body } = await warrener.api.call('GET', '/v1/brokers');
  for (const broker of body.items ?? [])
    await warrener.api.jobEnds(await warrener.api.delete(String(broker.id)), ['succeeded']);
  expect(await leftovers(cloud, warrener.name)).toEqual([]);
});
