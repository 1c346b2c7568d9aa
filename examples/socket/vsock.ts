import { AF_VSOCK, SOCK_STREAM, socket, VMADDR_CID_ANY, VMADDR_PORT_ANY } from '@p8/socket';

using listener = socket(AF_VSOCK, SOCK_STREAM);
listener.bind([VMADDR_CID_ANY, VMADDR_PORT_ANY]);
listener.listen();

// a guest connects to [VMADDR_CID_HOST, port], its host to [the guest's cid, port]
const [cid, port] = listener.getsockname();
console.log(cid === VMADDR_CID_ANY, port !== VMADDR_PORT_ANY);
