"""One turn of one participant: the event that is sent, the load, and the check of what the participant says against what was sent."""
import hashlib
import hmac
import itertools
import json
import os
import sys
import time
import urllib.error
import urllib.request

import participants
from participants import HERE, Void

# Of the open loop, in the order in which OpenLoop prints them; 100 is the slowest answer of all.
PERCENTILES = ("50", "75", "90", "95", "99", "99.5", "99.9", "99.95", "99.99", "100")


class Event:
    """One event of an exact size, with its signature. What fills it up is the member `padding` of its object `padded`."""

    def __init__(self, work, secret, name, size, event, padded, padding):
        padded[padding] = ""
        padded[padding] = "x" * (size - len(json.dumps(event, ensure_ascii=False).encode()))
        self.body = json.dumps(event, ensure_ascii=False).encode()
        assert len(self.body) == size
        self.file = os.path.join(work, f"{name}-{size}.json")
        with open(self.file, "wb") as file:
            file.write(self.body)
        self.signature = sign(secret, self.body)


def sign(secret, body):
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
    """Runs one participant at a time: closed loop (`closed`, as fast as the answers come) and open loop (`open`, at a fixed rate)."""

    def __init__(self, ids, all_events, drain=120, threads=2):
        self.ids, self.events, self.drain, self.threads, self.numbers = ids, all_events, drain, threads, itertools.count(1)

    def closed(self, participant, connections, seconds, event=None, targets=None):
        # What the connections had sent when wrk hung up is accepted and never counted by wrk: each can have one such request.
        return self.turn(participant, lambda: self.load(participant, connections, seconds, event, targets), connections)

    def load(self, participant, connections, seconds, event=None, targets=None):
        """The load of a closed loop alone, of the usual event or another one; with `targets`, over the paths and signatures of that file.
        → answers, seconds, latencies in ms by percentile"""
        event = event or self.events[participant.headers]
        output = participants.run(
            *participants.BOUND, "wrk", f"-t{min(self.threads, connections)}", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "--latency",
            "-s", os.path.join(HERE, "events.lua"), participant.url + participant.path, "--",
            self.ids, str(next(self.numbers)), event.signature, event.file, participant.headers, *([targets] if targets else []))
        line = next(line for line in output.splitlines() if line.startswith("RESULT "))
        answers, refused, connect, read, write, late, microseconds, p50, p99 = map(int, line.split()[1:])
        if refused + connect + read + write + late:
            raise Void(f"{participant.title}, {connections} connections: {refused} answers were not 2xx; connections that broke: {connect} when "
                       f"opened, {read} when read, {write} when written; {late} answers later than 30 s\n{output}")
        return answers, microseconds / 1e6, {"50": p50 / 1000, "99": p99 / 1000}

    def open(self, participant, rate, seconds, connections):
        event = self.events[participant.headers]

        def load():
            output = participants.run(
                *participants.BOUND, "dotnet", os.path.join(participants.built("OpenLoop"), "OpenLoop.dll"), str(participant.port), participant.path,
                str(rate), str(seconds), str(connections), self.ids, str(next(self.numbers)), event.signature, event.file, *PERCENTILES,
                # The thread that sees a socket ready reads it: no hop to another one within what is measured.
                env=os.environ | {"DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS": "1"}, timeout=seconds + 120)
            answers, failed, microseconds, *percentiles = map(int, output.split())
            if failed:
                raise Void(f"{participant.title}: {failed} answers were not 200")
            return answers, microseconds / 1e6, {name: value / 1000 for name, value in zip(PERCENTILES, percentiles, strict=True)}

        return self.turn(participant, load, 0)

    def turn(self, participant, load, uncounted):
        """→ answers/s, handled/s, what is still open, latencies in ms by percentile"""
        participant.resume()
        participant.until_ready()
        time.sleep(0.3)  # what its timers have to catch up with is not the load's
        before = participant.counts() or (0, 0)
        answers, seconds, latencies = load()
        loaded = time.monotonic()
        after = participant.until_handled(before[0] + before[1] + answers, self.drain)
        # Honest throughput: what was still to be handled when the load ended counts as time of the turn; the counting does not.
        total = seconds + (max(0, participant.handled_at - loaded) if participant.handles else 0)
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
        return {"answered": round(answers / seconds, 1), "handled": round(handled / total, 1), "open": still_open, "ms": latencies}


def rounds(number, members):
    """The rounds with those that have a turn, in order: forwards, then backwards, so that whatever drifts falls on all alike."""
    for index in range(1, number + 1):
        yield index, members if index % 2 else members[::-1]
