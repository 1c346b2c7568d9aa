/** Opens many connections to an AsyncTCPServer, talks on all of them twice, and prints what was seen as JSON. */
import { readdirSync } from 'node:fs';
import { AF_INET, createServer, MSG_WAITALL, Socket } from '@p8/socket';
import { AsyncTCPServer, StreamRequestHandler } from '../src/index.ts';

class Upper extends StreamRequestHandler {
  override async handle(): Promise<void> {
    for await (const line of this.rfile) await this.wfile.write(String(line).toUpperCase());
  }
}

const descriptors = (): number => readdirSync('/proc/self/fd').length;
const count = Number(process.argv[2]);
createServer(['127.0.0.1', 0]).close();
const before = descriptors();

const server = new AsyncTCPServer(['127.0.0.1', 0], Upper);
const serving = server.serveForever();
const clients = await Promise.all(Array.from({ length: count }, () => connect()));
const first = await Promise.all(clients.map((client, i) => ask(client, `first ${i}\n`)));
const atOnce = server.activeRequests;
const second = await Promise.all(clients.map((client, i) => ask(client, `second ${i}\n`)));
for (const client of clients) client.close();
server.shutdown();
await serving;
await server.serverClose();
const right = clients.filter((_, i) => first[i] === `FIRST ${i}\n` && second[i] === `SECOND ${i}\n`).length;
console.log(JSON.stringify({ atOnce, right, left: descriptors() - before }));

async function connect(): Promise<Socket> {
  const client = new Socket(AF_INET);
  await client.connect(server.serverAddress);
  return client;
}

async function ask(client: Socket, text: string): Promise<string> {
  await client.sendall(text);
  return String(await client.recv(text.length, MSG_WAITALL));
}
