"""Secrets: the ways in, and that there is no way out."""
import glob
import os
import shutil
import signal
import subprocess
import time
import urllib.parse

from rig import (CLIENT, O2POP, RUN, SECRET, SLOW, TENANT, Mail, Provider, Terminal, check, equal, has, hasnt, jwt, xoauth2)


def arguments(provider):
    return ["--provider", "custom", "--scope", "s/.default", "--client-id", CLIENT, "--token-url", provider.url]


def sent(provider):
    """The client secret that reached the token endpoint."""
    check(provider.asked, "nothing was asked")
    return urllib.parse.parse_qs(provider.asked[-1])["client_secret"][0]


def fetch(place, *args, **more):
    provider = Provider()
    try:
        r = place.run("token", *arguments(provider), *args, **more).exits(0)
        equal(r.out, provider.token + "\n", "the token")
        hasnt(r.all, SECRET)
        return sent(provider)
    finally:
        provider.end()


def test_never_from_the_command_line(place):
    for args in (["--client-secret", SECRET], ["--client-secret=" + SECRET], ["--password", SECRET],
                 ["--token", SECRET], ["--access-token=" + SECRET]):
        for line in (["check"] + args, args + ["check"], ["check", "a@b.example"] + args):
            r = place.run(*line).exits(2)
            hasnt(r.all, SECRET, SECRET[:12])
            has(r.err, "never", "-file FILE")


def test_from_file(place):
    equal(fetch(place, "--client-secret-file", place.file("secret", SECRET + "\n")), SECRET)
    equal(fetch(place, "--client-secret-file", place.file("secret", SECRET + "\r\n")), SECRET)


def test_empty(place):
    """Where a secret should stand there is nothing: that is said of the file, not of the setting."""
    path = place.path("secret")
    for flag in ("--client-secret-file", "--access-token-file", "--federated-token-file"):
        for text, problem in (("", "is empty"), ("\n", "holds nothing but spaces"), (" \r\n", "holds nothing but")):
            place.file("secret", text)
            r = place.run("token", "--client-id", CLIENT, "--tenant-id", TENANT, flag, path).exits(2)
            has(r.err, f"the file '{path}' {problem}")
            hasnt(r.all, "missing")
    place.file("secret", "")
    has(place.run("config", "--client-secret-file", path).exits(0).out, f"the file '{path}' is empty")
    has(place.run("encode", "a@b.example", "--access-token-file", path).exits(2).err, "is empty")
    has(place.run("token", "--client-id", CLIENT, "--client-secret-file", "-").exits(2).err, "the standard input is empty")
    has(place.run("token", "--client-id", CLIENT, "--client-secret-command", "true").exits(2).err,
        "client_secret_command 'true' printed no secret")


def test_from_stdin(place):
    equal(fetch(place, "--client-secret-file", "-", stdin=SECRET + "\n"), SECRET)


def test_from_descriptor(place):
    r, w = os.pipe()
    os.write(w, SECRET.encode())
    os.close(w)
    equal(fetch(place, "--client-secret-file", f"fd:{r}", pass_fds=(r,)), SECRET)
    os.close(r)
    has(place.run("token", "--client-id", "x", "--client-secret-file", "fd:77").exits(2).err,
        "descriptor 77 could not be opened")


def test_from_environment(place):
    equal(fetch(place, env={"O2POP_CLIENT_SECRET": SECRET}), SECRET)
    equal(fetch(place, env={"AZURE_CLIENT_SECRET": SECRET}), SECRET)
    equal(fetch(place, env={"AZURE_CLIENT_SECRET": "x", "O2POP_CLIENT_SECRET": SECRET}), SECRET)


def test_from_systemd(place):
    place.file("credentials/client_secret", SECRET)
    equal(fetch(place, env={"CREDENTIALS_DIRECTORY": place.path("credentials")}), SECRET)


def test_from_settings_file(place):
    conf = place.file("o2pop.conf", f"client_secret = {SECRET}\n")
    equal(fetch(place, "-c", conf), SECRET)


def test_from_command(place):
    equal(fetch(place, "--client-secret-command", f"echo {SECRET}; echo more"), SECRET)
    for command, problem in (("exit 3", "ended with status 3"), ("kill -9 $$", "was ended by signal 9"),
                             ("no-such-program-anywhere", "ended with status 127")):
        r = place.run("token", "--client-id", "x", "--client-secret-command", command).exits(2)
        has(r.err, problem, "client_secret_command")


