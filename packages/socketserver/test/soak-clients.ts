/**
 * The clients of `soak.ts`: some say nothing, others go on asking; one ends a member of the server from time to time. Who is cut
 * off comes again.
 */
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Semaphore } from '@p8/threading';

const [port, seconds, idleCount, activeCount, between] = process.argv.slice(2).map(Number) as [
  number,
  number,
  number,
  number,
  number,
];
/** More would overflow the queue of the listener, and be connected without the server's knowing. */
const newcomers = new Semaphore(200);
let answers = 0;
let wrong = 0;
/** Connections that were cut off. */
let lost = 0;
let isOver = false;

const idle = new Set<Socket>();
await Promise.all(Array.from({ length: idleCount }, idleAway));
// members boot at the first request
await open().then(async (socket) => {
  await ask(socket, 'first\n');
  socket.destroy();
});
console.log('connected');
const end = Date.now() + seconds * 1000;
const beat = setInterval(() => console.log(`answers ${answers}, lost ${lost}`), Math.min(5000, seconds * 250));
const exits =
  between > 0 ? setInterval(() => void open().then((socket) => socket.end('exit\n')), between * 1000) : undefined;
await Promise.all(Array.from({ length: activeCount }, (_, i) => talk(i)));
clearInterval(beat);
clearInterval(exits);
console.log('over');
while (!(await areAwake())) await delay(50);
isOver = true;
console.log(JSON.stringify({ idle: idleCount, active: activeCount, answers, wrong, lost }));
process.exit(0);

/** Whether all that are idle are still served: those that were cut off last must have come again. */
async function areAwake(): Promise<boolean> {
  const asked = await Promise.all([...idle].map((socket) => ask(socket, 'awake\n')));
  wrong += asked.filter((answer) => answer !== undefined && answer !== 'AWAKE\n').length;
  return asked.length === idleCount && !asked.includes(undefined);
}

/** Opens a connection that says nothing, and another when that is cut off. */
async function idleAway(): Promise<void> {
  const socket = await newcomers.with(openHeard);
  idle.add(socket);
  socket.once('close', () => {
    idle.delete(socket);
    if (isOver) return;
    lost++;
    void idleAway();
  });
}

/** A connection that the server has answered on. */
async function openHeard(): Promise<Socket> {
  for (;;) {
    const socket = await open();
    if ((await ask(socket, 'hello\n')) !== undefined) return socket;
    lost++;
  }
}

async function talk(number: number): Promise<void> {
  let socket = await open();
  for (let n = 0; Date.now() < end; n++) {
    const text = `client ${number} says ${n}\n`;
    const answer = await ask(socket, text);
    if (answer === text.toUpperCase()) answers++;
    else if (answer === undefined) {
      lost++;
      socket = await open();
    } else wrong++;
  }
  socket.destroy();
}

function open(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket));
    socket.once('error', reject);
    socket.on('error', () => {});
  });
}

/** The answer, or undefined if the connection has ended. */
function ask(socket: Socket, text: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    let said = '';
    const take = (data: Buffer): void => {
      said += String(data);
      if (said.endsWith('\n')) done(said);
    };
    const ended = (): void => done(undefined);
    const done = (answer: string | undefined): void => {
      socket.off('data', take).off('close', ended);
      resolve(answer);
    };
    socket.on('data', take).once('close', ended);
    if (socket.destroyed) ended();
    else socket.write(text);
  });
}
