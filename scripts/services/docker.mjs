import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { find } from './packages.mjs';
import { start, stop, writeSecretFile } from './process.mjs';

/** Whether an engine answers; the client alone is not enough. */
export function dockerAnswers() {
  const docker = find('docker');
  if (docker === null) return false;
  const info = spawnSync(docker, ['info', '--format', '{{.ServerVersion}}'], {
    encoding: 'utf8',
    timeout: 10_000,
  });
  return info.status === 0 && info.stdout.trim() !== '';
}

/** One container for each folder and service. */
const containerName = (dir, name) =>
  `warrener-${createHash('sha256').update(resolve(dir)).digest('hex').slice(0, 12)}-${name}`;

/**
 * Runs a service as a container in the foreground of the client, so that its log, its readiness and its end are those of
 * any other process here. Its ports are published on 127.0.0.1 only; secrets come in files, not in argv.
 *
 * @param ports published port → port inside
 * @param folders folder here → folder inside, written by the user we are
 */
export function startContainer(dir, name, { image, ports, folders, env = {}, command = [] }) {
  const envFile = join(dir, name, 'container.env');
  writeSecretFile(
    envFile,
    Object.entries(env)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  );
  const container = containerName(dir, name);
  remove(container); // one whose client was killed
  return start(dir, name, find('docker'), [
    'run',
    '--rm',
    '--name',
    container,
    '--user',
    `${process.getuid()}:${process.getgid()}`,
    '--env-file',
    envFile,
    ...Object.entries(ports).flatMap(([here, inside]) => ['-p', `127.0.0.1:${here}:${inside}`]),
    ...Object.entries(folders).flatMap(([here, inside]) => ['-v', `${resolve(here)}:${inside}`]),
    image,
    ...command,
  ]);
}

/** Ends it; the client hands the signal on. */
export async function stopContainer(dir, name, options) {
  await stop(dir, name, options);
  remove(containerName(dir, name));
}

function remove(container) {
  spawnSync(find('docker'), ['rm', '--force', container], { stdio: 'ignore' });
}
