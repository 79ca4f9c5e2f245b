import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

/** Where the pictures of the pages go, for people to look at. */
const SCREENSHOTS = join(import.meta.dirname, '../../.warrener/screenshots');

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Everything a page complains about from now on: violations of its policy, errors, what it loads from elsewhere. */
export function complaintsOf(page: Page, origin: string): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    // Chromium logs every refusal and every lost connection; those that a test asks for are no fault of the page.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(`${origin}/`)) complaints.push(`it asks for ${request.url()}`);
  });
  return complaints;
}

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly target: unknown; readonly failureSummary?: string }[];
}

/** Two frames for transitions to begin, and then their ends. */
const SETTLED = `new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next))).then(() =>
  Promise.all(
    document.getAnimations()
      .filter((animation) => animation instanceof CSSTransition)
      .map((transition) => transition.finished.catch(() => undefined)),
  ).then(() => undefined))`;

/** What axe finds wrong by WCAG 2.2 A and AA and by its own good practice, a line each. */
export async function accessibilityProblems(page: Page): Promise<readonly string[]> {
  await page.evaluate(SETTLED); // in between colours are no colours of ours
  await page.evaluate(AXE);
  const { violations } = await page.evaluate<{ violations: readonly Violation[] }>(
    `axe.run({ runOnly: ${JSON.stringify(RULES)} })`,
  );
  return violations.flatMap(({ id, impact, nodes }) =>
    nodes.map(
      ({ target, failureSummary }) =>
        `${impact ?? ''} ${id} ${JSON.stringify(target)}: ${failureSummary ?? ''}`,
    ),
  );
}

/** Takes a picture of the whole page. */
export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.evaluate('window.scrollTo(0, 0)');
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true, animations: 'disabled' });
}

/** Comes in by the door, with a token. */
export async function enterByToken(page: Page, door: string, token: string | undefined): Promise<void> {
  await page.goto(door);
  await page.getByLabel('Token', { exact: true }).fill(token ?? '');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Brokers', level: 1 }).waitFor();
}
