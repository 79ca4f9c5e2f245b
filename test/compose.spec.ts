import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

// There may be no Docker engine where the tests run; what can be told from the files is told here.

interface Service {
  readonly image: string;
  readonly build?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

const root = join(import.meta.dirname, '..');
const text = readFileSync(join(root, 'docker-compose.yml'), 'utf8');
const { services } = parse(text, { merge: true }) as { services: Readonly<Record<string, Service>> };
const all = Object.entries(services);

test('the topology is that of production', () => {
  expect(Object.keys(services).sort()).toEqual([
    'api',
    'mosquitto',
    'notifier',
    'postgres',
    'rabbitmq',
    'redis',
    'worker',
  ]);
});

test('every image is pinned to a version', () => {
  for (const [, { image }] of all) expect(image).toMatch(/:\d+\.\d+(\.\d+)?(-[a-z-]+)?$/);
  const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');
  for (const [, image] of dockerfile.matchAll(/^FROM (\S+)/gm)) expect(image).toMatch(/:\d+\.\d+\.\d+-/);
});

test('`npm start` takes the same versions where it takes them from Docker', () => {
  for (const name of ['postgres', 'rabbitmq', 'redis', 'mosquitto']) {
    const script = readFileSync(join(root, `scripts/services/${name}.mjs`), 'utf8');
    expect(/image: '([^']+)'/.exec(script)?.[1]).toBe(services[name]?.image);
  }
});

test('no secret has a default; a missing one is asked for with a sentence', () => {
  const variables = [...text.matchAll(/(?<!\$)\$\{(\w+)(:[-?])?([^}]*)\}/g)];
  expect(variables.length).toBeGreaterThan(10);
  for (const [, name = '', kind, rest = ''] of variables) {
    if (/PORT$|INSTALLATION$|ALLOW$|^MQTT_WEBSOCKET_URL$/.test(name)) continue;
    expect({ name, kind, rest }).toEqual({
      name,
      kind: ':?',
      rest: expect.stringMatching(/^\w+ .{10,}/) as string,
    });
  }
});

test('no password stands in a command line', () => {
  for (const [, { command = [] }] of all)
    for (const word of command) expect(word).not.toMatch(/(?<!\$)\$\{?\w*(PASSWORD|TOKEN|KEY)/);
});

test('whatever is waited for says when it is healthy', () => {
  for (const [, { depends_on: waits = {} }] of all)
    for (const [name, { condition }] of Object.entries(waits)) {
      expect(condition).toBe('service_healthy');
      expect(services[name]?.healthcheck?.test.length).toBeGreaterThan(1);
    }
  expect(services['api']?.depends_on).toHaveProperty('postgres');
});

test('nothing is published beyond this machine by default', () => {
  for (const [, { ports = [] }] of all) for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
});

test('our processes are programs that are built', () => {
  const ours = all.filter(([, { build }]) => build !== undefined);
  expect(ours.map(([name]) => name)).toEqual(['api', 'worker', 'notifier']);
  for (const [, { command = [] }] of ours) {
    const program = command[1]?.replace(/^dist\//, '').replace(/\.js$/, '.ts') ?? '';
    expect(existsSync(join(root, program))).toBe(true);
  }
});
