// Answers on a free port, and fails with the chance that it is given.
import { createServer } from 'node:http';

const failing = Number(process.argv[2]);
const server = createServer((_, response) => response.writeHead(Math.random() < failing ? 503 : 200).end('answer'));
server.listen(0, '127.0.0.1', () => process.send?.(`http://127.0.0.1:${server.address().port}/`));
process.on('disconnect', () => process.exit());
