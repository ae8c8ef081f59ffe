"""Medians, the tables, and what the targets say of them."""

import os
import platform
import statistics
from dataclasses import dataclass


@dataclass
class Target:
    """`value` of the medians shall be at most (or at least) `bound`."""
    text: str
    bound: float
    value: object
    at_least: bool = False
    unit: str = "×"

    def line(self, medians):
        try:
            value = self.value(medians)
        except KeyError:
            return [self.text, "–", self.limit(), "not measured"]
        off = (self.bound / value if self.at_least else value / self.bound) - 1 if value > 0 else 0
        if off <= 0:
            verdict = "holds"
        elif off < 1:
            verdict = f"misses by {off * 100:.0f} %"
        else:
            verdict = f"misses by a factor of {off + 1:.1f}"
        return [self.text, f"{value:.2f} {self.unit}", self.limit(), verdict]

    def limit(self):
        return f"{'≥' if self.at_least else '≤'} {self.bound:g} {self.unit}"


def ratio(scenario, key, other, inverse=False):
    def value(medians):
        own, peer = medians[scenario, "stoplog"][key], medians[scenario, other][key]
        return peer / own if inverse else own / peer
    return value


def own(scenario, key, divisor):
    return lambda medians: medians[scenario, "stoplog"][key] / divisor


TARGETS = [
    Target("plain, 64 callers: CPU per call / Squid's", 0.45, ratio("plain-64", "cpu_us", "squid")),
    Target("plain, 64 callers: CPU per call / nginx's", 1.9, ratio("plain-64", "cpu_us", "nginx")),
    Target("plain, 64 callers: p99 / Squid's", 1.0, ratio("plain-64", "p99_ms", "squid")),
    Target("plain, 256 callers: CPU per call / Squid's", 0.45, ratio("plain-256", "cpu_us", "squid")),
    Target("plain, 256 callers: CPU per call / nginx's", 1.9, ratio("plain-256", "cpu_us", "nginx")),
    Target("plain, 256 callers: p99 / Squid's", 1.0, ratio("plain-256", "p99_ms", "squid")),
    Target("intercepted TLS, 64 callers: CPU per call / Squid's", 0.55, ratio("tls-64", "cpu_us", "squid")),
    Target("new TLS handshake per call: CPU per call / Squid's", 0.25, ratio("handshake", "cpu_us", "squid")),
    Target("48 new names: CPU per name / Squid's", 0.5, ratio("names", "cpu_us", "squid")),
    Target("100 MB download: throughput / Squid's", 3, ratio("download", "megabytes_per_s", "squid",), True),
    Target("plain, 64 callers: mitmproxy's CPU per call / Stoplog's", 30,
           ratio("plain-64", "cpu_us", "mitmproxy", True), True),
    Target("intercepted TLS, 64 callers: mitmproxy's CPU per call / Stoplog's", 30,
           ratio("tls-64", "cpu_us", "mitmproxy", True), True),
    Target("RSS after start", 30, own("idle-plain", "start_rss", 1e6), unit="MB"),
    Target("memory per idle plain connection", 8, own("idle-plain", "per_connection", 1024), unit="KB"),
    Target("memory per idle intercepted connection", 60, own("idle-tls", "per_connection", 1024), unit="KB"),
]


def medians(records):
    """{(scenario, peer): {figure: median over the rounds}}; `spread` is (max − min) / median of the CPU."""
    grouped = {}
    for record in records:
        if "cpu_us" in record:
            grouped.setdefault((record["scenario"], record["peer"]), []).append(record)
    result = {}
    for key, rounds in grouped.items():
        middle = {name: statistics.median(r[name] for r in rounds) for name, value in rounds[0].items()
                  if isinstance(value, (int, float))}
        costs = [r["cpu_us"] for r in rounds]
        middle["spread"] = (max(costs) - min(costs)) / middle["cpu_us"] if middle["cpu_us"] > 0 else 0
        middle["errors"] = sum(r["errors"] for r in rounds)
        result[key] = middle
    return result


