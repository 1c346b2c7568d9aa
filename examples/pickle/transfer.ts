import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { dump, loadSync, transfer } from '@p8/pickle';

const { port1, port2 } = new MessageChannel();
const picture = new Uint8Array(1_000_000);
const parcel = dump({ name: 'sun', picture: transfer(picture) });
port1.postMessage(parcel.data, parcel.transfer);
const received = loadSync(receiveMessageOnPort(port2)?.message) as { picture: Uint8Array };
console.log(received.picture.length, picture.length);
port1.close();
