import { attempt, except } from '@p8/errors';
import { AI_NUMERICHOST, gaierror, getaddrinfo, gethostbyname, getnameinfo } from '@p8/socket';
import { AF_INET, NI_NUMERICSERV, SOCK_STREAM } from '@p8/socket';

// everything that a socket needs, for each address of the host; the resolver may take 5 seconds
for (const [family, type, , , address] of await getaddrinfo('localhost', 80, AF_INET, SOCK_STREAM, 0, 0, {
  timeout: 5,
})) {
  console.log(family === AF_INET, type === SOCK_STREAM, address);
}

console.log(await gethostbyname('localhost'));
const [host, service] = await getnameinfo(['127.0.0.1', 80], NI_NUMERICSERV);
console.log(host, service);

// with AI_NUMERICHOST nobody is asked: it is an address, or an error
console.log(
  await attempt(
    () => getaddrinfo('localhost', 80, 0, 0, 0, AI_NUMERICHOST),
    except(gaierror, (error) => error.code),
  ),
);
