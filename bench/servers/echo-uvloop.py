"""The rival of another language: an asyncio protocol on uvloop, as it is best used for an echo."""
import asyncio
import sys

import uvloop


class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data)


async def main():
    loop = asyncio.get_running_loop()
    if len(sys.argv) > 1:
        server = await loop.create_unix_server(Echo, sys.argv[1], backlog=4096)
        print(sys.argv[1], flush=True)
    else:
        # uvloop sets TCP_NODELAY by itself
        server = await loop.create_server(Echo, "127.0.0.1", 0, backlog=4096)
        print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


uvloop.install()
asyncio.run(main())
