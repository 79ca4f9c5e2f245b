const { readdirSync, existsSync } = require('node:fs');

/** What each room may import. This table IS the architecture; docs/architecture.md draws it. */
const may = {
  'event-log': [],
  openstack: [],
  ssh: [],
  dispatch: [],
  telemetry: [],
  platform: [], // these six could each be published alone
  workflow: ['event-log'],
  brokers: ['workflow', 'event-log', 'openstack', 'ssh', 'platform'],
  notify: ['event-log', 'platform'],
  tenants: ['event-log', 'platform'],
  // What the API and the workers open alike, so that the wiring stands in one place.
  runtime: [
    'brokers',
    'tenants',
    'notify',
    'workflow',
    'dispatch',
    'event-log',
    'openstack',
    'platform',
    'telemetry',
  ],
};
const rooms = existsSync('libs') ? readdirSync('libs') : [];
const unlisted = rooms.filter((room) => !(room in may));
if (unlisted.length > 0)
  throw new Error(`.dependency-cruiser.cjs says nothing about: ${unlisted.join(', ')}`);

const rule = (name, from, to, comment) => ({ name, comment, severity: 'error', from, to });

module.exports = {
  forbidden: [
    rule('no-cycles', {}, { circular: true }, 'a cycle hides who depends on whom'),
    rule('libs-know-no-app', { path: '^libs/' }, { path: '^apps/' }, 'libraries are used by apps'),
    rule(
      'apps-know-no-app',
      { path: '^apps/([^/]+)/', pathNot: '^apps/warrener/' },
      { path: '^apps/', pathNot: '^apps/$1/' },
      'only apps/warrener, all of the server side in one process, imports apps',
    ),
    rule(
      'sandbox-knows-platform-only',
      { path: '^apps/sandbox/' },
      { path: '^libs/', pathNot: '^libs/platform/' },
      'the sandbox is a cloud, not a part of Warrener',
    ),
    rule('cli-talks-to-the-api', { path: '^apps/cli/' }, { path: '^libs/' }, 'the CLI knows the API only'),
    ...Object.entries(may).map(([lib, others]) =>
      rule(
        `${lib}-imports`,
        { path: `^libs/${lib}/` },
        { path: '^libs/', pathNot: `^libs/(${[lib, ...others].join('|')})/` },
        `${lib} may import ${others.join(', ') || 'no other library'}`,
      ),
    ),
    rule(
      'front-door',
      { path: '^(?:apps|libs|test)/([^/]+)' },
      { path: '^libs/([^/]+)/', pathNot: ['^libs/[^/]+/index\\.ts$', '^libs/$1/', '/testing/'] },
      'from outside, a library is imported by its index',
    ),
    rule(
      'pure-core',
      { path: '^libs/[^/]+/core/', pathNot: '\\.spec\\.ts$' },
      { dependencyTypes: ['core', 'npm'] },
      'decide and evolve know no clock, no I/O, no package',
    ),
    rule(
      'core-knows-core',
      { path: '^libs/([^/]+)/core/', pathNot: '\\.spec\\.ts$' },
      { path: '^(libs|apps)/', pathNot: '^libs/$1/core/' },
      '… and nothing else of ours',
    ),
    rule(
      'nest-stays-outside',
      { path: '^libs/', pathNot: '(\\.module|/nest-transport)(\\.int\\.spec)?\\.ts$' },
      { path: '^node_modules/@nestjs/' },
      'decorators and Nest live in apps/, *.module.ts and the transport strategy',
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: '^dist',
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { conditionNames: ['source', 'import', 'node'], exportsFields: ['exports'] },
  },
};
