"""Sends standard input to a port of loopback as it is and prints what comes back until the peer closes.

usage: raw.py PORT
"""

import socket
import sys

peer = socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=60)
peer.sendall(sys.stdin.buffer.read())
while True:
    try:
        piece = peer.recv(65536)
    except ConnectionResetError:
        break
    if not piece:
        break
    sys.stdout.buffer.write(piece)
