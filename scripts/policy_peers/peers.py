"""Answers requests with OPA and with Cedar, compares the answers, and only then takes the time.

    python3 peers.py SET REQUESTS --out FOLDER [--ours DECISIONS] [--seconds 3] [--cedar-requests 500]

Writes `decisions-opa.jsonl` and `decisions-cedar.jsonl` to FOLDER, in the order of the requests a line
`{"id", "decision", "scope", "fields": {"read": [CLASS, …], "write": [CLASS, …]}}` (scope null where the engine cannot
tell), and prints one JSON object with counts and medians. `--ours` is a file of the same form from our engine, compared
with both before anything is timed. Any disagreement: exit code 1 and no times.

| key | the median of |
| --- | --- |
| `opa_us` | OPA, JSON text in and out, decision and scope |
| `opa_fields_us` | the same with the field classes, which our answer also holds |
| `cedar_us` | Cedar's own `authz_duration_micros` for the decision |
| `cedar_fields_us` | the sum of that and of the questions for the field classes, where the decision allows |
"""
import argparse
import collections
import json
import pathlib
import statistics
import sys
import time

import policies as policy_files
from cedar import Cedar
from opa import ENTRY, ENTRY_WITH_FIELDS, OPA

WARM_UP = 50
MOST_SHOWN = 10
CEDAR_CLOCK = "authz_duration_micros"


def decisions(engine, requests):
    """What an engine says, in the order of the requests."""
    answers = []
    for request, text in requests:
        decision, scope, fields = engine.decide(text if isinstance(engine, OPA) else request)
        fields = {mode: sorted(names) for mode, names in fields.items()}
        answers.append({"id": request["context"]["request_id"], "decision": decision, "scope": scope, "fields": fields})
    return answers


def differences(name, answers, other, others):
    """Lines that tell where two engines disagree. A scope that one of them cannot tell is not compared."""
    lines = []
    for left, right in zip(answers, others, strict=True):
        if None in (left["scope"], right["scope"]):
            left, right = {**left, "scope": None}, {**right, "scope": None}
        if left != right:
            lines.append(f"{name} {json.dumps(left)}  {other} {json.dumps(right)}")
    return lines


def rounds(questions, ask, seconds):
    """What `ask` measures for each question, over and over until the time is over, after a warm-up."""
    for question in questions[:min(WARM_UP, len(questions) // 10)]:
        ask(question)
    taken = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for question in questions:
            taken.append(ask(question))
            if time.monotonic() > end:
                break
    return taken


def time_opa(engine, texts, entry, seconds):
    """Microseconds of each answer, JSON text in and out."""
    def ask(text):
        start = time.perf_counter_ns()
        engine.answer(text, entry)
        return (time.perf_counter_ns() - start) / 1000
    return rounds(texts, ask, seconds)


def time_cedar(engine, requests, seconds):
    """Microseconds of Cedar's own clock."""
    prepared = [engine.prepare(request) for request in requests]
    return rounds(prepared, lambda each: engine.answer(each).metrics[CEDAR_CLOCK], seconds)


def time_cedar_with_fields(engine, requests, seconds):
    """The same with the questions for the field classes, where there is an answer to have them in."""
    def ask(question):
        prepared, type_name = question
        result = engine.answer(prepared)
        results = [result, *(engine.answer_fields(prepared, type_name).values() if result.allowed else [])]
        return sum(each.metrics[CEDAR_CLOCK] for each in results)
    return rounds([(engine.prepare(request), request["resource"]["type"]) for request in requests], ask, seconds)


def compared(policies, requests):
    """The requests that everything was translated for, and how many were left out for what."""
    kept, left_out = [], collections.Counter()
    for request, text in requests:
        tenant, action = request["subject"]["properties"].get("tenant"), request["action"]["name"]
        reasons = {what for what, of, name in policies.unsupported if of in (None, tenant) and name in (None, action)}
        if "act" in request["subject"]["properties"]:
            reasons.add("delegation (`act`)")
        left_out.update(reasons)
        if not reasons:
            kept.append((request, text))
    return kept, left_out


def write(path, answers):
    path.write_text("".join(json.dumps(answer) + "\n" for answer in answers))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("set", type=pathlib.Path)
    parser.add_argument("requests", type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--ours", type=pathlib.Path)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--cedar-requests", type=int, default=500, help="the most that Cedar answers")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)

    policies = policy_files.load(arguments.set)
    every = [(json.loads(line), line.encode()) for line in arguments.requests.read_text().splitlines()]
    requests, left_out = compared(policies, every)
    result = {"set": arguments.set.name, "rules": policies.rule_count, "requests": len(every), "compared": len(requests),
              "left_out": dict(left_out), "unsupported": sorted({what for what, _, _ in policies.unsupported})}

    start = time.monotonic()
    opa = OPA(policies)
    result["opa_compile_s"] = round(time.monotonic() - start, 3)
    start = time.monotonic()
    cedar = Cedar(policies)
    result["cedar_parse_s"] = round(time.monotonic() - start, 3)

    from_opa = decisions(opa, requests)
    from_cedar = decisions(cedar, requests[:arguments.cedar_requests])
    write(arguments.out / "decisions-opa.jsonl", from_opa)
    write(arguments.out / "decisions-cedar.jsonl", from_cedar)
    wrong = differences("OPA", from_opa[:len(from_cedar)], "Cedar", from_cedar)
    if arguments.ours:
        wanted = {request["context"]["request_id"] for request, _ in requests}
        ours = [json.loads(line) for line in arguments.ours.read_text().splitlines()]
        ours = [answer for answer in ours if answer["id"] in wanted]
        wrong += differences("OPA", from_opa, "Bailiwick", ours)
        wrong += differences("Cedar", from_cedar, "Bailiwick", ours[:len(from_cedar)])
    if wrong:
        print("\n".join([f"peers: {len(wrong)} answers differ", *wrong[:MOST_SHOWN]]), file=sys.stderr)
        sys.exit(1)
    result["allowed"] = sum(answer["decision"] for answer in from_opa)
    result["cedar_compared"] = len(from_cedar)

    texts, asked = [text for _, text in requests], [request for request, _ in requests[:arguments.cedar_requests]]
    has_fields = any(module.fields for module in policies.modules.values())
    times = {"opa": time_opa(opa, texts, ENTRY, arguments.seconds)}
    if has_fields:
        times["opa_fields"] = time_opa(opa, texts, ENTRY_WITH_FIELDS, arguments.seconds)
    opa.close()
    times["cedar"] = time_cedar(cedar, asked, arguments.seconds)
    if has_fields:
        times["cedar_fields"] = time_cedar_with_fields(cedar, asked, arguments.seconds)
    for name, taken in times.items():
        result[f"{name}_us"], result[f"{name}_timed"] = round(statistics.median(taken), 3), len(taken)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
