import { testPages } from '../documentation.ts';

const NOT_ALLOWED = 'PermissionError: [Errno 1] Operation not permitted (socket)';
const NOT_HERE = 'OSError: [Errno 97] Address family not supported by protocol (socket)';

testPages({
  folder: import.meta.dirname,
  pages: ['../../packages/socket/README.md', '../../docs/socket.md'],
  lacking: {
    'ping.ts': NOT_ALLOWED,
    'own-header.ts': NOT_ALLOWED,
    'watch-device.ts': NOT_ALLOWED,
    'vsock.ts': NOT_HERE,
  },
});
