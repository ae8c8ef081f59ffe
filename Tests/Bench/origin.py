"""The ground all proxies stand on: certificates, names and one nginx as upstream."""

import os
import socket
import subprocess
import time

DOMAIN = "bench.test"
HOST = f"origin.{DOMAIN}"
DOWNLOAD_BYTES = 100 * 1024 * 1024


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def await_port(port, process, log, seconds=30):
    """Returns when something accepts on the port; raises with the log's end when the process ends first."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    tail = ""
    if log and os.path.exists(log):
        with open(log, errors="replace") as file:
            tail = file.read()[-800:]
    raise RuntimeError(f"nothing listens on port {port}\n{tail}")


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}\n{done.stdout}")
    return done.stdout


def make_authority(directory, stem, name, *key):
    """A self-signed CA in PEM files `stem.pem` and `stem.key`."""
    certificate, secret = f"{directory}/{stem}.pem", f"{directory}/{stem}.key"
    run("openssl", "req", "-x509", "-newkey", *key, "-nodes", "-days", "30", "-subj", f"/CN={name}",
        "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign",
        "-keyout", secret, "-out", certificate)
    return certificate, secret


class Origin:
    """nginx with a 1 KB answer from memory and a 100 MB file, on http and https."""

    def __init__(self, work):
        self.work = work
        self.port, self.tls_port = free_port(), free_port()
        self.ca, ca_key = make_authority(work, "upstream-ca", "Bench upstream CA", "ec", "-pkeyopt",
                                         "ec_paramgen_curve:P-256")
        self.certificate, self.key = f"{work}/origin.pem", f"{work}/origin.key"
        with open(f"{work}/origin.ext", "w") as file:
            file.write(f"subjectAltName=DNS:{DOMAIN},DNS:*.{DOMAIN},DNS:localhost,IP:127.0.0.1\n"
                       "basicConstraints=critical,CA:FALSE\nextendedKeyUsage=serverAuth\n"
                       "keyUsage=critical,digitalSignature\n")
        run("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-subj", f"/CN={HOST}", "-keyout", self.key, "-out", f"{work}/origin.csr")
        run("openssl", "x509", "-req", "-in", f"{work}/origin.csr", "-CA", self.ca, "-CAkey", ca_key,
            "-CAcreateserial", "-days", "30", "-extfile", f"{work}/origin.ext", "-out", self.certificate)
        self.process = None

    def start(self):
        os.makedirs(f"{self.work}/files", exist_ok=True)
        with open(f"{self.work}/files/100m", "wb") as file:
            for _ in range(DOWNLOAD_BYTES >> 20):
                file.write(bytes(1 << 20))
        body = ("stoplog bench 16" * 64)[:1024]
        config = f"{self.work}/origin.conf"
        with open(config, "w") as file:
            file.write(f"""
worker_processes 1; pid {self.work}/origin.pid; error_log {self.work}/origin.log error;
worker_rlimit_nofile 16384;
events {{ worker_connections 8192; }}
http {{
  access_log off; keepalive_requests 1000000000; keepalive_timeout 600s; tcp_nodelay on; sendfile on;
  client_body_temp_path {self.work}/o1; proxy_temp_path {self.work}/o2; fastcgi_temp_path {self.work}/o3;
  uwsgi_temp_path {self.work}/o4; scgi_temp_path {self.work}/o5; default_type application/octet-stream;
  ssl_certificate {self.certificate}; ssl_certificate_key {self.key};
  server {{
    listen 127.0.0.1:{self.port} backlog=4096; listen 127.0.0.1:{self.tls_port} ssl backlog=4096;
    location = /1k {{ return 200 "{body}"; }}
    location = /100m {{ root {self.work}/files; }}
  }}
}}
""")
        self.process = subprocess.Popen(["nginx", "-c", config, "-g", "daemon off;"], stdin=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL, start_new_session=True)
        await_port(self.port, self.process, f"{self.work}/origin.log")

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait()
