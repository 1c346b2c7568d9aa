/** Serves upper-case lines until stdin ends, and prints its port; meant to be started with few descriptors. */
import { AsyncTCPServer, StreamRequestHandler } from '../src/index.ts';

class Upper extends StreamRequestHandler {
  override async handle(): Promise<void> {
    for await (const line of this.rfile) await this.wfile.write(String(line).toUpperCase());
  }
}

await using server = new AsyncTCPServer(['127.0.0.1', 0], Upper);
console.log(String(server.serverAddress[1]));
process.stdin.resume().once('end', () => server.shutdown());
await server.serveForever();
