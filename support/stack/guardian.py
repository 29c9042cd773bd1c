"""The process that ends everything when the run itself cannot: it survives a SIGKILL of behave.

Started as ``python -I -S guardian.py RUN_DIRECTORY`` with a pipe as standard input. It prints the number of a process
group on standard output; the run starts every server in that group. When the pipe closes, because the run closed it
or died, the guardian kills every process in the group or in the run's directory, removes their shared memory, and
removes the directory.

Membership in the group is set by the kernel between fork and exec, so no server is ever unknown to the guardian.
PostgreSQL's children start sessions of their own; they are found by their working directory, also when they are
frozen. Only the standard library is imported: the start takes about 15 ms.
"""

import contextlib
import os
import shutil
import signal
import sys
import time

TIMEOUT = 1.0  # seconds for the group to end after SIGKILL; zombies stay members for ever where PID 1 reaps no child
SHARED_MEMORY_LINE = 6  # of postmaster.pid: key and id of the System V segment


def wait_for_the_run_to_end() -> None:
    """Return when the pipe on standard input is closed; nothing is ever written to it."""
    while os.read(sys.stdin.fileno(), 4096):
        pass


def lead_a_group() -> int:
    """Fork a child that only leads a process group; return the group's number."""
    leader = os.fork()
    if leader == 0:
        os.setpgid(0, 0)
        os.close(sys.stdout.fileno())
        wait_for_the_run_to_end()
        # Until the guardian has waited for this process, the group's number cannot be given to another group.
        os._exit(0)
    with contextlib.suppress(PermissionError, ProcessLookupError):
        os.setpgid(leader, leader)
    return leader


def end_group(group: int) -> None:
    """SIGKILL every member and wait until none is left."""
    deadline = time.monotonic() + TIMEOUT
    with contextlib.suppress(ProcessLookupError, PermissionError):
        while time.monotonic() < deadline:
            os.killpg(group, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(group, os.WNOHANG)
            time.sleep(0.01)


def processes_in(directory: str) -> list[int]:
    """Return the processes whose working directory is inside a directory (Linux; elsewhere none)."""
    found = []
    numbers = os.listdir("/proc") if os.path.isdir("/proc/self") else []  # noqa: PTH208, PTH112 - pathlib is slow to load
    for number in filter(str.isdecimal, numbers):
        with contextlib.suppress(OSError):
            folder = os.readlink(f"/proc/{number}/cwd")  # noqa: PTH115
            if int(number) != os.getpid() and (folder == directory or folder.startswith(directory + "/")):
                found.append(int(number))
    return found


def end_processes_in(directory: str) -> None:
    """SIGKILL every process whose working directory is inside a directory, and wait until none is left."""
    deadline = time.monotonic() + TIMEOUT
    while (left := processes_in(directory)) and time.monotonic() < deadline:
        for number in left:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(number, signal.SIGKILL)
        time.sleep(0.01)


def remove_shared_memory(directory: str) -> None:
    """Remove the System V segment of a killed PostgreSQL; its other shared memory is in the directory."""
    try:
        with open(f"{directory}/pg/data/postmaster.pid", encoding="utf-8") as file:  # noqa: PTH123
            segment = int(file.read().splitlines()[SHARED_MEMORY_LINE].split()[1])
        import ctypes  # only after a kill

        ctypes.CDLL(None).shmctl(segment, 0, None)  # 0 is IPC_RMID
    except (OSError, IndexError, ValueError, AttributeError):
        pass  # PostgreSQL never started, or has removed it


def remove(directory: str) -> None:
    """End the processes in a run's directory, and remove their shared memory and the directory."""
    end_processes_in(directory)
    remove_shared_memory(directory)
    shutil.rmtree(directory, ignore_errors=True)


def main(directory: str) -> None:
    """Guard until the pipe on standard input closes."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    group = lead_a_group()
    try:
        with contextlib.suppress(BrokenPipeError):  # the run has already ended
            os.write(sys.stdout.fileno(), f"{group}\n".encode())
        wait_for_the_run_to_end()
        end_group(group)
    finally:
        remove(directory)


if __name__ == "__main__":
    main(sys.argv[1])
