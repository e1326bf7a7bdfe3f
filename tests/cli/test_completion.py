"""Completion in the shells themselves: the Tab key is pressed on a terminal."""
import os
import pty
import select
import shutil
import signal
import subprocess
import time

from rig import SLOW, check, equal, has, hasnt

SHELLS = {  # how each is started without its user's settings, and reads the script
    "bash": (["bash", "--norc", "--noprofile"], ". ./script"),
    "zsh": (["zsh", "-f"], "autoload -Uz compinit; compinit -D -u; source ./script"),
    "fish": (["fish", "--no-config"], "source ./script"),
}
TYPED = (  # before the Tab, and the command that it becomes; where nothing fits, it stays as it is
    ("che", "check"),
    ("completion fi", "completion fish"),
    ("help sel", "help selftest"),
    ("check --mailboxe", "check --mailboxes"),
    ("decode --mailboxe", "decode --mailboxe"),
    ("check --tenant", "check --tenant-id"),
    ("decode --tenant", "decode --tenant"),
    ("token --format he", "token --format header"),
    ("probe --format he", "probe --format he"),
    ("check --format=nag", "check --format=nagios"),
    ("check --grant device", "check --grant device-code"),
    ("check --mechanism oau", "check --mechanism oauthbearer"),
    ("check --stop-after cla", "check --stop-after claims"),
    ("setup --client fetch", "setup --client fetchmail"),
    ("check --mailboxes lis", "check --mailboxes list-of-mailboxes"),
    ("decode lis", "decode list-of-mailboxes"),
    ("check -c job.conf --profile pil", "check -c job.conf --profile pilot"),
    ("check --config=job.conf --profile pr", "check --config=job.conf --profile prod"),
)


def lines(fd, count):
    """That many lines of what the stand-in for o2pop was called with."""
    text, end = "", time.time() + 15 * SLOW
    while text.count("]\r\n") < count:
        check(time.time() < end and select.select([fd], [], [], max(0, end - time.time()))[0],
              f"{count} commands were typed; these were run:", text)
        text += os.read(fd, 4096).decode("utf-8", "replace")
    return [line.split("[called ", 1)[1].rstrip("]\r") for line in text.split("\n") if "[called " in line]


def press(place, shell):
    argv, begin = SHELLS[shell]
    pid, fd = pty.fork()
    if pid == 0:
        os.chdir(place.dir)
        # fish asks a terminal that can do more what it is, and waits for the answer
        os.execvpe(argv[0], argv, dict(place.env, PATH=place.dir + ":" + place.env["PATH"], TERM="dumb"))
    try:
        os.write(fd, f"{begin}; o2pop ready\r".encode())
        lines(fd, 1)
        found = []
        for typed, _ in TYPED:
            os.write(fd, f"o2pop {typed}\t\r".encode())
            found += lines(fd, 1)
        return found
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(fd)


def completes(place, shell):
    check(shutil.which(shell), f"{shell} is not installed: toolchains/deps e2e")
    place.file("script", place.run("completion", shell).exits(0).out)
    place.file("o2pop", "#!/bin/sh\necho \"[called $*]\"\n", 0o755)
    place.file("job.conf", "client_id = x\n[prod]\ntenant_id = a\n[pilot]\ntenant_id = b\n")
    place.file("list-of-mailboxes", "a@b.example\n")
    for (typed, wanted), got in zip(TYPED, press(place, shell), strict=True):
        equal(got, wanted, f"'{typed}' and Tab in {shell}")


def test_completion_bash(place):
    completes(place, "bash")


def test_completion_zsh(place):
    completes(place, "zsh")


def test_completion_fish(place):
    completes(place, "fish")


def test_completion_knows_all(place):
    """Every format that is offered is one that the command has, and none is missing."""
    script = place.run("completion", "bash").exits(0).out
    for command in ("check", "token", "probe", "setup", "decode", "config", "explain"):
        offered = script.split(f"\t\t{command}) printf '%s\\n' ", 1)[1].split(" ;;")[0].split()
        said = place.run(command, "--format", "none", *(["x"] if command == "explain" else [])).exits(2).err
        equal(said.split("has: ", 1)[1].split("\n")[0].replace(" or ", ", ").split(", "), offered, command)
    has(place.run("completion", "tcsh").exits(2).err, "no completion for 'tcsh'", "bash, zsh or fish")
    place.run("completion").exits(2)
    has(place.run("completion", "--help").exits(0).out, "bash | zsh | fish")
    hasnt(place.run("--help").exits(0).out, "completion")
    for shell in SHELLS:
        equal(subprocess.run([shell, "-n", place.file("s", place.run("completion", shell).out)]).returncode, 0, shell)
