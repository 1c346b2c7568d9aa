"""
The rival: CPython's ThreadingTCPServer, or with the argument `forking` its ForkingTCPServer; an echo, or with the argument `hash` about
a millisecond of work before each answer.
"""
import hashlib
import socket
import socketserver
import sys

DATA = b"p8" * 625_000
HASH = "hash" in sys.argv
FORKING = "forking" in sys.argv


class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            while data := self.request.recv(65536):
                if HASH:
                    hashlib.sha256(DATA).digest()
                self.request.sendall(data)
        except OSError:
            pass


class Threading(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 4096


class Forking(socketserver.ForkingTCPServer):
    request_queue_size = 4096
    max_children = 128


with (Forking if FORKING else Threading)(("127.0.0.1", 0), Echo) as server:
    print(server.server_address[1], flush=True)
    server.serve_forever()
