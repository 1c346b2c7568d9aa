/** Handlers for the suites. Threads import them, so they stand in a module of their own. */
import { DatagramRequestHandler, StreamRequestHandler } from '../src/index.ts';

export class UpperLines extends StreamRequestHandler {
  override async handle(): Promise<void> {
    for await (const line of this.rfile) await this.wfile.write(String(line).toUpperCase());
  }
}

export class UpperPacket extends DatagramRequestHandler {
  override async handle(): Promise<void> {
    for await (const line of this.rfile) await this.wfile.write(String(line).toUpperCase());
  }
}

/** The server's last request. */
export class Last extends UpperLines {
  override async handle(): Promise<void> {
    this.server.shutdown();
    this.server.shutdown();
    await super.handle();
  }
}

/** Answers any HTTP request. */
export class Page extends StreamRequestHandler {
  override async handle(): Promise<void> {
    for await (const line of this.rfile) if (String(line).trim() === '') break;
    await this.wfile.write('HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nhello\n');
  }
}
