import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { find } from './packages.mjs';
import { ready, running, start, stop, writeSecretFile } from './process.mjs';

const USER = 'warrener';

/** A private RabbitMQ node: its own name, epmd, ports, cookie and folders. */
export const rabbitmq = {
  name: 'rabbitmq',
  ports: 4,
  programs: ['rabbitmq-server', 'epmd'],
  async start({ dir, ports: [amqp, management, dist, epmd], password }) {
    const home = join(resolve(dir), 'rabbitmq');
    mkdirSync(join(home, 'mnesia'), { recursive: true });
    mkdirSync(join(home, 'log'), { recursive: true });
    writeSecretFile(
      join(home, 'rabbitmq.conf'),
      [
        `listeners.tcp.1 = 127.0.0.1:${amqp}`,
        `management.tcp.ip = 127.0.0.1`,
        `management.tcp.port = ${management}`,
        `default_user = ${USER}`,
        `default_pass = ${password}`,
        'vm_memory_high_watermark.absolute = 1GB',
        'disk_free_limit.absolute = 50MB',
        'log.console = true',
        'log.console.level = warning',
        'log.file = false',
        '',
      ].join('\n'),
    );
    writeFileSync(join(home, 'plugins'), '[rabbitmq_management].\n');
    writeFileSync(join(home, 'advanced.config'), '[].\n');
    writeFileSync(join(home, 'ports.json'), JSON.stringify({ epmd }));
    start(dir, 'rabbitmq', find('rabbitmq-server'), [], {
      spawn: { cwd: home, env: environment(home, dist, epmd, dir) },
    });
    const api = `http://127.0.0.1:${management}`;
    const authorization = `Basic ${Buffer.from(`${USER}:${password}`).toString('base64')}`;
    await ready(
      dir,
      'rabbitmq',
      async () => {
        const answer = await fetch(`${api}/api/health/checks/virtual-hosts`, {
          headers: { authorization },
          signal: AbortSignal.timeout(2_000),
        });
        if (!answer.ok) throw new Error(`its management API answers ${answer.status}`);
      },
      90_000,
    );
    return {
      AMQP_URL: `amqp://${USER}:${password}@127.0.0.1:${amqp}`,
      AMQP_MANAGEMENT_URL: `http://${USER}:${password}@127.0.0.1:${management}`,
    };
  },
  async stop(dir, ports) {
    await stop(dir, 'rabbitmq', { graceMs: 20_000 });
    const epmd = find('epmd');
    if (epmd !== null && ports !== undefined && running(dir, 'rabbitmq') === null) {
      spawnSync(epmd, ['-port', String(ports[3]), '-kill'], { stdio: 'ignore' }); // the port is private, so is this epmd
    }
  },
};

function environment(home, dist, epmd, dir) {
  return {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: home, // the cookie is made here
    LC_ALL: 'C.UTF-8',
    ERL_EPMD_PORT: String(epmd),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    RABBITMQ_NODENAME: `warrener-${epmd}@localhost`,
    RABBITMQ_DIST_PORT: String(dist),
    RABBITMQ_MNESIA_BASE: join(home, 'mnesia'),
    RABBITMQ_LOG_BASE: join(home, 'log'),
    RABBITMQ_LOGS: '-',
    RABBITMQ_CONFIG_FILE: join(home, 'rabbitmq.conf'),
    RABBITMQ_ADVANCED_CONFIG_FILE: join(home, 'advanced.config'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(home, 'plugins'),
    RABBITMQ_PID_FILE: join(resolve(dir), 'rabbitmq', 'pid'),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS:
      '-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none',
  };
}
