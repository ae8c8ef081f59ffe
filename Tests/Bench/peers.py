"""The proxies that are measured: how each is installed, set up, started and stopped.

Each stands as its own documentation sets it up: threads and processes at the default, access log on, no cache.
"""

import json
import os
import pwd
import re
import select
import shutil
import subprocess
import sys

from meter import Meter
from origin import HOST, await_port, free_port, make_authority, run


class Missing(Exception):
    """A peer that is not installed; the message says the command that installs it."""


class Peer:
    name = ""
    threads = ""
    package = None      # Debian's
    program = None
    intercepts = True   # CONNECT and TLS with certificates of its own
    keeps_alive = True
    plain = True        # measured without TLS too

    def __init__(self, origin, work):
        self.origin, self.work = origin, work
        self.process = self.meter = None
        self.ca = None
        self.port = self.tls_port = 0

    @classmethod
    def install(cls, cache):
        if cls.program and not shutil.which(cls.program):
            raise Missing(f"apt-get install -y --no-install-recommends {cls.package}")

    @classmethod
    def version(cls):
        return ""

    def start(self):
        os.makedirs(self.work, exist_ok=True)
        self.port = free_port()
        self.launch()
        self.meter = Meter(self.process.pid)

    def spawn(self, *command, stdout=None):
        environment = {key: value for key, value in os.environ.items()
                       if not key.lower().endswith("_proxy") and not key.startswith("STOPLOG_")}
        self.log = f"{self.work}/log"
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(command, cwd=self.work, env=environment, stdin=subprocess.DEVNULL,
                                            stdout=stdout or log, stderr=log, start_new_session=True)

    def stop(self):
        if not self.process:
            return
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def arguments(self, tls):
        """gate-load's arguments that reach the upstream through this peer."""
        if not tls:
            return ["--mode", "plain", "--proxy-port", str(self.port), "--host", "127.0.0.1",
                    "--port", str(self.origin.port)]
        return ["--mode", "tls", "--proxy-port", str(self.port), "--host", HOST,
                "--port", str(self.origin.tls_port), "--ca", self.ca]


class Stoplog(Peer):
    name, threads = "stoplog", "one reactor per core; shipped policies, journal and call log on"
    binary = None       # set by bench.py

    @classmethod
    def version(cls):
        done = subprocess.run([cls.binary, "--version"], capture_output=True, text=True)
        first = done.stdout.strip().partition("\n")[0]
        return first.removeprefix("stoplog").strip()

    def launch(self):
        state = f"{self.work}/state"
        shutil.rmtree(state, ignore_errors=True)
        os.makedirs(state, mode=0o700)
        self.spawn(self.binary, "serve", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--state", state,
                   "--upstream-ca", self.origin.ca, "--env", "production", stdout=subprocess.PIPE)
        waiting = select.select([self.process.stdout], [], [], 30)[0]
        line = self.process.stdout.readline() if waiting else b""
        if not line:
            with open(self.log, errors="replace") as log:
                raise RuntimeError(f"stoplog did not start: {log.read()[-800:]}")
        ready = json.loads(line)
        self.port = int(ready["proxy"].rstrip("/").rpartition(":")[2])
        self.ca = ready["ca"]


class Nginx(Peer):
    name, threads = "nginx", "2 workers; no forward proxy: reverse, static certificate"
    package, program = "nginx-light", "nginx"

    @classmethod
    def version(cls):
        done = subprocess.run(["nginx", "-v"], capture_output=True, text=True)
        return done.stderr.strip().rpartition("/")[2]

    def launch(self):
        self.tls_port, self.ca = free_port(), self.origin.ca
        origin, work, config = self.origin, self.work, f"{self.work}/nginx.conf"
        with open(config, "w") as file:
            file.write(f"""
worker_processes 2; pid {work}/nginx.pid; error_log {work}/error.log error; worker_rlimit_nofile 16384;
events {{ worker_connections 8192; }}
http {{
  access_log {work}/access.log; keepalive_requests 1000000000; keepalive_timeout 600s;
  client_body_temp_path {work}/t1; proxy_temp_path {work}/t2; fastcgi_temp_path {work}/t3;
  uwsgi_temp_path {work}/t4; scgi_temp_path {work}/t5; proxy_max_temp_file_size 0;
  upstream plain {{ server 127.0.0.1:{origin.port}; keepalive 256; keepalive_requests 1000000000; }}
  upstream tls {{ server 127.0.0.1:{origin.tls_port}; keepalive 256; keepalive_requests 1000000000; }}
  proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host;
  server {{ listen 127.0.0.1:{self.port} backlog=4096; location / {{ proxy_pass http://plain; }} }}
  server {{
    listen 127.0.0.1:{self.tls_port} ssl backlog=4096;
    ssl_certificate {origin.certificate}; ssl_certificate_key {origin.key};
    ssl_protocols TLSv1.2 TLSv1.3;
    location / {{
      proxy_pass https://tls; proxy_ssl_verify on; proxy_ssl_trusted_certificate {origin.ca};
      proxy_ssl_name {HOST}; proxy_ssl_server_name on; proxy_ssl_protocols TLSv1.2 TLSv1.3;
    }}
  }}
}}
""")
        self.spawn("nginx", "-c", config, "-g", "daemon off;")
        await_port(self.port, self.process, f"{work}/error.log")

    def arguments(self, tls):
        if not tls:
            return ["--mode", "origin", "--proxy-port", str(self.port), "--host", "127.0.0.1",
                    "--port", str(self.origin.port)]
        return ["--mode", "tls-direct", "--proxy-port", str(self.tls_port), "--host", HOST,
                "--port", str(self.origin.tls_port), "--ca", self.ca]


