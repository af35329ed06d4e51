"""What the figures of a run depend on beside the participants: the machine, its disk, and the commit."""
import os
import platform
import shlex
import statistics
import subprocess
import sys
import time

from participants import HERE


def facts(program, started, directory, versions):
    """What a run says of itself: what was asked for, of which commit, and on what."""
    return {
        "command": shlex.join([program, *sys.argv[1:]]), "date": started.strftime("%Y-%m-%d"), "commit": commit(), "kind": kind(),
        "machine": describe(directory), "versions": versions}


def describe(directory):
    """The machine, with the disk that holds the directory."""
    device, file_system = _output("findmnt", "-no", "SOURCE,FSTYPE", "-T", directory).split()
    return {
        "CPU": f"{_line('/proc/cpuinfo', 'model name') or platform.machine()}, {os.cpu_count()} cores, all shared with the load generator",
        "Memory": f"{int(_line('/proc/meminfo', 'MemTotal').split()[0]) / 2**20:.0f} GiB",
        "System": f"{platform.freedesktop_os_release()['PRETTY_NAME']}, {platform.system()} {platform.release()}",
        "Disk": f"{device}, {file_system}",
        "Flush": flush(directory),
        ".NET SDK": _output("dotnet", "--version"),
        "Load": f"{_output('wrk', '-v').split(' [')[0]}, OpenLoop of this commit",
    }


def kind():
    """What a ratio may be compared on: another processor or another number of cores is another machine."""
    return f"{_line('/proc/cpuinfo', 'model name') or platform.machine()}, {os.cpu_count()} cores"


def commit():
    """The commit that is measured, and that it is not the whole truth when something was changed since."""
    def git(*words):
        return _output("git", "-C", HERE, *words)
    changed = git("status", "--porcelain", "--untracked-files=no")
    return git("rev-parse", "--short=12", "HEAD") + (" with changes that are not committed" if changed else "")


def flush(directory, times=300):
    """How long the disk takes until 4 KiB at the end of a file are safe: what a commit waits for at least."""
    name, taken = os.path.join(directory, "flush"), []
    file = os.open(name, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        for _ in range(times):
            os.write(file, b"x" * 4096)
            since = time.perf_counter()
            os.fdatasync(file)
            taken.append((time.perf_counter() - since) * 1000)
    finally:
        os.close(file)
        os.unlink(name)
    taken.sort()
    return f"4 KiB and fdatasync: median {statistics.median(taken):.2f} ms, p99 {taken[times * 99 // 100]:.2f} ms ({times} times)"


def _line(file, name):
    with open(file) as lines:
        return next((line.split(":", 1)[1].strip() for line in lines if line.startswith(name)), None)


def _output(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout.strip()
