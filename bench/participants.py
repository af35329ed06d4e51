"""Who takes part in the bench: how each is installed, started, asked what it has handled, and stopped."""
import contextlib
import functools
import glob
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
RIVALS = os.path.join(HERE, "rivals")

# In front of a command: it ends when the bench ends in whatever way, by SIGKILL too.
BOUND = ["setpriv", "--pdeathsig", "KILL"]


class Void(Exception):
    """The run says nothing: something was refused, lost or counted differently."""


class Bench:
    """What all participants share: the secret, the ports, and a directory that is deleted at the end."""

    def __init__(self, work, secret, token):
        self.work, self.secret, self.token = work, secret, token
        self.last_port = int(os.environ.get("BENCH_PORT", "18390")) - 1
        self.postgres = Postgres(work, self.port())

    def port(self):
        """One that nobody else of this bench has."""
        self.last_port += 1
        return self.last_port


class Participant:
    """A server. Between its turns it is stopped (SIGSTOP), with the database that it stores in, so that its timers and its tidying cost the others
    nothing."""

    path, headers, handles = "/webhook", "plain", False

    def __init__(self, bench, name, title, stores="nothing"):
        self.bench, self.name, self.title, self.stores = bench, name, title, stores
        self.process = self.handled_at = None
        self.directory = bench.work
        self.port = bench.port()
        self.url = f"http://127.0.0.1:{self.port}"

    def install(self):
        pass

    def version(self):
        """What is measured, with the versions that matter."""
        raise NotImplementedError

    def command(self):
        """The program with its arguments, and what is added to its environment."""
        raise NotImplementedError

    def start(self):
        command, environment = self.command()
        self.log = os.path.join(self.bench.work, self.name + ".log")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen([*BOUND, *command], cwd=self.directory, env=os.environ | environment, stdout=log, stderr=log)

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)
        if self.stores == "PostgreSQL":
            self.bench.postgres.pause()

    def resume(self):
        if self.stores == "PostgreSQL":
            self.bench.postgres.resume()
        self.process.send_signal(signal.SIGCONT)

    def until_ready(self):
        """Waits until it works again after a pause."""

    def stop(self):
        if self.process is None:
            return
        self.resume()
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def get(self, url, headers=None):
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers or {}), timeout=60) as answer:
            return json.load(answer)

    def counts(self):
        """What it has handled and what is still open, from the first start; None for a participant that keeps no account."""
        return None

    def until_handled(self, expected, limit):
        """Returns its account when what it accepted is handled, and sets `handled_at` to the moment from which that was so. `expected` is
        the handled count that the turn should lead to."""
        self.handled_at = time.monotonic()


class Dotnet(Participant):
    """A project of this solution."""

    project = assembly = None
    published = None  # a directory, where it is not to be run as it is built

    def install(self):
        build(self.project)

    def command(self):
        program = os.path.join(self.published or built(self.project), self.assembly + ".dll")
        return ["dotnet", program], {"Secret": self.bench.secret, "ASPNETCORE_URLS": self.url, "ASPNETCORE_ENVIRONMENT": "Production"}

    def version(self):
        return "ASP.NET Core " + max(re.findall(r"Microsoft\.AspNetCore\.App (10\.\S+)", run("dotnet", "--list-runtimes")), key=numbers)


class BareKestrel(Dotnet):
    project, assembly = "BareKestrel", "BareKestrel"


class Octokit(Dotnet):
    project, assembly, headers = "rivals/octokit", "OctokitReceiver", "github"

    def version(self):
        return f"Octokit.Webhooks.AspNetCore {package('Octokit.Webhooks.AspNetCore')}, {super().version()}"


