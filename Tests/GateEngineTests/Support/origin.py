"""A loopback origin for the system tests: echoes what it is asked and notes each request in a file.

usage: origin.py LOG [--tls CERT KEY] [--root DIRECTORY]
Prints its port on one line and serves until it is ended.
"""

import argparse
import gzip
import hashlib
import http.server
import json
import os
import ssl
import sys
import threading
import time

LOCK = threading.Lock()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16

    def log_message(self, *arguments):
        pass

    def read_body(self):
        digest, kept, size = hashlib.sha256(), b"", 0
        for chunk in self.chunks():
            digest.update(chunk)
            size += len(chunk)
            if len(kept) < 65536:
                kept += chunk[: 65536 - len(kept)]
        return kept, size, digest.hexdigest()

    def chunks(self):
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            while True:
                size = int(self.rfile.readline().split(b";")[0], 16)
                if size == 0:
                    while self.rfile.readline().strip():
                        pass
                    return
                yield self.rfile.read(size)
                self.rfile.readline()
        left = int(self.headers.get("Content-Length") or 0)
        while left > 0:
            chunk = self.rfile.read(min(left, 1 << 16))
            if not chunk:
                return
            left -= len(chunk)
            yield chunk

    def serve(self):
        body, size, digest = self.read_body()
        note = {
            "method": self.command,
            "path": self.path,
            "headers": [[name, value] for name, value in self.headers.items()],
            "body": body.decode("latin-1"),
            "size": size,
            "sha256": digest,
            "tls": isinstance(self.connection, ssl.SSLSocket),
        }
        with LOCK, open(self.server.log, "a") as log:
            log.write(json.dumps(note) + "\n")
        words = self.path.split("?")[0].strip("/").split("/")
        special = getattr(self, "do_" + words[0] + "_path", None)
        if special:
            special(words)
        else:
            note.pop("body") if size > 4096 else None
            self.answer(200, json.dumps(note).encode(), "application/json")

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = serve

    def answer(self, status, body, kind="text/plain", fields=()):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in fields:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_bytes_path(self, words):
        left = int(words[1])
        self.send_response(200)
        self.send_header("Content-Length", str(left))
        self.end_headers()
        block = bytes(1 << 16)
        while left > 0:
            self.wfile.write(block[: min(left, len(block))])
            left -= len(block)

    def do_status_path(self, words):
        self.answer(int(words[1]), b"as asked\n")

    def do_gzip_path(self, words):
        self.answer(200, gzip.compress(b"squeezed\n" * 100), fields=[("Content-Encoding", "gzip")])

    def do_redirect_path(self, words):
        self.answer(302, b"", fields=[("Location", "/landed"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])

    def do_hang_path(self, words):
        self.close_connection = True
        self.connection.recv(1) if not isinstance(self.connection, ssl.SSLSocket) else self.rfile.read(1)

    def do_garbage_path(self, words):
        self.close_connection = True
        self.wfile.write(b"this is no HTTP at all\r\n\r\n")

    def do_late_path(self, words):
        """Ends its answer one second after its head."""
        self.send_response(200)
        self.send_header("Content-Length", "16")
        self.end_headers()
        self.wfile.write(b"begun ")
        self.wfile.flush()
        time.sleep(1)
        self.wfile.write(b"and ended\n")

    def do_cut_path(self, words):
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b"half")

    def do_files_path(self, words):
        root = os.path.realpath(self.server.root)
        path = os.path.realpath(os.path.join(root, *words[1:]))
        if os.path.isdir(path) and path.startswith(root):
            names = sorted(os.listdir(path))
            links = "".join('<a href="%s/%s">%s</a>\n' % (self.path.rstrip("/"), n, n) for n in names)
            return self.answer(200, ("<!DOCTYPE html><html><body>\n%s</body></html>" % links).encode(), "text/html")
        if not path.startswith(root) or not os.path.isfile(path):
            return self.answer(404, b"no such file\n")
        with open(path, "rb") as file:
            self.answer(200, file.read(), "application/octet-stream")

    def do_v1_path(self, words):
        """A stand-in for Stripe's API."""
        self.answer(200, json.dumps({"id": "real_1", "object": words[1].rstrip("s"), "amount": 1}).encode(), "application/json")


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        pass


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("log")
    parser.add_argument("--tls", nargs=2)
    parser.add_argument("--root", default=".")
    options = parser.parse_args()
    server = Server(("127.0.0.1", 0), Handler)
    server.log, server.root = options.log, options.root
    if options.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*options.tls)
        # The handshake belongs to the connection's own thread.
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    # One write: whoever reads the port may stop reading then.
    sys.stdout.write("%d\n" % server.server_address[1])
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
