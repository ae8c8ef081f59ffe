#!/usr/bin/env python3
"""`make bench`: Stoplog beside nginx, Squid, tinyproxy and mitmproxy, interleaved on one upstream."""

import argparse
import datetime
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.dont_write_bytecode = True
sys.path.insert(0, HERE)

import peers as peer_list  # noqa: E402
import report  # noqa: E402
from origin import DOMAIN, HOST, Origin  # noqa: E402
from scenarios import NAMES, Bench, scenarios  # noqa: E402

WORK = "STOPLOG_BENCH_WORK"


def parse():
    parser = argparse.ArgumentParser(prog="bench.py", description=__doc__)
    parser.add_argument("--only", action="append", metavar="SCENARIO",
                        help="a scenario's name or its beginning; repeatable")
    parser.add_argument("--peers", metavar="A,B", help="of " + ",".join(p.name for p in peer_list.ALL))
    parser.add_argument("--rounds", type=int, help="3")
    parser.add_argument("--seconds", type=float, help="of each timed measurement: 3")
    parser.add_argument("--quick", action="store_true", help="1 round of 1 second where nothing else is said")
    parser.add_argument("--stoplog", metavar="PATH", help="a built stoplog; default: builds a release")
    parser.add_argument("--gate-load", metavar="PATH", help="a built gate-load; default: builds a release")
    parser.add_argument("--write", action="store_true",
                        help="keep the result in docs/benchmarks.md though not everything was measured")
    parser.add_argument("--keep", action="store_true", help="keep the working directory with all logs")
    options = parser.parse_args()
    usual = 1 if options.quick else 3
    options.rounds = usual if options.rounds is None else options.rounds
    options.seconds = usual if options.seconds is None else options.seconds
    known = [p.name for p in peer_list.ALL]
    options.peers = options.peers.split(",") if options.peers else known
    unknown = [name for name in options.peers if name not in known]
    if unknown or options.rounds < 1 or options.seconds <= 0:
        parser.error(f"unknown peer {unknown[0]}; known are {', '.join(known)}" if unknown else "give positive numbers")
    names = [s.name for s in scenarios(1000)]
    for wanted in options.only or []:
        if not any(name.startswith(wanted) for name in names):
            parser.error(f"unknown scenario {wanted}; known are {', '.join(names)}")
    return options


def enter_namespace(options):
    """Starts this program anew where /etc/hosts, for it and its children only, knows the upstream's names."""
    work = tempfile.mkdtemp(prefix="stoplog-bench-")
    os.chmod(work, 0o755)
    names = [HOST] + [f"n{i}.{DOMAIN}" for i in range(options.rounds * NAMES)]
    with open(f"{work}/hosts", "w") as file:
        file.write("127.0.0.1 localhost\n" + "".join(f"127.0.0.1 {name}\n" for name in names))
    mount = f"mount --bind {work}/hosts /etc/hosts && exec "
    inner = '"$@"'
    if os.geteuid() == 0:
        unshare = ["unshare", "--mount"]
    else:
        unshare = ["unshare", "--map-root-user", "--mount"]
        inner = f'unshare --user --map-user={os.getuid()} --map-group={os.getgid()} "$@"'
    command = [*unshare, "sh", "-c", mount + inner, "bench", sys.executable, os.path.abspath(__file__), *sys.argv[1:]]
    try:
        inner_run = subprocess.Popen(command, env={**os.environ, WORK: work})
        signal.signal(signal.SIGINT, signal.SIG_IGN)    # the terminal tells the inner run, which stops its peers
        signal.signal(signal.SIGTERM, lambda *_: inner_run.terminate())
        return inner_run.wait()
    finally:
        if options.keep:
            print(f"logs: {work}", file=sys.stderr)
        else:
            shutil.rmtree(work, ignore_errors=True)