class Receiver(Dotnet):
    project, assembly, handles = "Receiver", "Receiver", True

    def __init__(self, *words):
        super().__init__(*words)
        self.management_port = self.bench.port()
        self.management = f"http://127.0.0.1:{self.management_port}"
        self.settings = {}  # beside those that all have

    @property
    def inbox(self):
        return os.path.join(self.directory, "inbox.db")

    def command(self):
        command, environment = super().command()
        return command, environment | {
            "Logging__LogLevel__Default": "Warning",
            "WebhookReceiver__RequireHttps": "false",
            "WebhookReceiver__Inbox__ConnectionString": f"Data Source={self.inbox}",
            "WebhookReceiver__Management__Url": self.management,
            "WebhookReceiver__Management__Token": self.bench.token,
            "WebhookReceiver__Dispatch__DrainDelay": "00:00:00",
            "WebhookReceiver__Sources__default__Sender": "hmac-sha256",
            "WebhookReceiver__Sources__default__Secrets__0": self.bench.secret,
        } | self.settings

    def version(self):
        return f"this commit, Microsoft.Data.Sqlite {package('Microsoft.Data.Sqlite')}, {super().version()}"

    def ask(self, path):
        return self.get(self.management + path, {"Authorization": "Bearer " + self.bench.token})

    def until_ready(self):
        """On PostgreSQL one that stood still has lost its lease, and gets another first: no receiver stands still between two deliveries
        outside of a bench."""
        end = time.monotonic() + 30
        while True:
            try:
                with urllib.request.urlopen(self.management + "/readyz", timeout=10):
                    return
            except OSError as error:
                if time.monotonic() > end:
                    raise Void(f"the receiver is not ready again: {error}") from None
                time.sleep(0.02)

    def counts(self):
        stats = self.ask("/api/v1/stats")
        states = stats["states"]
        open_events = sum(states[state] for state in ("pending", "running", "scheduled"))
        events = sum(states.values())
        if stats["unaccounted"] or states["succeeded"] + open_events != events:
            raise Void(f"the receiver: {events} events, {states['succeeded']} succeeded, {stats['unaccounted']} unaccounted")
        return states["succeeded"], open_events

    def until_handled(self, expected, limit):
        """It keeps its account beside what it stores: to ask for it costs no more for many events than for few."""
        end, last = time.monotonic() + limit, None
        while True:
            counts = self.counts()
            self.handled_at = time.monotonic()
            # A pause in which nothing was added: what the load had sent when it hung up has been handled too.
            if counts[0] >= expected and counts[1] == 0 and counts == last:
                return counts
            if self.handled_at > end:
                raise Void(f"the receiver: of {expected} events {counts[0]} are handled, and {counts[1]} still open")
            last = counts
            time.sleep(0.02)


class ReceiverOnPostgreSql(Receiver):
    """The same program, with its inbox on the server that the job queues have."""

    database = "receiver"

    def version(self):
        return f"this commit, Npgsql {package('Npgsql')}, {Dotnet.version(self)}, {self.bench.postgres.version()}"

    def install(self):
        super().install()
        self.bench.postgres.install()

    def command(self):
        self.bench.postgres.create(self.database)
        self.settings = {
            "WebhookReceiver__Inbox__Provider": "PostgreSql",
            "WebhookReceiver__Inbox__ConnectionString": f"Host=127.0.0.1;Port={self.bench.postgres.port};Username=postgres;Database={self.database}"}
        return super().command()


class Job(Participant):
    """A job queue on PostgreSQL behind a receiver. What it has not handled in time stays open and is reported, not counted."""

    handles = True

    def counts(self):
        stats = self.get(self.url + "/stats")
        return stats["handled"], stats["open"]

    def until_handled(self, expected, limit):
        """Counts in memory (/handled) as long as there must be something open, and only then what is stored: that takes longer the more it
        is, and is no time of the turn."""
        end, last = time.monotonic() + limit, -1
        while True:
            handled = self.get(self.url + "/handled")
            self.handled_at = time.monotonic()
            if self.handled_at > end:
                return self.counts()
            # A pause in which no handler ended: what the load had sent when it hung up has been handled too, and the last commit is done.
            if handled >= expected and handled == last and (counts := self.counts())[1] == 0:
                return counts
            last = handled
            time.sleep(0.02)


