"""The process that ends everything when the run itself cannot: it survives a SIGKILL of behave.

Started as ``python -I -S guardian.py RUN_DIRECTORY`` with a pipe as standard input. It prints the number of a process
group on standard output; the run starts every server in that group. When the pipe closes, because the run closed it
or died, the guardian kills whatever is left in the group and removes the run's directory.

Membership in the group is set by the kernel between fork and exec, so no moment exists in which a server is running
and unknown to the guardian. Only the standard library is imported: the start takes about 15 ms.
"""

import contextlib
import os
import shutil
import signal
import sys
import time

TIMEOUT = 1.0  # seconds for the group to vanish after SIGKILL; where PID 1 reaps nobody, zombies stay members for ever


def wait_for_the_run_to_end() -> None:
    """Return when the pipe on standard input is closed; nothing is ever written to it."""
    while os.read(sys.stdin.fileno(), 4096):
        pass


def lead_a_group() -> int:
    """Fork a child that does nothing but lead a process group; return the group's number."""
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


def main(directory: str) -> None:
    """Guard until the pipe on standard input closes."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    group = lead_a_group()
    try:
        with contextlib.suppress(BrokenPipeError):  # a run that was ended at once has nobody left to hear it
            os.write(sys.stdout.fileno(), f"{group}\n".encode())
        wait_for_the_run_to_end()
        end_group(group)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1])
