import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { startContainer, stopContainer } from './docker.mjs';
import { find } from './packages.mjs';
import { converse } from './probe.mjs';
import { ready, start, stop, writeSecretFile } from './process.mjs';

const USER = 'warrener';

/** Its schedulers do not spin while they wait, and there are no more of them than a small node needs. */
const ERLANG = '+sbwt none +sbwtdcpu none +sbwtdio none +S 2:2';

/** A private RabbitMQ node: its own name, epmd, ports, cookie and folders. */
export const rabbitmq = {
  ports: 4,
  programs: ['rabbitmq-server'],
  async start({ dir, ports: [amqp, management, dist, epmd], password, docker = false }) {
    const home = join(resolve(dir), 'rabbitmq');
    const inside = docker ? '/var/lib/rabbitmq' : home;
    const address = docker ? '0.0.0.0' : '127.0.0.1';
    for (const folder of ['mnesia', 'log']) mkdirSync(join(home, folder), { recursive: true });
    const lines = [
      `listeners.tcp.1 = ${address}:${docker ? 5672 : amqp}`,
      `management.tcp.ip = ${address}`,
      `management.tcp.port = ${docker ? 15672 : management}`,
      `default_user = ${USER}`,
      `default_pass = ${password}`,
      'vm_memory_high_watermark.absolute = 1GB',
      'disk_free_limit.absolute = 50MB',
      'log.console = true',
      'log.console.level = warning',
      'log.file = false',
    ];
    writeSecretFile(join(home, 'rabbitmq.conf'), `${lines.join('\n')}\n`);
    writeFileSync(join(home, 'plugins'), '[rabbitmq_management].\n');
    writeFileSync(join(home, 'advanced.config'), '[].\n');
    // "localhost" must be known even where there is no /etc/hosts.
    writeFileSync(join(home, 'inetrc'), '{lookup, [file, native]}.\n{host, {127,0,0,1}, ["localhost"]}.\n');
    const env = {
      HOME: inside, // the cookie is made here
      LC_ALL: 'C.UTF-8',
      ERL_INETRC: `${inside}/inetrc`,
      ERL_EPMD_PORT: String(epmd),
      ERL_EPMD_ADDRESS: '127.0.0.1',
      RABBITMQ_CONF_ENV_FILE: '/dev/null',
      RABBITMQ_NODENAME: 'warrener@localhost',
      RABBITMQ_DIST_PORT: String(dist),
      RABBITMQ_MNESIA_BASE: `${inside}/mnesia`,
      RABBITMQ_LOG_BASE: `${inside}/log`,
      RABBITMQ_LOGS: '-',
      RABBITMQ_CONFIG_FILE: `${inside}/rabbitmq.conf`,
      RABBITMQ_ADVANCED_CONFIG_FILE: `${inside}/advanced.config`,
      RABBITMQ_ENABLED_PLUGINS_FILE: `${inside}/plugins`,
      RABBITMQ_PID_FILE: `${inside}/pid`,
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: `-kernel inet_dist_use_interface {127,0,0,1} ${ERLANG}`,
    };
    if (docker) {
      const ports = { [amqp]: 5672, [management]: 15672 };
      startContainer(dir, 'rabbitmq', {
        image: 'rabbitmq:4.1.4-management-alpine',
        ports,
        folders: { [home]: inside },
        env,
      });
    } else {
      const path = `${process.env.PATH}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;
      start(dir, 'rabbitmq', find('rabbitmq-server'), [], { cwd: home, env: { PATH: path, ...env } });
    }
    await ready(dir, 'rabbitmq', () => answers(amqp, management, password), docker ? 300_000 : 90_000);
    return {
      AMQP_URL: `amqp://${USER}:${password}@127.0.0.1:${amqp}`,
      AMQP_MANAGEMENT_URL: `http://${USER}:${password}@127.0.0.1:${management}`,
    };
  },
  stop: (dir, { docker = false, graceMs = 20_000 } = {}) =>
    (docker ? stopContainer : stop)(dir, 'rabbitmq', { graceMs }),
};

const METHOD_FRAME = 1;

/** By AMQP with the frame that starts a connection, by the management API as the user. */
async function answers(amqp, management, password) {
  const greeting = await converse(amqp, Buffer.from('AMQP\0\0\x09\x01', 'latin1'));
  if (greeting[0] !== METHOD_FRAME) throw new Error('RabbitMQ does not speak AMQP 0-9-1');
  const answer = await fetch(`http://127.0.0.1:${management}/api/health/checks/virtual-hosts`, {
    headers: { authorization: `Basic ${Buffer.from(`${USER}:${password}`).toString('base64')}` },
    signal: AbortSignal.timeout(2_000),
  });
  if (!answer.ok) throw new Error(`the management API answers ${answer.status}`);
}
