"""Runs that share a list, and runs that stop."""
import json
import os
import subprocess
import time

from rig import O2POP, RUN, SECRET, SLOW, Mail, Provider, equal, has

from test_commands import arguments

NAMES = [f"m{n}@b.example" for n in range(10)]


def mailboxes(r):
    return [json.loads(line)["mailbox"] for line in r.out.splitlines() if "\"mailbox\":" in line]


def test_shards_are_the_whole(place):
    """Four shards check together exactly what one run does, each once."""
    provider, mail = Provider(), Mail()
    listing = place.file("list", "".join(n + "\n" for n in NAMES[:7]) + NAMES[0].upper() + "\n", 0o644)
    base = ["check", "--mailboxes", listing, *NAMES[7:], *arguments(provider, mail), "--format", "json", "--shard"]
    try:
        for count in (1, 3, 4, 11):
            found = []
            for number in range(1, count + 1):
                found += mailboxes(place.run(*base, f"{number}/{count}", stdin=SECRET).exits(0))
            equal(sorted(found), sorted(NAMES), f"{count} shards")
        for env in ({"JOB_COMPLETION_INDEX": "1"}, {"SLURM_ARRAY_TASK_ID": "8", "SLURM_ARRAY_TASK_MIN": "7"}):
            equal(mailboxes(place.run(*base, "auto/4", stdin=SECRET, env={**place.env, **env}).exits(0)),
                  mailboxes(place.run(*base, "2/4", stdin=SECRET).exits(0)), str(env))
        env = {"SLURM_ARRAY_TASK_ID": "3", "SLURM_ARRAY_TASK_MIN": "1", "SLURM_ARRAY_TASK_COUNT": "4"}
        equal(len(mailboxes(place.run(*base, "auto", stdin=SECRET, env={**place.env, **env}).exits(0))), 2)
    finally:
        provider.end()
        mail.end()


def test_shard_refused(place):
    for bad, said in (("0/4", "there is no shard 0 of 4"), ("5/4", "there is no shard 5 of 4"), ("4", "is not K/N"),
                      ("a/4", "is not K/N"), ("1/0", "there is no shard 1 of 0"), ("1/", "is not K/N"),
                      ("auto", "neither JOB_COMPLETION_INDEX nor"), ("auto/x", "neither JOB")):
        has(place.run("check", "a@b.example", "--client-id", "x", "--shard", bad).exits(2).err, said)
    has(place.run("check", "a@b.example", "--client-id", "x", "--shard", "auto",
                  env={**place.env, "JOB_COMPLETION_INDEX": "0"}).exits(2).err, "auto/8")


def test_fail_fast(place):
    """The first name cannot be one: nothing is begun after it."""
    provider, mail = Provider(), Mail()
    try:
        r = place.run("check", "no address", *NAMES, *arguments(provider, mail), "--fail-fast", stdin=SECRET).exits(2)
        has(r.out, "10 not checked, since one has failed")
        r = place.run("check", "no address", *NAMES, *arguments(provider, mail), stdin=SECRET).exits(2)
        has(r.out, "1 of 11 mailboxes failed")
    finally:
        provider.end()
        mail.end()


def test_line_numbers(place):
    listing = place.file("list", "a@b.example\n# x\n" + "l" * 330 + "@b.example\n", 0o644)
    has(place.run("check", "--mailboxes", listing, "--client-id", "x").exits(2).err, "(line 3) is longer than any address")


def test_a_service_named_o2pop(place):
    """What Kubernetes puts into the environment beside a Service of that name."""
    env = {"O2POP_SERVICE_HOST": "10.0.0.1", "O2POP_SERVICE_PORT": "995", "O2POP_PORT": "tcp://10.0.0.1:995",
           "O2POP_PORT_995_TCP": "tcp://10.0.0.1:995", "O2POP_PORT_995_TCP_ADDR": "10.0.0.1",
           "O2POP_SERVICE_PORT_POP3S": "995"}
    place.run("config", env={**place.env, **env}).exits(0)
    has(place.run("config", env={**place.env, "O2POP_PORTS": "1"}).exits(2).err, "unknown variable O2POP_PORTS")


def test_resume(place):
    """A run that is killed again and again checks each mailbox once, and loses none."""
    provider, mail = Provider(), Mail()
    names = [f"m{n}@b.example" for n in range(40)]
    listing = place.file("list", "".join(n + "\n" for n in names), 0o644)
    run = place.file("run.jsonl", "", 0o644)
    args = ["check", "--mailboxes", listing, *arguments(provider, mail, place.file("secret", SECRET)), "--format", "json",
            "--resume", run]
    try:
        for kill in range(5):
            with open(run, "ab") as out:
                size = out.tell()
                process = subprocess.Popen([*RUN, O2POP, *args], cwd=place.dir, env=place.env, stdin=subprocess.DEVNULL,
                                           stdout=out, stderr=subprocess.DEVNULL)
                end = time.monotonic() + 10 * SLOW
                while os.path.getsize(run) == size and process.poll() is None and time.monotonic() < end:
                    time.sleep(0.005)
                process.kill()
                process.wait()
            if kill == 2:  # in the middle of a line
                os.truncate(run, os.path.getsize(run) - 20)
        r = place.run(*args).exits(0)
        with open(run, "a", encoding="utf-8") as out:
            out.write(r.out)
        with open(run, encoding="utf-8") as f:
            found = [json.loads(line) for line in f if line.startswith("{") and line.endswith("}\n")]
        equal(sorted(m["mailbox"] for m in found if "mailbox" in m), sorted(names), "each once")
        r = place.run(*args).exits(0)
        equal([line for line in r.out.splitlines() if '"mailbox":' in line], [], "nothing is left")
        has(place.run(*args[:-1], "missing").exits(2).err, "'missing' could not be opened")
    finally:
        provider.end()
        mail.end()
