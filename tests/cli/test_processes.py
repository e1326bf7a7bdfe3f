"""Processes that o2pop starts: none outlives it, whichever way it ends."""
import os
import signal
import subprocess
import time

from rig import O2POP, RUN, SECRET, SLOW, Mail, Provider, check, equal, has

from test_commands import arguments


def living(mark):
    """Processes with this in their environment; those that have ended and were not waited for have none."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/environ", "rb") as f:
                if mark.encode() in f.read():
                    found.append(int(pid))
        except OSError:
            pass
    return found


def gone(mark, seconds):
    end = time.monotonic() + seconds
    while living(mark) and time.monotonic() < end:
        time.sleep(0.01)
    return not living(mark)


# What a command may leave: a child of its own, deaf to what can be ignored, that holds the pipes.
STUBBORN = "(trap '' TERM HUP INT; sleep 60 & sleep 60) & sleep 60; echo s"


def start(place, mark, provider, *more):
    env = {**place.env, "MARK": mark}
    return subprocess.Popen([*RUN, O2POP, "check", "a@b.example", *arguments(provider)[:-2],
                             "--client-secret-command", STUBBORN, "--pop-host", "127.0.0.1", *more], cwd=place.dir,
                            env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_command_ends_at_the_deadline(place):
    """A supervisor that reads to the end of the pipe gets there."""
    provider = Provider()
    try:
        mark, begun = f"MARK-{os.getpid()}-deadline", time.monotonic()
        process = start(place, mark, provider, "--timeout", "1s")
        out, _ = process.communicate(timeout=30)
        equal(process.returncode, 3, out.decode())
        check(time.monotonic() - begun < 5 * SLOW, f"it took {time.monotonic() - begun:.1f} s")
        check(gone(mark, 2), f"left: {living(mark)}")
    finally:
        provider.end()


def test_command_ends_with_the_program(place):
    provider = Provider()
    try:
        for sig in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL):
            mark = f"MARK-{os.getpid()}-{sig.name}"
            process = start(place, mark, provider)
            end = time.monotonic() + 10 * SLOW
            while len(living(mark)) < 5 and time.monotonic() < end:  # o2pop, its worker, the shells, the sleeps
                time.sleep(0.02)
            check(len(living(mark)) >= 5, f"only {living(mark)}")
            process.send_signal(sig)
            begun = time.monotonic()
            check(gone(mark, 5), f"{sig.name} left {living(mark)}")
            if not RUN:
                check(time.monotonic() - begun < 1, f"{sig.name}: {time.monotonic() - begun:.2f} s")
            process.communicate()
    finally:
        provider.end()


def test_command_says_why(place):
    """What it says itself stands in the report, and its arguments do not."""
    provider, mail = Provider(), Mail()
    try:
        args = arguments(provider, mail)
        at = args.index("--client-secret-file")
        r = place.run("check", "a@b.example", *args[:at], *args[at + 2:], "--client-secret-command",
                      "sh -c 'echo the vault is sealed >&2; exit 4' --token=" + SECRET)
        has(" ".join(r.exits(2).out.split()), "'sh ...' ended with status 4; it says: the vault is sealed")
        check(SECRET not in r.all, "the command's arguments are shown")
    finally:
        provider.end()
        mail.end()
