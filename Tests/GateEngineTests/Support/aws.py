"""A stand-in for AWS on a free port of loopback, which it prints."""

import sys

from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=True)
# One write: whoever reads the port may stop reading then.
sys.stdout.write("%d\n" % server.server_port)
sys.stdout.flush()
server.serve_forever()
