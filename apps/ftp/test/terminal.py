"""Runs a program on a terminal of its own, types lines when it asks, and prints what it showed. For passwd's test."""
import os, pty, sys

answers = sys.argv[1].split(',')
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[2], sys.argv[2:])
shown = b''
asked = 0
while True:
    try:
        part = os.read(terminal, 4096)
    except OSError:
        break
    if not part:
        break
    shown += part
    if shown.count(b': ') > asked and asked < len(answers):
        os.write(terminal, answers[asked].encode() + b'\r')
        asked += 1
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
