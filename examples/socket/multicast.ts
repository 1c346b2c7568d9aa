import { AF_INET, joinGroup, setMulticastDevice, SOCK_DGRAM, SO_REUSEADDR, socket, SOL_SOCKET } from '@p8/socket';
import type { InternetAddress } from '@p8/socket';

const group = '239.255.80.1';

// several programs of a machine may be members on the same port
const members = [socket(AF_INET, SOCK_DGRAM), socket(AF_INET, SOCK_DGRAM)];
let port = 0;
for (const member of members) {
  member.setsockopt(SOL_SOCKET, SO_REUSEADDR, true);
  member.bind([group, port]);
  [, port] = member.getsockname() as InternetAddress;
  joinGroup(member, group, { device: 'lo' });
}

using sender = socket(AF_INET, SOCK_DGRAM);
setMulticastDevice(sender, 'lo');
await sender.sendto('news for all', [group, port]);

for (const member of members) {
  console.log(String(await member.recv(1500)));
  member.close();
}
