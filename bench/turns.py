"""Turns: one participant at a time under the load, and what it says checked against what was sent."""
import hashlib
import hmac
import json
import os
import platform
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request

import participants
from participants import HERE, Void


class Event:
    """One event of an exact size, with its signature."""

    def __init__(self, work, secret, name, size, event, padded, padding):
        padded[padding] = ""
        padded[padding] = "x" * (size - len(json.dumps(event, ensure_ascii=False).encode()))
        self.body = json.dumps(event, ensure_ascii=False).encode()
        assert len(self.body) == size
        self.file = os.path.join(work, f"{name}-{size}.json")
        with open(self.file, "wb") as file:
            file.write(self.body)
        self.signature = signature(secret, self.body)


def signature(secret, body):
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def plain_event(work, secret, size=1024):
    data = {"order_id": "A-1001", "customer_name": "Zoë Müller", "total_amount": 129.90}
    return Event(work, secret, "plain", size, {"event": "new_order", "data": data}, data, "note")


def github_event(work, secret):
    """What GitHub's own package reads has to be one of GitHub's events: the smallest it has, filled up to the same size."""
    create = {"ref": "v1.0.0", "ref_type": "tag", "master_branch": "main", "pusher_type": "user"}
    return Event(work, secret, "github", 1024, create, create, "description")


def send(participant, event, signature):
    """One request; its status, or 0 when nobody listens yet."""
    github = participant.headers == "github"
    request = urllib.request.Request(participant.url + participant.path, event.body, {
        "Content-Type": "application/json",
        "X-Hub-Signature-256" if github else "X-Signature-256": "sha256=" + signature,
        "X-GitHub-Delivery" if github else "X-Event-Id": "check",
        "X-GitHub-Event": "create",
    })
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def start(participant, event):
    """Starts it and proves that it verifies: a fixed answer would be fast, and no proof."""
    participant.start()
    end = time.monotonic() + 60
    while (status := send(participant, event, event.signature)) == 0 and participant.process.poll() is None and time.monotonic() < end:
        time.sleep(0.2)
    forged = send(participant, event, "0" * 64)
    if status != 200 or not 400 <= forged < 500:
        with open(participant.log, errors="replace") as log:
            print(log.read(), file=sys.stderr)
        raise Void(f"{participant.title} answers {status} to a good request and {forged} to a forged one")


class Turns:
    """Runs one participant at a time and checks what it says against what was sent."""

    def __init__(self, options, events):
        self.options, self.events, self.number = options, events, 0

    def closed(self, participant, connections, seconds, event=None, targets=None):
        """A turn of requests as fast as they are answered, all of one event; with `targets`, over the paths and signatures of that file."""
        # What the connections had sent when wrk hung up is accepted and never counted by wrk: each can have one such request.
        return self.turn(participant, lambda: self.load(participant, connections, seconds, event, targets), connections)

    def load(self, participant, connections, seconds, event=None, targets=None):
        """→ answers, seconds, p50 and p99 in ms"""
        self.number += 1
        event = event or self.events[participant.headers]
        output = participants.run(
            "wrk", f"-t{min(self.options.threads, connections)}", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "--latency",
            "-s", os.path.join(HERE, "events.lua"), participant.url + participant.path, "--",
            self.options.ids, str(self.number), event.signature, event.file, participant.headers, *([targets] if targets else []),
            timeout=seconds + 60)
        line = next(line for line in output.splitlines() if line.startswith("RESULT "))
        answers, failed, broken, microseconds, p50, p99 = map(int, line.split()[1:])
        if failed + broken:
            raise Void(f"{participant.title}: {failed} answers were not 2xx, {broken} connections broke\n{output}")
        return answers, microseconds / 1e6, [p50 / 1000, p99 / 1000]

    def open(self, participant):
        event = self.events[participant.headers]

        def load():
            self.number += 1
            output = participants.run(
                "dotnet", os.path.join(HERE, "OpenLoop/bin/Release/net10.0/OpenLoop.dll"), str(participant.port), participant.path,
                str(self.options.rate), str(self.options.rate_seconds), str(self.options.rate_connections),
                self.options.ids, str(self.number), event.signature, event.file,
                # The thread that sees a socket ready reads it: no hop to another one within what is measured.
                env=os.environ | {"DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS": "1"}, timeout=self.options.rate_seconds + 120)
            answers, failed, microseconds, *percentiles = map(int, output.split())
            if failed:
                raise Void(f"{participant.title}: {failed} answers were not 200")
            return answers, microseconds / 1e6, [value / 1000 for value in percentiles]

        return self.turn(participant, load, 0)

    def turn(self, participant, load, uncounted):
        """→ answers/s, handled/s, what is still open, latencies in ms"""
        participant.resume()
        time.sleep(0.3)  # what its timers have to catch up with is not the load's
        before = participant.counts() or (0, 0)
        answers, seconds, latencies = load()
        loaded = time.monotonic()
        after = participant.until_handled(before[0] + before[1] + answers, self.options.drain)
        # Honest throughput: what was still to be handled when the load ended counts as time of the turn.
        total = seconds + ((participant.asked_at or time.monotonic()) - loaded if participant.handles else 0)
        handled, still_open = answers, 0
        if after is not None:
            more = sum(after) - sum(before) - answers
            if not 0 <= more <= uncounted:
                raise Void(f"{participant.title}: {answers} answers, and {answers + more} more events in its account")
            still_open = after[1]
            handled = min(answers, after[0] - before[0])
        if participant.stores == "PostgreSQL":
            participant.bench.postgres.sql("checkpoint")  # its writing shall not fall into the next one's turn
        participant.pause()
        return [answers / seconds, handled / total, still_open, *latencies]


def machine():
    with open("/proc/cpuinfo") as cpuinfo:
        cpu = next((line.split(":")[1].strip() for line in cpuinfo if line.startswith("model name")), platform.machine())
    dotnet = subprocess.run(["dotnet", "--version"], capture_output=True, text=True).stdout.strip()
    return (f"{os.cpu_count()} cores ({cpu}), the load generator on the same cores; "
            f"{platform.system()} {platform.release()}, .NET SDK {dotnet}.")


def median(turns, column):
    return statistics.median(turn[column] for turn in turns)


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:,.1f}"
