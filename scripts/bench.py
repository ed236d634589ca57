"""The benchmarks: every figure beside its peer or limit, measured in the same run on the same machine.

    python3 scripts/bench.py --bin .build-release/release [area ...]

Areas: read, call, signin, policy. Prints a table and writes bench.json. Everything listens on 127.0.0.1; every load is bounded
in time and stops by itself.
"""
import argparse
import contextlib
import itertools
import json
import os
import pathlib
import platform
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
SECONDS = 10
CONNECTIONS = 32
SERVICES = {"auth": "AuthService", "policy": "PolicyEngine", "hr": "HRService", "audit": "AuditService"}
TICK = os.sysconf("SC_CLK_TCK")


def request(method, url, token=None, body=None, media="application/json", headers=()):
    data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
    call = urllib.request.Request(url, data=data, method=method)
    call.add_header("User-Agent", "bench")
    if data is not None:
        call.add_header("Content-Type", media)
    if token:
        call.add_header("Authorization", f"Bearer {token}")
    for name, value in headers:
        call.add_header(name, value)
    try:
        with urllib.request.urlopen(call, timeout=120) as answer:
            return answer.status, json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"null")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for(url, seconds=30):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(url, timeout=1).read()
            return
        time.sleep(0.1)
    raise SystemExit(f"bench: nothing answers at {url}")


def wrk(url, seconds=SECONDS, script=None, headers=(), connections=CONNECTIONS):
    """Requests a second at full load, and how many answers were not 2xx."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s"]
    for name, value in headers:
        command += ["-H", f"{name}: {value}"]
    if script:
        command += ["-s", str(script)]
    output = subprocess.run(command + [url], capture_output=True, text=True, check=True).stdout
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1])
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
    return rate, int(bad[1]) if bad else 0


def latencies(url, rate, seconds=SECONDS, headers=()):
    """Latency quantiles in ms at a constant rate, and the rate that was held (h2load, HTTP/1.1)."""
    clients = 8
    with tempfile.NamedTemporaryFile(mode="r", suffix=".log") as log:
        command = ["h2load", "--h1", "-t1", f"-c{clients}", f"--rps={max(1, rate / clients):.2f}", f"-D{seconds}",
                   f"--log-file={log.name}"]
        for name, value in headers:
            command += ["-H", f"{name}: {value}"]
        subprocess.run(command + [url], capture_output=True, text=True, check=True)
        rows = [line.split("\t") for line in log.read().splitlines()]
    times = sorted(int(row[2]) / 1000 for row in rows if row[1].startswith("2"))
    failed = len(rows) - len(times)
    if not times:
        raise SystemExit(f"bench: no answer from {url}")
    pick = lambda q: times[min(len(times) - 1, int(q * len(times)))]
    return {"p50": pick(0.5), "p99": pick(0.99), "p999": pick(0.999), "rate": len(times) / seconds, "failed": failed}


def cpu_seconds(pid):
    """User and system time of a process and of the children it waits for, in seconds."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def resident_mebibytes(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1]) / 1024


def descendants(pid):
    children = {}
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            head, tail = stat.read_text().rsplit(")", 1)
            children.setdefault(int(tail.split()[1]), []).append((int(stat.parent.name), head.split("(", 1)[1]))
    found, queue = [], [pid]
    while queue:
        for child, name in children.get(queue.pop(), []):
            found.append((child, name))
            queue.append(child)
    return found


class Installation:
    """`bailiwick up` in release with one demo organisation in it, and an HR lead signed in."""

    def __init__(self, binaries, environment=None):
        self.binaries = binaries
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="bw-bench-", dir="/tmp"))
        self.directory.chmod(0o755)
        self.log = open(self.directory / "up.log", "w")
        self.process = subprocess.Popen(
            [binaries / "bailiwick", "up", "--port-base", "0", "--data-directory", self.directory / "data"],
            stdout=self.log, stderr=subprocess.STDOUT, cwd=ROOT, env={**os.environ, **(environment or {})})
        endpoints = self.directory / "data" / "endpoints.json"
        deadline = time.monotonic() + 120
        while not endpoints.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("bench: bailiwick up did not start:\n" + (self.directory / "up.log").read_text()[-2000:])
            time.sleep(0.1)
        self.services = json.loads(endpoints.read_text())["services"]

    def url(self, service, path):
        return self.services[service]["public"] + path

    def pid(self, service):
        return self.services[service]["pid"]

    def populate(self, folder="harbourlight"):
        """Imports the organisation and signs its owner in, through `bailiwick demo`'s own set-up."""
        output = subprocess.run(
            [self.binaries / "bailiwick", "demo", "--populate", folder, "--data-directory", self.directory / "data"],
            cwd=ROOT, capture_output=True, text=True)
        if output.returncode:
            raise SystemExit("bench: cannot populate:\n" + output.stdout[-2000:] + output.stderr[-2000:])
        return json.loads(output.stdout.strip().splitlines()[-1])

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
        self.log.close()
        shutil.rmtree(self.directory, ignore_errors=True)


