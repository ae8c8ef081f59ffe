"""The loads, and how one peer is measured under one of them."""

import json
import subprocess
import time
from dataclasses import dataclass

from meter import Meter
from origin import DOMAIN, DOWNLOAD_BYTES

NAMES = 48
IDLE = 1000


@dataclass
class Scenario:
    name: str
    title: str
    tls: bool
    load: list
    kind: str = "calls"     # calls | names | download | idle
    needs_interception: bool = False

    def suits(self, peer):
        if not (peer.intercepts if self.tls else peer.plain):
            return False
        if self.kind == "idle" and not peer.keeps_alive:
            return False
        return not (self.needs_interception and peer.name == "nginx")


def scenarios(milliseconds):
    timed = ["--milliseconds", str(milliseconds), "--warmup", str(max(300, milliseconds // 6))]
    return [
        Scenario("plain-1", "Plain keep-alive, 1 caller", False, ["--connections", "1", *timed]),
        Scenario("plain-64", "Plain keep-alive, 64 callers", False, ["--connections", "64", *timed]),
        Scenario("plain-256", "Plain keep-alive, 256 callers", False, ["--connections", "256", *timed]),
        Scenario("tls-64", "Intercepted TLS, keep-alive, 64 callers", True, ["--connections", "64", *timed]),
        Scenario("handshake", "A new TLS handshake per call, 8 callers", True,
                 ["--connections", "8", "--new-connection", *timed]),
        Scenario("names", f"{NAMES} new names in a row, intercepted", True,
                 ["--connections", "1", "--new-connection", "--calls", str(NAMES), "--names", str(NAMES),
                  "--domain", DOMAIN, "--warmup", "1000"], "names", True),
        Scenario("download", "100 MB download, intercepted", True,
                 ["--connections", "1", "--path", "/100m", "--length", str(DOWNLOAD_BYTES), "--calls", "4",
                  "--warmup", "1"], "download"),
        Scenario("idle-plain", f"{IDLE} idle connections, plain", False,
                 ["--connections", str(IDLE), "--hold"], "idle"),
        Scenario("idle-tls", f"{IDLE} idle connections, intercepted", True,
                 ["--connections", str(IDLE), "--hold"], "idle"),
    ]


class Bench:
    """Measures with one load generator over one upstream."""

    def __init__(self, generator, origin):
        self.generator, self.origin = generator, origin
        self.origin_meter = Meter(origin.process.pid)

    def load(self, peer, scenario, arguments):
        """Runs gate-load; the meters are read while it stands still, right before and right after the calls."""
        command = [self.generator, *peer.arguments(scenario.tls), *arguments, "--interactive"]
        client = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            self.answer(client)
            client_meter = Meter(client.pid)
            before = self.read(peer, client_meter)
            client.stdin.write("\n")
            client.stdin.flush()
            result = self.answer(client)
            if scenario.kind == "idle":
                time.sleep(1)
            after = self.read(peer, client_meter)
            client.stdin.write("\n")
            client.stdin.flush()
            client.wait(60)
        finally:
            client.kill()
            client.wait()
        return self.figures(result, before, after)

    def answer(self, client):
        line = client.stdout.readline()
        answer = json.loads(line) if line else {"event": "failed", "message": "gate-load ended"}
        if answer["event"] == "failed":
            raise RuntimeError(answer["message"])
        return answer

    def read(self, peer, client_meter):
        rss, pss = peer.meter.memory()
        return {"cpu": peer.meter.cpu(), "rss": rss, "pss": pss, "client": client_meter.cpu(),
                "origin": self.origin_meter.cpu()}

    def figures(self, result, before, after):
        calls = max(result["calls"], 1)
        used = {key: after[key] - before[key] for key in after}
        if result["calls"] == 0:
            raise RuntimeError(f"no call succeeded: {result['first_error']}")
        return {
            **{key: result[key] for key in ("calls", "seconds", "rps", "p50_ms", "p99_ms", "max_ms", "errors",
                                            "reconnects", "open", "first_error")},
            "cpu_us": used["cpu"] / calls * 1e6, "client_us": used["client"] / calls * 1e6,
            "origin_us": used["origin"] / calls * 1e6, "rss": after["rss"], "pss": after["pss"],
            "pss_growth": used["pss"],
        }

    def measure(self, peer, scenario, round_number):
        """One peer, one scenario, once."""
        if scenario.kind == "idle":
            return self.measure_idle(peer, scenario)
        arguments = list(scenario.load)
        if scenario.kind == "names":
            arguments += ["--names-from", str(round_number * NAMES)]
        figures = self.load(peer, scenario, arguments)
        if scenario.kind == "download":
            figures["megabytes_per_s"] = DOWNLOAD_BYTES / 1e6 * figures["rps"]
        return figures

    def measure_idle(self, peer, scenario):
        """On a fresh process, so that memory freed by earlier calls does not hide the growth."""
        fresh = type(peer)(self.origin, f"{peer.work}-idle")
        try:
            fresh.start()
            time.sleep(1)
            start_rss, start_pss = fresh.meter.memory()
            warm = Scenario("warm", "", scenario.tls, [])
            self.load(fresh, warm, ["--connections", "16", "--calls", "400"])
            time.sleep(0.5)
            figures = self.load(fresh, scenario, scenario.load)
        finally:
            fresh.stop()
        figures.update(start_rss=start_rss, start_pss=start_pss,
                       per_connection=figures["pss_growth"] / max(figures["open"], 1))
        return figures
