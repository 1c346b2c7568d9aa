/** A client that says exactly what it is told, for tests of the server: lines out, replies in, in order. */
import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net';
import { once } from 'node:events';

export class Dialogue implements Disposable {
  readonly socket: Socket;
  readonly #waiting: ((reply: string) => void)[] = [];
  readonly #replies: string[] = [];
  readonly #dataSockets: Socket[] = [];
  #text = '';
  #ended = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (bytes) => this.#receive(bytes.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#ended = true;
      for (const waiting of this.#waiting.splice(0)) waiting('closed');
    });
  }

  /** Connects, without reading the greeting. */
  static async connect(port: number, host = '127.0.0.1', localAddress?: string): Promise<Dialogue> {
    const socket = connect({ port, host, ...(localAddress === undefined ? {} : { localAddress }) });
    await once(socket, 'connect');
    return new Dialogue(socket);
  }

  /** Connects and logs in. */
  static async login(port: number, user = 'anna', password = 'secret', host = '127.0.0.1'): Promise<Dialogue> {
    const dialogue = await Dialogue.connect(port, host);
    await dialogue.expect(220);
    await dialogue.say(`USER ${user}`, 331);
    await dialogue.say(`PASS ${password}`, 230);
    return dialogue;
  }

  /** Sends bytes as they are; characters are bytes. */
  send(raw: string): void {
    this.socket.write(raw, 'latin1');
  }

  /** The next reply, whole, its lines joined by \n; `closed` when the server has closed. */
  reply(): Promise<string> {
    const next = this.#replies.shift();
    if (next !== undefined) return Promise.resolve(next);
    if (this.#ended) return Promise.resolve('closed');
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** The next reply, which must have this number. */
  async expect(code: number): Promise<string> {
    const reply = await this.reply();
    if (!reply.startsWith(`${code} `) && !reply.startsWith(`${code}-`))
      throw new Error(`expected ${code}, and the server said: ${reply}`);
    return reply;
  }

  /** Sends one command; the reply must have this number. */
  say(line: string, code: number): Promise<string> {
    this.send(`${line}\r\n`);
    return this.expect(code);
  }

  /** Sends EPSV and connects to the port. */
  async passive(): Promise<Socket> {
    const reply = await this.say('EPSV', 229);
    const data = await dataConnection(Number(/\|\|\|(\d+)\|/.exec(reply)?.[1]), this.socket.remoteAddress);
    this.#dataSockets.push(data);
    return data;
  }

  /** One command that sends something: returns what came, after the 226. */
  async fetch(line: string, last = 226): Promise<string> {
    const data = await this.passive();
    const received = everything(data);
    await this.say(line, 150);
    const text = await received;
    await this.expect(last);
    return text;
  }

  /** One command that takes something. */
  async store(line: string, content: string | Buffer, last = 226): Promise<string> {
    const data = await this.passive();
    const first = await this.say(line, 150);
    data.end(typeof content === 'string' ? Buffer.from(content, 'latin1') : content);
    await this.expect(last);
    return first;
  }

  /** Closes this connection and its data connections; a paused one would never see that the server has closed. */
  close(): void {
    this.socket.destroy();
    for (const data of this.#dataSockets) data.destroy();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #receive(text: string): void {
    this.#text += text;
    for (;;) {
      const match = /^(\d{3})(?: [^\r]*|-(?:.|\r\n)*?\r\n\1 [^\r]*)\r\n/.exec(this.#text);
      if (match === null) return;
      this.#text = this.#text.slice(match[0].length);
      const reply = match[0].slice(0, -2).replaceAll('\r\n', '\n');
      const waiting = this.#waiting.shift();
      if (waiting) waiting(reply);
      else this.#replies.push(reply);
    }
  }
}

export async function dataConnection(port: number, host = '127.0.0.1', localAddress?: string): Promise<Socket> {
  const socket = connect({ port, host, ...(localAddress === undefined ? {} : { localAddress }) });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** What comes until the end; characters are bytes. */
export async function everything(socket: Socket): Promise<string> {
  const parts: Buffer[] = [];
  socket.on('data', (bytes) => parts.push(bytes));
  await new Promise((resolve) => socket.once('close', resolve));
  return Buffer.concat(parts).toString('latin1');
}

/** A port of the client for active mode, and the first connection to it. */
export async function activePort(
  host = '127.0.0.1',
): Promise<{ port: number; server: Server; connection: Promise<Socket> }> {
  const server = createServer({ allowHalfOpen: false });
  server.listen(0, host);
  await once(server, 'listening');
  const connection = once(server, 'connection').then(([socket]) => {
    server.close();
    return socket as Socket;
  });
  return { port: (server.address() as AddressInfo).port, server, connection };
}