class Report:
    def __init__(self):
        self.results = []

    def add(self, id, value, unit, against, against_value, required, *, at_most=False):
        ratio = value / against_value if against_value else None
        measured = value if at_most else ratio
        met = measured <= required if at_most else measured >= required
        self.results.append(dict(id=id, value=round(value, 3), unit=unit, against=against,
                                 against_value=round(against_value, 3) if against_value else None,
                                 ratio=round(ratio, 4) if ratio else None, required=required, met=met))

    def faster(self, id, value, against_value, required=None):
        """A time beside a peer's: the ratio tells how many times faster ours is."""
        ratio = against_value / value
        self.results.append(dict(id=id, value=round(value, 3), unit="µs", against="the peer's median",
                                 against_value=round(against_value, 3), ratio=round(ratio, 1), required=required,
                                 met=ratio >= required if required else None))

    def note(self, id, value, unit, against="", against_value=None):
        """A figure without a requirement: where the time goes."""
        self.results.append(dict(id=id, value=round(value, 3), unit=unit, against=against, against_value=against_value,
                                 ratio=round(value / against_value, 4) if against_value else None, required=None, met=None))

    def write(self):
        commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
        model = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
        machine = f"{os.cpu_count()} × {model[1] if model else platform.machine()}, {platform.system()} {platform.release()}"
        (ROOT / "bench.json").write_text(
            json.dumps({"commit": commit, "machine": machine, "results": self.results}, indent=2, ensure_ascii=False) + "\n")
        width = max(len(r["id"]) for r in self.results)
        print(f"\n{'what':<{width}}  {'value':>12} {'unit':<10} {'ratio':>8} {'required':>9}  met")
        for r in self.results:
            ratio = f"{r['ratio']:.3f}" if r["ratio"] is not None else ""
            required = r["required"] if r["required"] is not None else ""
            met = {True: "yes", False: "NO", None: ""}[r["met"]]
            print(f"{r['id']:<{width}}  {r['value']:>12} {r['unit']:<10} {ratio:>8} {required!s:>9}  {met}")