def table(rows):
    """A Markdown table that is legible in a terminal too; the first column is left-aligned."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["| " + " | ".join(cell.rjust(width) if column else cell.ljust(width)
                               for column, (cell, width) in enumerate(zip(row, widths))) + " |" for row in rows]
    rule = "| " + " | ".join("-" * width if column == 0 else "-" * (width - 1) + ":"
                             for column, width in enumerate(widths)) + " |"
    return "\n".join([lines[0], rule, *lines[1:]])


def columns(kind, m):
    cpu = f"{m['cpu_us']:.0f}" if m["cpu_us"] < 100_000 else f"{m['cpu_us']:.2e}"
    spread = f"{m['spread'] * 100:.0f} %"
    if kind == "idle":
        return [f"{m['per_connection'] / 1024:.1f}", f"{m['start_rss'] / 1e6:.1f}", f"{m['start_pss'] / 1e6:.1f}",
                f"{m['rss'] / 1e6:.1f}", f"{m['open']:.0f}"]
    if kind == "download":
        return [f"{m['megabytes_per_s']:.0f}", f"{m['cpu_us'] / 1000:.0f}", spread, f"{m['rss'] / 1e6:.1f}"]
    return [f"{m['rps']:.0f}", cpu, spread, f"{m['p50_ms']:.2f}", f"{m['p99_ms']:.2f}", f"{m['rss'] / 1e6:.1f}",
            f"{m['errors']:.0f}"]


HEADS = {
    "idle": ["KB per connection", "RSS at start, MB", "PSS at start, MB", "RSS with all, MB", "still open"],
    "download": ["MB/s", "CPU ms per download", "spread", "RSS, MB"],
    "calls": ["calls/s", "CPU µs per call", "spread", "p50 ms", "p99 ms", "RSS, MB", "errors"],
}
HEADS["names"] = HEADS["calls"]


def compared(scenario, middle, peer):
    """The CPU (for idle: memory) of Stoplog over the peer's."""
    key = "per_connection" if scenario.kind == "idle" else "cpu_us"
    mine, other = middle.get((scenario.name, "stoplog")), middle.get((scenario.name, peer))
    if not mine or not other or other[key] <= 0:
        return "–"
    return f"{mine[key] / other[key]:.2f}"


def render(run, scenarios, peers, records):
    """The whole report as Markdown."""
    middle = medians(records)
    parts = ["# Benchmarks", "",
             f"Made by `make bench` on {run['date']}: medians of {run['rounds']} interleaved rounds of "
             f"{run['milliseconds'] / 1000:g} s; {machine()}.", "",
             "CPU is utime + stime of the proxy's whole process tree. The load generator (one thread) and the upstream "
             "(nginx, one worker) share the cores with the proxy, so calls/s compare only within a table. `spread` is "
             "(max − min) / median of the CPU over the rounds; `ratio` is Stoplog's CPU (idle: memory) over the "
             "peer's. Memory is the tree's RSS, per connection the growth of its PSS.", "",
             table([["proxy", "version", "as it runs"]] + [[p.name, run["versions"].get(p.name) or "–", p.threads]
                                                           for p in peers]), ""]
    if any(peer.name == "stoplog" for peer in peers):
        parts += ["## Targets", "",
                  table([["figure", "measured", "target", "verdict"]] + [t.line(middle) for t in TARGETS]), ""]
    for scenario in scenarios:
        rows = [[peer.name, *columns(scenario.kind, middle[scenario.name, peer.name]),
                 compared(scenario, middle, peer.name)]
                for peer in peers if (scenario.name, peer.name) in middle]
        if rows:
            parts += [f"## {scenario.title}", "", table([["proxy", *HEADS[scenario.kind], "ratio"], *rows]), ""]
    failures = sorted({f"- {r['scenario']}, {r['peer']}: {r['failed']}" for r in records if "failed" in r})
    if failures:
        parts += ["## Not measured", "", *failures, ""]
    return "\n".join(parts)


def machine():
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    kernel = platform.release().partition("-")[0]
    return f"{os.cpu_count()} cores, {memory:.0f} GB, Linux {kernel}, {platform.machine()}"