def build(product, given):
    if given:
        return os.path.abspath(given)
    command = ["swift", "build", "-c", "release", "--static-swift-stdlib", "--product", product]
    print(" ".join(command), file=sys.stderr)
    if subprocess.run(command, cwd=ROOT, stdout=sys.stderr).returncode != 0:
        sys.exit(f"bench: {product} does not build")
    shown = subprocess.run([*command, "--show-bin-path"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    return f"{shown.stdout.strip()}/{product}"


def install_debian(packages):
    """Installs without starting the packages' services; says the command where it can't."""
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        sys.exit(f"bench: missing; run: sudo {' '.join(command)}\n(or leave some out with --peers)")
    print(" ".join(command), file=sys.stderr)
    veto = "/usr/sbin/policy-rc.d"
    ours = not os.path.exists(veto)
    if ours:
        with open(veto, "w") as file:
            file.write("#!/bin/sh\nexit 101\n")
        os.chmod(veto, 0o755)
    try:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-q"], stdout=sys.stderr, env=environment)
        if subprocess.run(command, stdout=sys.stderr, env=environment).returncode != 0:
            sys.exit(f"bench: could not install; run: {' '.join(command)}")
    finally:
        if ours:
            os.unlink(veto)


def install(kinds):
    """Puts everything needed in place, before the private /etc/hosts hides the network's names."""
    needed = [] if shutil.which("openssl") else ["openssl"]
    if not shutil.which("nginx"):
        needed.append(peer_list.Nginx.package)
    cache = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "stoplog-bench")
    for kind in kinds:
        try:
            if kind.package:
                kind.install(cache)
        except peer_list.Missing:
            needed.append(kind.package)
    if needed:
        install_debian(sorted(set(needed)))
    for kind in kinds:
        try:
            kind.install(cache)
        except peer_list.Missing as missing:
            sys.exit(f"bench: {kind.name} is missing; run: {missing}\n(or leave it out with --peers)")


def measure(bench, chosen, running, rounds, save):
    """Round-robin over the peers, each round beginning with another one."""
    for scenario in chosen:
        fit = [peer for peer in running if scenario.suits(peer)]
        for number in range(rounds):
            for peer in fit[number % max(len(fit), 1):] + fit[:number % max(len(fit), 1)]:
                record = {"scenario": scenario.name, "peer": peer.name, "round": number}
                try:
                    record.update(bench.measure(peer, scenario, number))
                except (RuntimeError, OSError, subprocess.SubprocessError) as fault:
                    record["failed"] = str(fault).strip().splitlines()[0]
                save(record)
                progress(record)


def progress(record):
    what = f"{record['scenario']:<11} {record['peer']:<10} round {record['round'] + 1}: "
    if "failed" in record:
        what += f"failed: {record['failed']}"
    elif "per_connection" in record:
        what += f"{record['per_connection'] / 1024:.1f} KB per connection"
    else:
        what += (f"{record['rps']:.0f}/s, {record['cpu_us']:.0f} µs CPU, p99 {record['p99_ms']:.2f} ms "
                 f"(client {record['client_us']:.0f} µs, upstream {record['origin_us']:.0f} µs)")
        if record["errors"]:
            what += f", {record['errors']} errors: {record['first_error']}"
    print(what, file=sys.stderr, flush=True)


def main():
    options = parse()
    os.environ["PATH"] += ":/usr/sbin:/sbin:/usr/local/sbin"
    kinds = [kind for kind in peer_list.ALL if kind.name in options.peers]
    if WORK not in os.environ:
        install(kinds)
        options.gate_load = build("gate-load", options.gate_load)
        sys.argv += ["--gate-load", options.gate_load]
        if peer_list.Stoplog in kinds:
            sys.argv += ["--stoplog", build("stoplog", options.stoplog)]
        return enter_namespace(options)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    install(kinds)
    peer_list.Stoplog.binary = options.stoplog
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536) if hard > 0 else 65536, hard))
    try:
        return run(options, kinds, os.environ.pop(WORK))
    except RuntimeError as fault:
        sys.exit(f"bench: {fault}")


def run(options, kinds, work):
    milliseconds = int(options.seconds * 1000)
    every = scenarios(milliseconds)
    chosen = [s for s in every if not options.only or any(s.name.startswith(w) for w in options.only)]
    now = datetime.datetime.now(datetime.timezone.utc)
    facts = {"date": f"{now:%Y-%m-%d}", "rounds": options.rounds, "milliseconds": milliseconds,
             "versions": {kind.name: kind.version() for kind in kinds}}
    results = f"{ROOT}/.build-bench"
    os.makedirs(results, exist_ok=True)
    records, running = [], []
    origin = Origin(work)
    with open(f"{results}/{now:%Y%m%d-%H%M%S}.jsonl", "w") as lines:
        def save(record):
            records.append(record)
            lines.write(json.dumps(record) + "\n")
            lines.flush()
        lines.write(json.dumps({"run": facts, "machine": report.machine()}) + "\n")
        try:
            origin.start()
            for kind in kinds:
                peer = kind(origin, f"{work}/{kind.name}")
                running.append(peer)
                peer.start()
            measure(Bench(options.gate_load, origin), chosen, running, options.rounds, save)
        finally:
            for peer in running:
                peer.stop()
            origin.stop()
    text = report.render(facts, chosen, kinds, records)
    print(text)
    whole = len(kinds) == len(peer_list.ALL) and len(chosen) == len(every) and options.rounds >= 3
    if whole or options.write:
        os.makedirs(f"{ROOT}/docs", exist_ok=True)
        with open(f"{ROOT}/docs/benchmarks.md", "w") as file:
            file.write(text)
    else:
        print("(not everything was measured: docs/benchmarks.md stays as it is)", file=sys.stderr)
    return 1 if any("failed" in record for record in records) else 0


if __name__ == "__main__":
    sys.exit(main())
