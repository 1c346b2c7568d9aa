/** The clients of `soak.ts`: some say nothing, others go on asking; one ends a thread of the server from time to time. */
import { connect } from 'node:net';
import type { Socket } from 'node:net';

const [port, seconds, idleCount, activeCount, between] = process.argv.slice(2).map(Number) as [
  number,
  number,
  number,
  number,
  number,
];
let answers = 0;
let wrong = 0;
let lost = 0;

const idle: Socket[] = [];
while (idle.length < idleCount) {
  idle.push(...(await Promise.all(Array.from({ length: Math.min(200, idleCount - idle.length) }, open))));
}
for (const socket of idle) socket.on('close', () => lost++);
// threads boot at the first request
await open().then(async (socket) => {
  await ask(socket, 'first\n');
  socket.destroy();
});
const end = Date.now() + seconds * 1000;
console.log('connected');
const beat = setInterval(() => console.log(`answers ${answers}`), Math.min(5000, seconds * 250));
if (between > 0) setInterval(() => void open().then((socket) => socket.end('exit\n')), between * 1000).unref();
await Promise.all(Array.from({ length: activeCount }, (_, i) => talk(i)));
clearInterval(beat);
// what is idle must still be served
const asked = await Promise.all(idle.filter(({ destroyed }) => !destroyed).map((socket) => ask(socket, 'awake\n')));
wrong += asked.filter((answer) => answer !== undefined && answer !== 'AWAKE\n').length;
if (between === 0) wrong += lost + asked.filter((answer) => answer === undefined).length;
console.log(JSON.stringify({ idle: idleCount, active: activeCount, answers, wrong, lost }));
process.exit(0);

async function talk(number: number): Promise<void> {
  let socket = await open();
  for (let n = 0; Date.now() < end; n++) {
    const text = `client ${number} says ${n}\n`;
    const answer = await ask(socket, text);
    if (answer === text.toUpperCase()) answers++;
    // its thread has gone
    else if (answer === undefined && between > 0) socket = await open();
    else wrong++;
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
