/**
 * The peer: ordered queues as OS2datascanner's workers of 2025 switch between them, by counting messages every five
 * seconds. Written anew from the description of what it does; without its pauses of 0.1 s between two looks at the network,
 * which would only slow it down further.
 */
export async function pollingConsumer(connection, { queues, slots, handler, everyMs = 5_000 }) {
  const channel = await connection.createChannel();
  const probe = await connection.createChannel();
  await channel.prefetch(slots); // of each consumer
  const backlog = [];
  const tags = new Map();
  const first = queues[0];
  let current;
  let running = 0;
  let stopped = false;
  const next = () => {
    while (running < slots && backlog.length > 0) {
      const message = backlog.shift();
      running += 1;
      handler(JSON.parse(message.content.toString('utf8')), message.fields.routingKey).then(() => {
        running -= 1;
        if (stopped) return;
        channel.ack(message);
        next();
      });
    }
  };
  const consume = async (queue) => {
    const take = (message) => {
      backlog.push(message);
      next();
    };
    tags.set(queue, (await channel.consume(queue, take)).consumerTag);
  };
  const cancel = async (queue) => {
    const tag = tags.get(queue);
    tags.delete(queue);
    if (tag !== undefined) await channel.cancel(tag);
  };
  const look = async () => {
    const counts = new Map();
    for (const queue of queues) counts.set(queue, (await probe.checkQueue(queue)).messageCount);
    const rest = queues.filter((queue) => queue !== first);
    if (counts.get(first) > 0 && current !== first) {
      for (const queue of rest) await cancel(queue);
      current = first;
    } else if (counts.get(first) === 0 && current === first) {
      const lower = rest.find((queue) => !tags.has(queue) && counts.get(queue) > 0);
      if (lower !== undefined) {
        await consume(lower);
        current = lower;
      }
      for (const queue of rest) if (queue !== current) await cancel(queue);
    }
  };
  for (const queue of queues) await consume(queue);
  const timer = setInterval(() => void look().catch(() => undefined), everyMs);
  return {
    stop: async () => {
      stopped = true;
      clearInterval(timer);
      await channel.close();
      await probe.close();
    },
  };
}

/** The plainest consumer there is: one queue, one prefetch, an acknowledgement for each message. */
export async function plainConsumer(connection, { queue, prefetch, handler }) {
  const channel = await connection.createChannel();
  let stopped = false;
  await channel.prefetch(prefetch);
  await channel.consume(queue, (message) => {
    handler(JSON.parse(message.content.toString('utf8')), queue).then(() => {
      if (!stopped) channel.ack(message);
    });
  });
  return {
    stop: async () => {
      stopped = true;
      await channel.close();
    },
  };
}