@contextlib.contextmanager
def no_op(binaries):
    port = free_port()
    process = subprocess.Popen([binaries / "Benchmarks", "no-op", "--port", str(port)],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    script = pathlib.Path(tempfile.mkstemp(suffix=".lua")[1])
    script.write_text('wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/json"\n'
                      'wrk.body = \'{"id":"employee","count":1}\'\n')
    try:
        wait_for_port(port)
        yield f"http://127.0.0.1:{port}/", script
    finally:
        process.terminate()
        process.wait()
        script.unlink()


def no_op_rate(binaries):
    """Requests a second of the bare route at full load."""
    with no_op(binaries) as (url, script):
        wrk(url, 2, script)
        return wrk(url, SECONDS, script)[0]


def wait_for_port(port):
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise SystemExit(f"bench: nothing listens on {port}")


def bench_read(binaries, report):
    """Read one employee, against a bare Hummingbird route; then the CPU of each process and the memory."""
    peers = [no_op_rate(binaries)]
    installation = Installation(binaries)
    try:
        people = installation.populate()
        lead = people["hr_lead"]
        url = installation.url("hr", f"/v1/employees/{lead['employee']}")
        headers = [("Authorization", f"Bearer {lead['token']}")]
        wrk(url, 3, headers=headers)
        processes = [(installation.pid(s), SERVICES[s]) for s in SERVICES]
        processes += [p for p in descendants(installation.process.pid) if p[1] == "postgres"]
        postmasters = subprocess.run(["pgrep", "-f", str(installation.directory / "data" / "postgres")],
                                     capture_output=True, text=True).stdout.split()
        for postmaster in postmasters:
            processes += [(int(postmaster), "postgres")] + descendants(int(postmaster))
        processes = {pid: name for pid, name in processes}

        def usage():
            total = {}
            for pid, name in processes.items():
                with contextlib.suppress(OSError):
                    name = "PostgreSQL" if name not in SERVICES.values() else name
                    total[name] = total.get(name, 0) + cpu_seconds(pid)
            return total

        before = usage()
        rate, bad = wrk(url, SECONDS, headers=headers)
        after = usage()
        if bad:
            raise SystemExit(f"bench: {bad} reads failed")
        # Before and after: within a minute these machines change their speed by a third.
        peers.append(no_op_rate(binaries))
        peer = sum(peers) / len(peers)
        for when, value in zip(("before", "after"), peers):
            report.note(f"no-op {when} the reads", value, "req/s")
        report.add("read-one throughput", rate, "req/s", "bare Hummingbird, Codable in and out", peer, 0.08)
        at = latencies(url, rate * 0.6, headers=headers)
        report.add("read-one p99 at 60 %", at["p99"], "ms", "limit", 25, 25, at_most=True)
        report.note("read-one p50 at 60 %", at["p50"], "ms")
        report.note("read-one failed at 60 %", at["failed"], "requests")
        requests = rate * SECONDS
        for name in sorted(after):
            report.note(f"read-one CPU in {name}", (after[name] - before.get(name, 0)) / requests * 1e6, "µs/req")
        for service, name in SERVICES.items():
            report.add(f"resident {name}", resident_mebibytes(installation.pid(service)), "MiB", "limit", 150, 150,
                       at_most=True)
    finally:
        installation.close()


def bench_call(binaries, report):
    """One signed internal call, caller and callee in one process; and its stages."""
    output = subprocess.run([binaries / "Benchmarks", "signed-call"], capture_output=True, text=True, check=True).stdout
    report.add("signed call CPU", float(output), "µs", "limit", 500, 500, at_most=True)
    stages = subprocess.run([binaries / "Benchmarks", "stages"], capture_output=True, text=True, check=True).stdout
    for line in stages.splitlines():
        name, value = line.rsplit("\t", 1)
        report.note(f"stage: {name}", float(value), "µs")


def bench_signin(binaries, report):
    """Sign-in with bcrypt against what crypt_r alone allows, while another route is watched."""
    raw = float(subprocess.run([binaries / "Benchmarks", "bcrypt", "--threads", str(os.cpu_count())],
                               capture_output=True, text=True, check=True).stdout)
    # Tries of one account are limited, so the load is spread over all of them; what is refused all the same is told.
    installation = Installation(binaries)
    try:
        people = installation.populate("harbourlight")
        accounts = list(people.values()) + list(installation.populate("fennelgrey").values())
        url = installation.url("auth", "/v1/sign-in")
        turns = itertools.cycle([{"email": p["email"], "password": p["password"]} for p in accounts])
        turn = threading.Lock()
        done, failed = [], []
        end = time.monotonic() + 20

        def sign_in():
            while time.monotonic() < end:
                with turn:
                    body = next(turns)
                status, answer = request("POST", url, body=body)
                (done if status == 200 else failed).append((status, answer))

        threads = [threading.Thread(target=sign_in) for _ in range(8)]
        start = time.monotonic()
        for thread in threads:
            thread.start()
        token = people["hr_lead"]["token"]
        other = latencies(installation.url("auth", "/v1/organisation"), 50, 15, headers=[("Authorization", f"Bearer {token}")])
        for thread in threads:
            thread.join()
        rate = len(done) / (time.monotonic() - start)
        if failed:
            report.note("sign-in refused", len(failed), "requests")
            print("bench: a refused sign-in said", failed[0], file=sys.stderr)
        report.add("sign-in throughput", rate, "sign-in/s", "crypt_r alone on these cores", raw, 0.9)
        report.add("other route p99 during sign-ins", other["p99"], "ms", "limit", 50, 50, at_most=True)
    finally:
        installation.close()


# The sets of policies: name, directory or number of generated rules, requests that Cedar answers while it is timed, and
# whether the peers take part: at 100,000 rules they need two minutes and nine gigabytes, and what the shipped set has
# beside grants and denials (ceilings, derived roles, obligations) is not translated, so `HR` is its core.
POLICY_SETS = [
    ("small", "scripts/policy_peers/sets/small", 500, True), ("HR", "scripts/policy_peers/sets/hr", 500, True), ("HR whole", "policies", 0, False), ("generated-100", 100, 500, True),
    ("generated-1000", 1_000, 500, True), ("generated-10000", 10_000, 60, True), ("generated-100000", 100_000, 0, False),
]


def bench_policy(binaries, report):
    """Decisions against OPA and Cedar: the same policies and requests, answers compared before anything is timed."""
    python, peers = ROOT / ".venv/bin/python", ROOT / "scripts/policy_peers"
    work = ROOT / "bench-work/policy"
    work.mkdir(parents=True, exist_ok=True)

    def tool(name, *arguments):
        command = [python, peers / name, *map(str, arguments)]
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        if run.returncode:
            raise SystemExit(f"bench: {name} failed:\n{run.stdout[-2000:]}{run.stderr[-2000:]}")
        return run.stdout

    tool("install.py")
    figures = {}
    for name, source, cedar_requests, has_peers in POLICY_SETS:
        policies = ROOT / source if isinstance(source, str) else work / name
        requests, ours, answers = work / f"{name}.jsonl", work / f"{name}.ours.jsonl", work / f"{name}.peers"
        if not isinstance(source, str) and not policies.exists():
            tool("generate_policies.py", source, policies)
        tool("generate_requests.py", policies, requests)
        run = subprocess.run([binaries / "Benchmarks", "policy", policies, requests, "--decisions", ours],
                             capture_output=True, text=True)
        if run.returncode:
            raise SystemExit(f"bench: our engine failed on {name}:\n{run.stdout[-2000:]}{run.stderr[-2000:]}")
        mine = figures[name] = json.loads(run.stdout)
        report.note(f"policy {name}: evaluation", mine["evaluation_us"], "µs")
        report.note(f"policy {name}: JSON to JSON", mine["json_us"], "µs")
        if not has_peers:
            continue
        theirs = json.loads(tool("peers.py", policies, requests, "--out", answers, "--ours", ours,
                                 "--cedar-requests", cedar_requests))
        report.note(f"policy {name}: requests compared", theirs["compared"], "requests")
        cedar, opa = theirs["cedar_us"], theirs["opa_us"]
        required = (300, 15) if name == "HR" else (None, None)
        report.faster(f"policy {name}: evaluation, against Cedar's own time", mine["evaluation_us"], cedar, required[0])
        report.faster(f"policy {name}: JSON to JSON, against OPA", mine["json_us"], opa, required[1])
    report.add("policy HR: evaluation limit", figures["HR"]["evaluation_us"], "µs", "limit", 1, 1, at_most=True)
    report.add("policy HR: JSON to JSON limit", figures["HR"]["json_us"], "µs", "limit", 5, 5, at_most=True)
    few, many = figures["generated-100"], figures["generated-100000"]
    report.add("policy: 100 to 100,000 rules", many["evaluation_us"] - few["evaluation_us"], "µs", "limit", 0.3, 0.3,
               at_most=True)
    report.add("policy: compile 10,000 rules", figures["generated-10000"]["compile_ms"], "ms", "limit", 250, 250,
               at_most=True)
    report.add("policy: load 10,000 rules from YAML", figures["generated-10000"]["load_ms"], "ms", "limit", 2000, 2000,
               at_most=True)
    report.add("policy: memory at 100,000 rules", many["resident_mib"], "MiB", "limit", 400, 400, at_most=True)


AREAS = {"read": bench_read, "call": bench_call, "signin": bench_signin, "policy": bench_policy}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True, type=pathlib.Path)
    parser.add_argument("areas", nargs="*", choices=[[], *AREAS])
    arguments = parser.parse_args()
    report = Report()
    for area in arguments.areas or AREAS:
        print(f"bench: {area}", file=sys.stderr)
        AREAS[area](arguments.bin, report)
    report.write()


if __name__ == "__main__":
    main()
