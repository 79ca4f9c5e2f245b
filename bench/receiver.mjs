// A receiver of webhooks in a process of its own: answers 204, or never where the path begins with /hang. Started by fork().
import { createServer } from 'node:http';

let arrivals = [];
const ids = new Set();

const server = createServer((request, response) => {
  request.resume().on('end', () => {
    const id = request.headers['webhook-id'] ?? '';
    arrivals.push([request.url, id, Date.now()]);
    ids.add(`${request.url} ${id}`);
    if (!request.url.startsWith('/hang')) response.writeHead(204).end();
  });
});
server.keepAliveTimeout = 60_000;

process.on('message', (question) => {
  if (question === 'count') process.send({ count: ids.size });
  if (question === 'arrivals') process.send({ arrivals });
  if (question === 'forget') {
    arrivals = [];
    ids.clear();
    process.send({});
  }
});
process.on('disconnect', () => process.exit(0));
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
