"""What can be seen of a process from outside: its memory, its time, and when it answers."""
import http.client
import os
import socket
import statistics
import threading
import time
import uuid

from participants import Void, times_of


def resident(member):
    """MiB of its memory that are resident."""
    with open(f"/proc/{member.process.pid}/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS:"))


def cpu_seconds(member):
    return sum(times_of(member.process.pid)[:2])


class Sampler:
    """Resident memory every few seconds, while a block runs: pairs of seconds and MiB."""

    def __init__(self, member, interval):
        self.member, self.interval, self.samples = member, interval, []
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()

    def run(self):
        began = time.monotonic()
        while not self.ended.wait(self.interval):
            try:
                self.samples.append((time.monotonic() - began, resident(self.member)))
            except OSError:
                return  # the process has ended

    @property
    def highest(self):
        return max(mib for _, mib in self.samples)

    def slope(self):
        """MiB a minute over the second half, in which the program is warm (least squares)."""
        half = self.samples[len(self.samples) // 2:]
        return 60 * statistics.linear_regression(*zip(*half)).slope if len(half) > 1 else 0.0


def first_answers(member, event, limit=300, asks_ready=True):
    """Starts it. → seconds from the start of the process to the first 200 of an event, and of /readyz where it has one and is asked (else 0)"""
    head = (f"POST {member.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(event.body)}\r\n"
            f"X-Signature-256: sha256={event.signature}\r\nX-Event-Id: {uuid.uuid4().hex}\r\nConnection: close\r\n\r\n")
    requests = {"answered": (member.port, head.encode() + event.body)}
    if member.handles and asks_ready:
        requests["ready"] = (member.management_port, b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    began, times = time.monotonic(), {}
    member.start()

    def wait(name, port, request):
        times[name] = until_200(member, port, request, began, limit)

    threads = [threading.Thread(target=wait, args=(name, *request), daemon=True) for name, request in requests.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if 0.0 in times.values():
        with open(member.log, errors="replace") as log:
            raise Void(f"{member.title} did not start in {limit} s\n{log.read()}")
    return times["answered"], times.get("ready", 0.0)


def until_200(member, port, request, began, limit):
    """The same request until it is answered 200; a port that nobody listens on yet is asked again after a millisecond. 0 if it never is."""
    while time.monotonic() < began + limit and member.process.poll() is None:
        if status_of(port, request) == 200:
            return time.monotonic() - began
        time.sleep(0.001)
    return 0.0


def status_of(port, request):
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
            connection.sendall(request)
            response = http.client.HTTPResponse(connection)
            response.begin()
            return response.status
    except (OSError, http.client.HTTPException):
        return 0


def timed(call):
    """→ milliseconds"""
    began = time.monotonic()
    call()
    return (time.monotonic() - began) * 1000


def forget(path):
    """Takes a file out of the page cache, as after a start of the machine."""
    with open(path, "rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
