/** The rival of datagrams: `node:dgram`, one message event and one `send` a datagram. */
import { createSocket } from 'node:dgram';
import { announce } from './announce.ts';

const socket = createSocket('udp4', (data, { port, address }) => socket.send(data, port, address));
socket.bind(0, '127.0.0.1', () => announce(socket.address().port));