class Squid(Peer):
    name, threads = "squid", "1 process and its helpers, its default; `peek` at step 1, then `bump`"
    package, program = "squid-openssl", "squid"
    generator = "/usr/lib/squid/security_file_certgen"
    bump = "acl step1 at_step SslBump1\nssl_bump peek step1\nssl_bump bump all"

    @classmethod
    def install(cls, cache):
        if not shutil.which("squid") or not os.path.exists(cls.generator):
            raise Missing(f"apt-get install -y --no-install-recommends {cls.package}")

    @classmethod
    def version(cls):
        return re.search(r"Version (\S+)", run("squid", "-v")).group(1)

    def launch(self):
        work, config, database = self.work, f"{self.work}/squid.conf", f"{self.work}/ssl_db"
        # An RSA key, as Squid's own documentation makes it; leaves take their kind of key from it.
        self.ca, key = make_authority(work, "squid-ca", "Bench Squid CA", "rsa:2048")
        shutil.rmtree(database, ignore_errors=True)
        run(self.generator, "-c", "-s", database, "-M", "16MB")
        with open(config, "w") as file:
            file.write(f"""
http_port 127.0.0.1:{self.port} ssl-bump generate-host-certificates=on dynamic_cert_mem_cache_size=16MB \
tls-cert={self.ca} tls-key={key}
sslcrtd_program {self.generator} -s {database} -M 16MB
{self.bump}
tls_outgoing_options cafile={self.origin.ca}
http_access allow all
cache deny all
access_log daemon:{work}/access.log
cache_log {work}/cache.log
pid_filename {work}/squid.pid
coredump_dir {work}
visible_hostname bench
max_filedescriptors 16384
pinger_enable off
shutdown_lifetime 0 seconds
""")
        if os.geteuid() == 0:   # Squid gives root up for this user
            user = pwd.getpwnam("proxy")
            for directory, _, files in os.walk(work):
                for path in [directory] + [f"{directory}/{name}" for name in files]:
                    os.chown(path, user.pw_uid, user.pw_gid)
        self.spawn("squid", "-N", "-f", config)
        await_port(self.port, self.process, f"{work}/cache.log")


class SquidEarly(Squid):
    """Not the Squid of the targets: it bumps before it has seen the upstream's certificate or the client's SNI.

    So it answers with a certificate made from the CONNECT line alone and may share upstream connections, as Stoplog
    does; what it costs then is shown beside.
    """

    name, threads = "squid-early", "as squid, but `ssl_bump bump all` at once, without a look at the upstream"
    plain = False
    bump = "ssl_bump bump all"


class Tinyproxy(Peer):
    name, threads = "tinyproxy", "a thread per connection; closes after each answer"
    package, program = "tinyproxy-bin", "tinyproxy"
    intercepts = keeps_alive = False

    @classmethod
    def version(cls):
        return run("tinyproxy", "-v").split()[-1]

    def launch(self):
        config = f"{self.work}/tinyproxy.conf"
        with open(config, "w") as file:
            file.write(f"Port {self.port}\nListen 127.0.0.1\nMaxClients 2048\nTimeout 600\nAllow 127.0.0.1\n"
                       f"LogFile \"{self.work}/access.log\"\nLogLevel Connect\n")
        self.spawn("tinyproxy", "-d", "-c", config)
        await_port(self.port, self.process, f"{self.work}/log")


class Mitmproxy(Peer):
    name, threads = "mitmproxy", "mitmdump: one Python thread"
    cache = None

    @classmethod
    def install(cls, cache):
        cls.cache = f"{cache}/mitmproxy"
        if os.path.exists(f"{cls.cache}/bin/mitmdump"):
            return
        print(f"installing mitmproxy into {cls.cache}", file=sys.stderr)
        try:
            run(sys.executable, "-m", "venv", cls.cache)
            run(f"{cls.cache}/bin/pip", "install", "--quiet", "--disable-pip-version-check", "mitmproxy")
        except RuntimeError as fault:
            print(fault, file=sys.stderr)
            shutil.rmtree(cls.cache, ignore_errors=True)
            raise Missing(f"apt-get install -y python3-venv && python3 -m venv {cls.cache} && "
                          f"{cls.cache}/bin/pip install mitmproxy") from fault

    @classmethod
    def version(cls):
        return re.search(r"Mitmproxy: (\S+)", run(f"{cls.cache}/bin/mitmdump", "--version")).group(1)

    def launch(self):
        self.ca = f"{self.work}/mitmproxy-ca-cert.pem"
        self.spawn(f"{self.cache}/bin/mitmdump", "--listen-host", "127.0.0.1", "--listen-port", str(self.port),
                   "--set", f"confdir={self.work}", "--set", f"ssl_verify_upstream_trusted_ca={self.origin.ca}",
                   "--set", "stream_large_bodies=1m", "--set", "flow_detail=1")
        await_port(self.port, self.process, f"{self.work}/log")


ALL = [Stoplog, Nginx, Squid, SquidEarly, Tinyproxy, Mitmproxy]