class Node:
    """A program of rivals/, run by the Node that its package-lock.json names."""

    installed = False

    def install(self):
        if not Node.installed:
            run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", cwd=RIVALS)
            Node.installed = True

    def node(self):
        cpu = {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
        node = os.path.join(RIVALS, "node_modules", "node-linux-" + cpu, "bin", "node")
        return node if os.path.exists(node) else "node"

    def command(self):
        return [self.node(), os.path.join(RIVALS, self.name, "server.js")], {
            "NODE_ENV": "production", "SECRET": self.bench.secret, "PORT": str(self.port)}

    def version(self):
        with open(os.path.join(RIVALS, "package-lock.json")) as lock:
            versions = {path.removeprefix("node_modules/"): entry.get("version") for path, entry in json.load(lock)["packages"].items()}
        names = [name for name in dict.fromkeys(("express" if self.name == "express" else "fastify", self.name)) if name in versions]
        node = "Node.js " + run(self.node(), "--version").strip().lstrip("v")
        return ", ".join([*(f"{name} {versions[name]}" for name in names), node])


class NodeReceiver(Node, Participant):
    pass


class NodeJob(Node, Job):
    def version(self):
        return f"{super().version()}, {self.bench.postgres.version()}"

    def install(self):
        super().install()
        self.bench.postgres.install()

    def command(self):
        command, environment = super().command()
        self.bench.postgres.create(database := self.name.replace("-", "_"))
        return command, environment | {"DATABASE": f"postgres://postgres@127.0.0.1:{self.bench.postgres.port}/{database}"}


class Hangfire(Job, Dotnet):
    project, assembly = "rivals/hangfire", "HangfireReceiver"

    def version(self):
        hangfire = f"Hangfire {package('Hangfire.AspNetCore')}, Hangfire.PostgreSql {package('Hangfire.PostgreSql')}"
        return f"{hangfire}, {super().version()}, {self.bench.postgres.version()}"

    def install(self):
        super().install()
        self.bench.postgres.install()

    def command(self):
        command, environment = super().command()
        self.bench.postgres.create("hangfire")
        return command, environment | {
            "Database": f"Host=127.0.0.1;Port={self.bench.postgres.port};Username=postgres;Database=hangfire;Maximum Pool Size=130;Enlist=false"}


class AdnanhWebhook(Participant):
    path, handles = "/hooks/webhook", True

    def install(self):
        debian("webhook", "webhook")

    def version(self):
        return run("webhook", "-version").strip().replace(" version", "")

    def command(self):
        return ["webhook", "-hooks", os.path.join(RIVALS, "adnanh-webhook", "hooks.json"), "-template", "-ip", "127.0.0.1",
                "-port", str(self.port)], {"SECRET": self.bench.secret}

    def until_handled(self, expected, limit):
        """It answers before its commands have run and keeps no account of them: it is done when it has used no time for a while."""
        end, last = time.monotonic() + limit, None
        while time.monotonic() < end:
            with open(f"/proc/{self.process.pid}/stat") as stat:
                used = stat.read().rsplit(")", 1)[1].split()[11:15]  # its own time and that of its commands
            if used != last:
                last, self.handled_at = used, time.monotonic()
            elif time.monotonic() - self.handled_at > 0.2:
                return
            time.sleep(0.02)
        raise Void(f"webhook: its commands still run after {limit} s")


def times_of(pid):
    """Its seconds as user and in the kernel, and those of its children that have ended."""
    with open(f"/proc/{pid}/stat") as stat:
        return [int(ticks) / os.sysconf("SC_CLK_TCK") for ticks in stat.read().rsplit(")", 1)[1].split()[11:15]]


class Postgres:
    """A private cluster that lives as long as the bench. Debian's defaults but for what is set here; synchronous_commit and fsync are on."""

    SETTINGS = {
        "synchronous_commit": "on", "fsync": "on", "max_connections": "300", "shared_buffers": "256MB", "max_wal_size": "4GB",
        "checkpoint_timeout": "15min", "wal_buffers": "16MB", "jit": "off", "listen_addresses": "127.0.0.1",
    }

    def __init__(self, work, port):
        self.directory, self.port = os.path.join(work, "postgres"), port
        self.process = self.bin = None
        self.databases = set()

    def install(self):
        if not glob.glob("/usr/lib/postgresql/*/bin/postgres"):
            debian("initdb", "postgresql")
        self.bin = max(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[4]))

    def version(self):
        return "PostgreSQL " + re.search(r"[\d.]+", run(f"{self.bin}/postgres", "--version"))[0]

    def start(self):
        # PostgreSQL refuses to run as root.
        as_postgres = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] if os.getuid() == 0 else []
        os.makedirs(self.directory)
        if as_postgres:
            shutil.chown(self.directory, "postgres", "postgres")
        data = os.path.join(self.directory, "data")
        run(*as_postgres, f"{self.bin}/initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", cwd=self.directory)
        settings = [argument for name, value in self.SETTINGS.items() for argument in ("-c", f"{name}={value}")]
        with open(os.path.join(self.directory, "log"), "wb") as log:
            self.process = subprocess.Popen(
                # QUIT: it ends at once and takes its other processes with it.
                ["setpriv", "--pdeathsig", "QUIT", *as_postgres[1:], f"{self.bin}/postgres", "-D", data, "-p", str(self.port), "-k", self.directory, *settings],
                cwd=self.directory, stdout=log, stderr=log)
        ready = [f"{self.bin}/pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        for _ in range(100):
            if subprocess.run(ready).returncode == 0:
                return
            time.sleep(0.1)
        raise Void("PostgreSQL did not start")

    def create(self, database):
        """Makes a database, unless somebody who shares it has made it."""
        if self.process is None:
            self.start()
        self.resume()
        if database not in self.databases:
            self.sql(f"create database {database}")
            self.databases.add(database)

    def sql(self, statement):
        return run(f"{self.bin}/psql", "-qAtX", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-c", statement)

    def transactions(self):
        """How many have written something so far."""
        return int(self.sql("select txid_current()"))

    def cpu_seconds(self):
        """Of all its processes, those that have ended too."""
        own, *children = self.processes()
        return sum(times_of(own)) + sum(sum(times_of(child)[:2]) for child in children if os.path.exists(f"/proc/{child}"))

    def processes(self):
        """Its own and those it has made, which end and come as they like."""
        return [self.process.pid, *map(int, run("pgrep", "-P", str(self.process.pid)).split())]

    def pause(self):
        """All of it stands still. What it has to tidy after one participant would take the disk from the next: vacuum, pages that are written late."""
        self.process.send_signal(signal.SIGSTOP)  # first, so that it makes no more of them
        self.send_signal(signal.SIGSTOP)

    def resume(self):
        if self.process is not None:
            self.send_signal(signal.SIGCONT)

    def send_signal(self, number):
        for process in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, number)

    def stop(self):
        if self.process is not None:
            self.resume()
            self.process.send_signal(signal.SIGINT)  # "fast": it rolls back and ends
            self.process.wait()
            self.process = None


def run(*command, cwd=None, env=None, timeout=None):
    """What it wrote; a program that fails ends the run."""
    try:
        done = subprocess.run(command, cwd=cwd, env=env, timeout=timeout, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    except subprocess.TimeoutExpired:
        raise Void(f"{' '.join(command)}: no end after {timeout} s") from None
    if done.returncode:
        raise Void(f"{' '.join(command)}\n{done.stdout}")
    return done.stdout


@functools.cache
def build(project):
    """Once, however many ask for it."""
    run("dotnet", "build", os.path.join(HERE, project), "-c", "Release", "-v", "quiet", "--nologo")


def built(project):
    """The directory in which the program stands."""
    return os.path.join(HERE, project, "bin/Release/net10.0")


def debian(program, package):
    if shutil.which(program) is None:
        run("apt-get", "update", "-q")
        run("apt-get", "install", "-qy", "--no-install-recommends", package)


def debian_module(module, package):
    """Of Debian's own Python, which draws the plots."""
    if subprocess.run(["/usr/bin/python3", "-c", f"import {module}"], stderr=subprocess.DEVNULL).returncode:
        run("apt-get", "update", "-q")
        run("apt-get", "install", "-qy", "--no-install-recommends", package)


def package(name):
    """The version of a NuGet package of this solution."""
    with open(os.path.join(HERE, "..", "Directory.Packages.props")) as props:
        return re.search(f'"{name}" Version="([^"]+)"', props.read())[1]


def numbers(version):
    return [int(number) for number in re.findall(r"\d+", version)]


LIMIT = {"bare": (BareKestrel, "bare Kestrel"), "receiver": (Receiver, "this receiver", "SQLite")}
STORING_NOTHING = {
    "express": (NodeReceiver, "Express"),
    "fastify": (NodeReceiver, "Fastify"),
    "octokit": (Octokit, "Octokit.Webhooks.AspNetCore"),
    "adnanh-webhook": (AdnanhWebhook, "adnanh/webhook"),
}
DURABLE = {
    "receiver-postgresql": (ReceiverOnPostgreSql, "this receiver on PostgreSQL", "PostgreSQL"),
    "pg-boss": (NodeJob, "Fastify + pg-boss", "PostgreSQL"),
    "graphile-worker": (NodeJob, "Fastify + graphile-worker", "PostgreSQL"),
    "hangfire": (Hangfire, "ASP.NET Core + Hangfire", "PostgreSQL"),
}
ALL = LIMIT | STORING_NOTHING | DURABLE


def create(bench, name):
    kind, *words = ALL[name]
    return kind(bench, name, *words)