def test_command_inherits_little(place):
    """No secret in its environment, no ignored signal, no descriptor of ours."""
    report = place.path("report")
    command = f"(env; grep SigIgn /proc/self/status; ls /proc/self/fd) >{report}; echo {SECRET}"
    place.run("token", "--client-id", "x", "--client-secret-command", command,
              env={"CREDENTIALS_DIRECTORY": "/nowhere", "AZURE_CLIENT_SECRET": "", "O2POP_SCOPE": "s"})
    with open(report) as f:
        text = f.read()
    has(text, "O2POP_SCOPE=s")
    if not RUN:  # what was ignored before us (a job in the background ignores SIGINT) is not ours to mend
        ignored = int(text.split("SigIgn:", 1)[1].split()[0], 16)
        check(not ignored & 1 << (signal.SIGPIPE - 1), "SIGPIPE is ignored")
    fds = {int(word) for word in text.split("SigIgn", 1)[1].split()[2:] if word.isdigit()}
    check(fds <= {0, 1, 2, 3}, f"descriptors {fds}")  # 3: ls reads the folder


def processes(pid):
    """The process and all below it."""
    found = [pid]
    for path in glob.glob(f"/proc/{pid}/task/*/children"):
        with open(path) as f:
            for child in f.read().split():
                found += processes(int(child))
    return found


def test_out_of_the_environment(place):
    """While it runs, no process of it shows the secret, in the environment or in the command line."""
    if RUN or os.geteuid() != 0:
        return  # an emulator has a copy of its own; without root they cannot even be read
    mail = Mail(silent=True)
    listener = Provider()
    env = {"O2POP_CLIENT_SECRET": SECRET, "AZURE_CLIENT_SECRET": SECRET + "2"}
    p = place.start("check", "a@b.example", "--provider", "custom", "--scope", "s", "--client-id", CLIENT,
                    "--token-url", f"http://127.0.0.1:{mail.port}/token", "--pop-host", "127.0.0.1", "--pop-tls", "none",
                    "--pop-port", mail.port, "--timeout", "20s", env=env)
    try:
        deadline = time.time() + 10
        while len(processes(p.pid)) < 3 and time.time() < deadline:
            time.sleep(0.02)
        pids = processes(p.pid)
        check(len(pids) == 3, f"{len(pids)} processes, expected supervisor, token worker and mail worker")
        for pid in pids:
            for name in ("environ", "cmdline"):
                with open(f"/proc/{pid}/{name}", "rb") as f:
                    hasnt(f.read().decode("utf-8", "replace"), SECRET[:16])
            with open(f"/proc/{pid}/limits") as f:
                has(f.read(), "Max core file size        0                    0")
            equal(os.stat(f"/proc/{pid}/environ").st_uid, 0, "owner of /proc")
    finally:
        p.kill()
        p.wait()
        mail.end()
        listener.end()


def test_dumped_memory(place):
    """Of supervisor and mail worker, the memory itself holds no secret."""
    if RUN or os.geteuid() != 0:
        return
    mail = Mail(silent=True)
    p = place.start("check", "a@b.example", "--provider", "custom", "--scope", "s", "--client-id", CLIENT,
                    "--client-secret-file", place.file("secret", SECRET),
                    "--token-url", f"http://127.0.0.1:{mail.port}/token", "--pop-host", "127.0.0.1",
                    "--pop-tls", "none", "--pop-port", mail.port, "--timeout", "20s")
    try:
        deadline = time.time() + 10
        while len(processes(p.pid)) < 3 and time.time() < deadline:
            time.sleep(0.02)
        time.sleep(0.3)
        holders = [pid for pid in processes(p.pid) if SECRET.encode() in memory(pid)]
        equal(len(holders), 1, "processes that hold the secret (only the token worker may)")
        check(p.pid not in holders, "the supervisor holds the secret")
    finally:
        p.kill()
        p.wait()
        mail.end()


def memory(pid):
    """What can be written of a process; of one that ends meanwhile, what was read until then."""
    text = b""
    try:
        with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as mem:
            for line in maps:
                where, rights = line.split()[:2]
                start, end = (int(n, 16) for n in where.split("-"))
                if "w" not in rights or end - start > 1 << 24:
                    continue
                try:
                    mem.seek(start)
                    text += mem.read(end - start)
                except (OSError, ValueError, OverflowError):
                    pass
    except (ProcessLookupError, FileNotFoundError):
        pass
    return text


def test_prompt(place):
    provider = Provider()
    t = Terminal(place, "token", *arguments(provider), stdout=place.path("out"))
    try:
        t.read_until("Client secret")
        check(not t.echoes(), "the terminal echoes")
        t.type("wrong" + "\x15" + SECRET + "x\x7f\r")
        equal(t.wait(), 0, "wait status")
        check(t.echoes(), "the terminal was not restored")
        hasnt(t.text, SECRET[:10], "wrong")
        equal(sent(provider), SECRET)
        with open(place.path("out")) as f:
            equal(f.read(), provider.token + "\n")
    finally:
        t.end()
        provider.end()


