// How a row is measured: contenders in processes of their own, taking turns, five rounds, medians and spreads.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { median, spread } from './statistics.mjs';

const CHILD = fileURLToPath(new URL('child.mjs', import.meta.url));
const ANSWER_MS = 600_000;

/**
 * Starts a contender: `where` is `folder/module.mjs#function` below bench/. The function takes { env, database, ... } and
 * returns { measure(options), close() }. Every contender has a database of its own.
 */
export async function start(world, where, options = {}) {
  const [file, name] = where.split('#');
  const database = await freshDatabase(world.env.DATABASE_URL);
  const args = [new URL(file, import.meta.url).href, name];
  const profile = process.env['BENCH_PROFILE'] ? ['--cpu-prof', '--cpu-prof-dir=.warrener/profiles'] : [];
  const child = fork(CHILD, args, { execArgv: ['--expose-gc', ...profile], stdio: ['ignore', 2, 2, 'ipc'] });
  const ask = async (verb, details = {}) => {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), ANSWER_MS);
    try {
      child.send({ do: verb, with: details });
      const [answer] = await Promise.race([
        once(child, 'message', { signal: abort.signal }),
        once(child, 'exit', { signal: abort.signal }).then(() => [{ error: `${where} ended` }]),
      ]);
      if (answer.error !== undefined) throw new Error(`${where}: ${answer.error}`);
      return answer.value;
    } finally {
      clearTimeout(timer);
      abort.abort();
    }
  };
  const contender = {
    where,
    pid: child.pid,
    database: database.url,
    measure: (details) => ask('measure', details),
    kill: (signal) => child.kill(signal),
    close: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        const gone = once(child, 'exit');
        await ask('close').catch((error) => console.error(String(error)));
        if (child.connected) child.disconnect();
        const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
        await gone;
        clearTimeout(timer);
      }
      await database.drop();
    },
  };
  try {
    await ask('open', { env: world.env, database: database.url, ...options });
  } catch (error) {
    await contender.close();
    throw error;
  }
  return contender;
}

/**
 * Measures contenders in rotation: each round has everyone once, and begins with another one. Answers, for each, its
 * values in the order of the rounds.
 */
export async function rotate(world, contenders, options) {
  const names = Object.keys(contenders);
  const values = Object.fromEntries(names.map((name) => [name, []]));
  const rounds = world.quick ? 3 : 5;
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < names.length; turn += 1) {
      const name = names[(round + turn) % names.length];
      values[name].push(await withCheckpoint(world, () => contenders[name].measure(options)));
    }
    const now = names.map((name) => `${name} ${format(values[name].at(-1))}`);
    world.say(`  round ${round + 1}/${rounds}: ${now.join(', ')}`);
  }
  return values;
}

/** Half-way through a long measurement everybody pays for a checkpoint. */
async function withCheckpoint(world, measure) {
  if (world.quick) return measure();
  const timer = setTimeout(
    () => void query(world.env.DATABASE_URL, 'checkpoint'),
    (world.seconds * 1_000) / 2,
  );
  return measure().finally(() => clearTimeout(timer));
}

/** A row of numbers that each contender measures by itself. The best peer is the one that counts. */
export function contest({ name, unit, ours, peers, options = {}, more = true, aim, met }) {
  return {
    name,
    run: async (world) => {
      const opened = {};
      try {
        opened.ours = await start(world, ours, options);
        for (const [peer, where] of Object.entries(peers)) opened[peer] = await start(world, where, options);
        const details = { seconds: world.seconds, quick: world.quick, ...options };
        for (const contender of Object.values(opened)) await contender.measure({ ...details, seconds: 1 }); // warm
        const { ours: own, ...others } = await rotate(world, opened, details);
        const ranked = Object.entries(others).sort(([, one], [, two]) => median(two) - median(one));
        const [against, peer] = more ? ranked[0] : ranked.at(-1);
        return row({ name, unit, own, peer, against, aim, met });
      } finally {
        for (const contender of Object.values(opened)) await contender.close();
      }
    },
  };
}

/** What a row says, from the values of all rounds. */
export function row({ name, unit, own, peer, against, aim, met }) {
  const [ours, theirs] = [median(own), median(peer)];
  const ratio = ours / theirs;
  return {
    name,
    unit,
    ours,
    ours_spread: spread(own),
    peer: theirs,
    peer_spread: spread(peer),
    against,
    ratio,
    aim,
    met: met(ratio, ours, theirs),
  };
}

export const format = (value) =>
  typeof value === 'number' ? Number(value.toPrecision(4)) : JSON.stringify(value);

export async function freshDatabase(admin) {
  const name = `bench_${randomBytes(6).toString('hex')}`;
  await query(admin, `create database ${name} template template0`);
  const url = new URL(admin);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => query(admin, `drop database if exists ${name} with (force)`) };
}

export async function query(url, sql, values) {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined); // its database is dropped under it
  await client.connect();
  try {
    return (await client.query(sql, values)).rows;
  } finally {
    await client.end();
  }
}