def test_prompt_interrupted(place):
    for how in ("key", signal.SIGTERM, signal.SIGHUP):
        t = Terminal(place, "token", "--client-id", CLIENT, "--tenant-id", TENANT)
        try:
            t.read_until("Client secret")
            check(not t.echoes(), "the terminal echoes")
            t.type(SECRET[:10])
            time.sleep(0.2 * SLOW)  # until it has arrived: what comes later meets the restored terminal
            if how == "key":
                t.type("\x03")
            else:
                os.kill(t.pid, how)
            status = t.wait()
            check(os.WIFSIGNALED(status), f"{how}: not ended by the signal but with {status}")
            equal(os.WTERMSIG(status), signal.SIGINT if how == "key" else how)
            check(t.echoes(), f"{how}: the terminal was not restored")
            hasnt(t.text, SECRET[:10])
        finally:
            t.end()


def test_prompt_given_up(place):
    t = Terminal(place, "token", "--client-id", CLIENT, "--tenant-id", TENANT)
    try:
        t.read_until("Client secret")
        t.type("\x04")
        equal(os.WEXITSTATUS(t.wait()), 2, "exit status")
        has(t.text, "client_secret_file")
    finally:
        t.end()


def test_prompt_takes_a_long_token(place):
    """A terminal in its usual mode would keep 4095 characters."""
    token = jwt(groups=["g" * 100] * 60)
    check(len(token) > 8000, "too short a token")
    t = Terminal(place, "encode", "a@b.example", stdout=place.path("out"))
    try:
        t.read_until("Access token")
        t.type(token + "\r")
        equal(t.wait(), 0, "wait status")
        with open(place.path("out")) as f:
            equal(f.read(), xoauth2("a@b.example", token) + "\n")
        hasnt(t.text, token[:20])
    finally:
        t.end()


def test_no_prompt_without_terminal(place):
    r = place.run("token", "--client-id", CLIENT, "--tenant-id", TENANT).exits(2)
    hasnt(r.all, "Client secret (")


def test_transcript_is_private(place):
    provider = Provider()
    path = place.file("transcript", "old", 0o644)
    r = place.run("token", *arguments(provider), "--client-secret-file", "-", "--transcript", path, "-v", stdin=SECRET)
    provider.end()
    r.exits(0)
    equal(os.stat(path).st_mode & 0o777, 0o600, "mode")
    with open(path) as f:
        text = f.read()
    has(text, "client_secret=<client_secret 40 characters>", "sha256:")
    hasnt(text + r.err, SECRET, provider.token[:40], "old")


def test_token_goes_nowhere_else(place):
    """A check shows neither secret nor token, whatever is asked for."""
    provider, mail = Provider(), Mail()
    try:
        for more in (["-v"], ["--format", "json"], ["--format", "nagios"], ["-v", "--share"]):
            r = place.run("check", "a@b.example", *arguments(provider), "--client-secret-file", "-", "--pop-host",
                          "127.0.0.1", "--pop-tls", "none", "--pop-port", mail.port, *more, stdin=SECRET)
            r.exits(0)
            hasnt(r.all, SECRET, provider.token[:40], mail.logins[-1][:60])
        equal(mail.logins[-1], xoauth2("a@b.example", provider.token))
    finally:
        provider.end()
        mail.end()


def test_access_token_file(place):
    mail = Mail()
    token = jwt()
    try:
        place.run("check", "a@b.example", "--access-token-file", "-", "--pop-host", "127.0.0.1", "--pop-tls", "none",
                  "--pop-port", mail.port, "--tenant-id", TENANT, stdin=token + "\n").exits(0)
        equal(mail.logins[-1], xoauth2("a@b.example", token))
    finally:
        mail.end()


def test_as_another_user(place):
    """Not as root: files of one's own, root's with group read (Kubernetes, systemd), /dev/stdin."""
    if os.geteuid() != 0 or RUN:
        return

    def drop():
        os.setgroups([23456])
        os.setgid(23456)
        os.setuid(23456)

    mine = place.file("mine", SECRET)
    os.chown(mine, 23456, 23456)
    lent = place.file("lent", SECRET, 0o440)
    os.chown(lent, 0, 23456)
    for path in (mine, lent):
        equal(fetch(place, "--client-secret-file", path, preexec_fn=drop), SECRET, path)
    # A process that cannot be dumped still reads its own descriptors by their names.
    program = shutil.copy(O2POP, place.path("program"))
    done = subprocess.run(["sh", "-c", f"echo tenant_id = pipe.example | {program} config -c /dev/stdin"],
                          preexec_fn=drop, env=place.env, stdout=subprocess.PIPE)
    has(done.stdout.decode(), "pipe.example")
    os.chmod(lent, 0o444)
    has(place.run("token", "--client-id", "x", "--client-secret-file", lent, preexec_fn=drop).exits(2).err, "mode 0444")
    os.chmod(lent, 0o400)
    has(place.run("token", "--client-id", "x", "--client-secret-file", lent, preexec_fn=drop).exits(2).err,
        "Permission denied")
