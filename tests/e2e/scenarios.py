"""Scenarios of tests/e2e/run: what o2pop must say about each state of two real servers; how all scenarios are run."""
import argparse
import base64
import contextlib
import json
import os
import pathlib
import platform
import re
import resource
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import traceback
import urllib.parse

import rig as rig_module
from rig import BUILD, CA, FACTS, TREE, Broken, Rig, wait_for

STEPS = ["credential", "tenant", "idp-dns", "token-proxy", "idp-tcp", "idp-tls", "token", "claims",
          "pop-dns", "mail-proxy", "pop-tcp", "pop-tls", "greeting", "capa", "auth", "mailbox", "quit"]
MAIL_SIDE = ["pop-dns", "pop-tcp", "pop-tls", "greeting", "capa"]
TOKEN_SIDE = ["idp-dns", "idp-tcp", "idp-tls", "token", "claims"]
DOMAIN = FACTS["domain"]
ALICE = f"alice@{DOMAIN}"

# What a check may say to the mailbox. RETR sets a flag, DELE deletes.
HARMLESS = re.compile(r"^(CAPA|NOOP|STAT|LIST|UIDL|TOP 1 0|QUIT)$")


class Wrong(Exception):
    """A scenario did not turn out as it must."""


def expect(what, got, want):
    if got != want:
        raise Wrong(f"{what}: {got!r}, expected {want!r}")


def expect_match(what, got, pattern):
    if not re.search(pattern, got or "", re.S):
        raise Wrong(f"{what}: {got!r} does not match {pattern!r}")


# ---- one run of o2pop -----------------------------------------------------------------------------

class Result:
    """What one run of o2pop said."""

    def __init__(self, folder, status, stdout, stderr):
        self.folder = folder
        self.status = status
        self.stdout = stdout
        self.stderr = stderr
        self.report = None
        self.mailbox = None
        self.steps = {}

    def read_json(self):
        try:
            self.report = json.loads(self.stdout)
            self.mailbox = self.report
            self.steps = {step["id"]: step for step in self.mailbox["steps"]}
        except (ValueError, KeyError, IndexError, TypeError) as e:
            raise Wrong(f"the output is not a report ({e!r}); status {self.status}; "
                        f"standard error: {self.stderr[-600:]}") from None
        return self

    @property
    def transcript(self):
        file = self.folder / "transcript"
        return file.read_text(errors="replace") if file.exists() else ""

    def step(self, step_id):
        if step_id not in self.steps:
            raise Wrong(f"the report has no step {step_id}")
        return self.steps[step_id]

    def fact(self, step_id, name):
        return (self.step(step_id).get("facts") or {}).get(name)

    def first_failure(self):
        return next((r for r in self.mailbox["steps"] if r["verdict"] == "fail"), None)

    def summary(self):
        return " ".join(f"{r['id']}={r['verdict']}" + (f"({r['fault']})" if r.get("fault") else "")
                        for r in self.steps.values())


class Program:
    """o2pop of one toolchain, and the rig that it is to talk to."""

    def __init__(self, binary, runner, rig, label):
        self.binary = binary
        self.runner = runner
        self.rig = rig
        self.label = label

    @property
    def command(self):
        return [*self.runner, str(self.binary)]

    def settings(self, **changes):
        client = FACTS["clients"]["good"]
        rig = self.rig
        hosts = [f"*:{rig.ports[service]}:{rig.address}" for service in ("idp", "idp_ec", "pop3s")]
        settings = {
            "tenant_id": FACTS["tenant"],
            "client_id": client["id"],
            "secret": client["secret"],
            "scope": FACTS["resource"] + "/.default",
            "token_url": rig.token_url(),
            "pop_host": f"mail.{DOMAIN}",
            "pop_port": rig.ports["pop3s"],
            "ca_file": CA,
            "resolve": " ".join(hosts),
            "timeout": "60s" if self.runner else "20s",
        }
        settings.update(changes)
        return {key: value for key, value in settings.items() if value is not None}

    def prepare(self, name, settings):
        """A folder with the settings file and the files it names. `secret` and `token` become files."""
        folder = BUILD / "runs" / self.label / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        settings = dict(settings)
        for value, key in (("secret", "client_secret_file"), ("token", "access_token_file")):
            if value in settings:
                file = folder / value
                file.touch(mode=0o600)
                file.write_text(settings.pop(value) + "\n")
                settings[key] = file
        (folder / "o2pop.conf").write_text("".join(f"{k} = {v}\n" for k, v in settings.items()))
        (folder / "o2pop.conf").chmod(0o600)
        return folder

    def start(self, folder, arguments, env=None, core=False, before=()):
        """Start it without waiting; nothing of the caller's environment comes along."""
        for name in ("stdout", "stderr"):
            (folder / name).write_bytes(b"")
        (folder / "command").write_text(" ".join(map(str, [*self.command, *arguments])) + "\n")

        def allow_core():
            resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY,) * 2)

        with open(folder / "stdout", "wb") as out, open(folder / "stderr", "wb") as err:
            return subprocess.Popen(
                [*before, *self.command, *map(str, arguments)], cwd=folder, stdin=subprocess.DEVNULL,
                stdout=out, stderr=err, env={"PATH": os.environ["PATH"], **(env or {})},
                preexec_fn=allow_core if core else None)

    def finish(self, folder, process, seconds=120):
        try:
            status = process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise Wrong(f"o2pop did not end within {seconds} s") from None
        (folder / "status").write_text(f"{status}\n")
        return Result(folder, status, (folder / "stdout").read_text(errors="replace"),
                      (folder / "stderr").read_text(errors="replace"))

    def check(self, name, mailbox=ALICE, options=(), **changes):
        """One check with JSON and a transcript; what must always hold is checked here."""
        settings = self.settings(**changes)
        folder = self.prepare(name, settings)
        process = self.start(folder, [
            "check", "--config", folder / "o2pop.conf", mailbox, "--format", "json",
            "--transcript", folder / "transcript", *options])
        result = self.finish(folder, process).read_json()
        self.check_always(result, settings)
        return result

    def check_always(self, result, settings):
        expect("schema", result.report.get("schema"), "o2pop.check/1")
        order = [r for r in result.steps if r in STEPS]
        expect("order of the steps", order, [r for r in STEPS if r in order])
        expect("exit in the report", result.report.get("exit"), result.status)
        expect("verdict", result.report.get("verdict"), "fail" if result.status else result.report.get("verdict"))
        failed = {r["id"] for r in result.steps.values() if r["verdict"] == "fail"}
        for step in result.steps.values():
            because = step.get("because")
            if step["verdict"] == "skip" and because is not None and because not in failed:
                raise Wrong(f"{step['id']} was skipped because of {because}, which did not fail")
            if step["verdict"] == "skip" and because is None and step["id"] in (*MAIL_SIDE, "auth", "mailbox"):
                raise Wrong(f"{step['id']} was skipped without a cause")
        no_secrets(result, needles(self.rig, settings))


def needles(rig, settings):
    """Byte strings that must not be seen: the secret and every token of this rig, in all their dresses."""
    found = set()
    secrets = [settings["secret"]] if "secret" in settings else []
    for secret in secrets:
        found |= {secret, urllib.parse.quote(secret, safe=""), urllib.parse.quote_plus(secret),
                  base64.b64encode(secret.encode()).decode()}
    tokens = {seen["token"] for seen in rig.seen() if seen.get("token")} if "provider" in rig.running else set()
    if "token" in settings:
        tokens.add(settings["token"])
    for token in tokens:
        # The header is the same in all tokens and tells nothing; payload and signature are the token.
        found |= {part[:48] for part in token.split(".")[1:]}
        for mailbox in (*FACTS["mailboxes"], "nobody"):
            sasl = f"user={mailbox}@{DOMAIN}\1auth=Bearer {token}\1\1"
            found.add(base64.b64encode(sasl.encode()).decode()[160:240])
    return {needle.encode() for needle in found}


def no_secrets(result, hidden):
    for name in ("stdout", "stderr", "transcript"):
        file = result.folder / name
        data = file.read_bytes() if file.exists() else b""
        for needle in hidden:
            if needle in data:
                raise Wrong(f"{name} shows a secret or token: {needle[:12].decode()}...")


def expect_failure(result, status, step, fault=None, num=None, evidence=None, passed=(), skipped=()):
    failure = result.first_failure()
    try:
        if failure is None:
            raise Wrong("no step failed")
        expect("first failed step", failure["id"], step)
        expect("exit status", result.status, status)
        if fault:
            expect("fault", failure.get("fault"), fault)
        if num:
            expect("number", failure.get("num"), num)
        if evidence:
            text = f"{failure.get('evidence') or ''} {json.dumps(failure.get('facts') or {})}"
            expect_match("evidence", text.replace('\\"', '"'), evidence)
        for other in passed:
            if result.step(other)["verdict"] not in ("pass", "warn"):
                raise Wrong(f"{other} did not pass, though it could")
        for other in skipped:
            expect(f"verdict of {other}", result.step(other)["verdict"], "skip")
    except Wrong as e:
        raise Wrong(f"{e}\n{result.summary()}") from None


# ---- scenarios ------------------------------------------------------------------------------------

SCENARIOS = []
LAST = []  # what leaves nothing to the others
BESIDE = {}  # name -> what has to go on while the others run, because it takes long: a context manager


def scenario(name, last=False, beside=None):
    def register(function):
        (LAST if last else SCENARIOS).append((name, function))
        if beside:
            BESIDE[name] = beside
        return function
    return register


def log_since(rig, offset, pattern):
    """The lines of Dovecot's log after offset that match, as soon as there is one."""
    found = []

    def look():
        found[:] = [line for line in rig.dovecot_log()[offset:].splitlines() if re.search(pattern, line)]
        return found
    wait_for(f"a line with {pattern!r} in Dovecot's log", look, 5)
    return found


def check_without_trace(p, name, mailbox, count, octets=None):
    """A passing check, and the server's own proof that it read no message, deleted none, changed none."""
    rig = p.rig
    before, sessions, offset = rig.mail(mailbox), set(rig.sessions()), len(rig.dovecot_log())
    asked = len(rig.seen())
    r = p.check(name, mailbox=f"{mailbox}@{DOMAIN}")
    expect("exit status (" + r.summary() + ")", r.status, 0)
    for step in (*TOKEN_SIDE, *MAIL_SIDE, "auth", "mailbox", "quit"):
        if r.step(step)["verdict"] not in ("pass", "warn"):
            raise Wrong(f"{step}: {r.step(step)}")
    expect("messages", str(r.fact("mailbox", "messages")), str(count))
    if octets:
        expect("octets", str(r.fact("mailbox", "octets")), str(octets))
    expect("token requests", len(rig.seen()) - asked, 1)

    line, = log_since(rig, offset, rf"pop3\({mailbox}@.*Disconnected")
    expect_match("Dovecot's statistics", line, rf"Logged out top=\d+/\d+, retr=0/0, del=0/{count}, size=")
    said, = (data for file, data in rig.sessions().items() if file not in sessions)
    commands = [text.partition(" ")[2] for text in said.decode().splitlines()]
    for command in commands:
        if not HARMLESS.match(command):
            raise Wrong(f"the check said {command!r} to the mailbox; all it said: {commands}")
    expect("last command", commands[-1], "QUIT")
    expect("messages, flags and dates", rig.mail(mailbox), before)
    print(f"# {name}: the mailbox heard {', '.join(commands)}; {line.partition('Logged out ')[2]}")
    return r


@scenario("good")
def good(p):
    size = sum(int(re.search(r"S=(\d+)", name)[1]) for name in p.rig.mail("alice"))
    lines = sum(rig_module.message("alice", n + 1).count(b"\n") for n in range(25))
    r = check_without_trace(p, "good", "alice", 25, size + lines)
    expect("aud", r.fact("claims", "aud"), FACTS["resource"])
    expect("oid", r.fact("claims", "oid"), FACTS["clients"]["good"]["oid"])
    expect_match("roles", " ".join(r.fact("claims", "roles")), r"POP\.AccessAsApp")


@scenario("empty-mailbox")
def empty_mailbox(p):
    check_without_trace(p, "empty-mailbox", "empty", 0)


@scenario("secret-encoding")
def secret_encoding(p):
    """A secret with / + = & % and one with a percent sign before two digits: the provider gets it whole."""
    client = FACTS["clients"]["spiced"]
    r = p.check("secret-encoding", client_id=client["id"], secret=client["secret"])
    expect("exit status (" + r.summary() + ")", r.status, 0)


@scenario("p256-chain")
def p256_chain(p):
    r = p.check("p256-chain", token_url=p.rig.token_url("ec"), pop_host=f"mail-ec.{DOMAIN}")
    expect("exit status (" + r.summary() + ")", r.status, 0)
    for step in ("idp-tls", "pop-tls"):
        expect_match(f"suite of {step}", r.fact(step, "tls_suite"), "ECDSA")
    r = p.check("rsa-chain")
    for step in ("idp-tls", "pop-tls"):
        expect_match(f"suite of {step}", r.fact(step, "tls_suite"), "RSA")


def refused(p, name, number, text, **changes):
    """The provider refuses: its own words and ids are the evidence, and the mail side is told all the same."""
    r = p.check(name, **changes)
    expect_failure(r, 5, "token", "token-refused", number, f"AADSTS{number}.*{text}",
                   passed=MAIL_SIDE, skipped=("claims", "auth", "mailbox"))
    trace = p.rig.seen()[-1]["trace"]
    expect("trace id", (r.report.get("support") or r.mailbox.get("support") or {}).get("trace_id"), trace)


@scenario("wrong-secret")
def wrong_secret(p):
    refused(p, "wrong-secret", 7000215, "Invalid client secret",
            secret=FACTS["clients"]["good"]["secret"].swapcase())


@scenario("lapsed-secret")
def lapsed_secret(p):
    client = FACTS["clients"]["lapsed"]
    refused(p, "lapsed-secret", 7000222, "expired", client_id=client["id"], secret=client["secret"])


@scenario("unknown-client")
def unknown_client(p):
    refused(p, "unknown-client", 700016, "not found in the directory",
            client_id="a1b2c3d4-9999-4aaa-8bbb-00000000c0de")


@scenario("wrong-scope")
def wrong_scope(p):
    """A resource that the tenant does not have; the shape of the scope is good."""
    refused(p, "wrong-scope", 500011, "outlook.office356.com", scope="https://outlook.office356.com/.default")


@scenario("unknown-tenant")
def unknown_tenant(p):
    tenant = "99999999-8a52-4b6f-9d31-5e0f6a7b8c92"
    refused(p, "unknown-tenant", 90002, tenant, tenant_id=tenant, token_url=p.rig.token_url(tenant=tenant))


@scenario("no-role")
def no_role(p):
    client = FACTS["clients"]["powerless"]
    r = p.check("no-role", client_id=client["id"], secret=client["secret"])
    expect_failure(r, 6, "claims", "claim-role", passed=("token", *MAIL_SIDE), skipped=("mailbox",))


@scenario("other-audience")
def other_audience(p):
    """Once as the provider issues it for another scope, once as a file."""
    resource_ = "https://graph.microsoft.com"
    r = p.check("other-audience", scope=f"{resource_}/.default")
    expect_failure(r, 6, "claims", "claim-audience", evidence=resource_, passed=("token", *MAIL_SIDE))
    r = p.check("other-audience-file", secret=None, token=p.rig.mint(aud=resource_))
    expect_failure(r, 6, "claims", "claim-audience", evidence=resource_, passed=MAIL_SIDE)


@scenario("expired-token")
def expired_token(p):
    hour_ago = int(time.time()) - 3600
    token = p.rig.mint(exp=hour_ago, iat=hour_ago - 3600, nbf=hour_ago - 3600)
    asked = len(p.rig.seen())
    r = p.check("expired-token", secret=None, token=token)
    expect_failure(r, 6, "claims", "claim-expired", passed=MAIL_SIDE)
    expect("token requests", len(p.rig.seen()), asked)


@scenario("token-file")
def token_file(p):
    """A good token that is there already: nothing is requested, and it opens the mailbox."""
    asked = len(p.rig.seen())
    r = p.check("token-file", secret=None, token=p.rig.mint())
    expect("exit status (" + r.summary() + ")", r.status, 0)
    expect("token requests", len(p.rig.seen()), asked)


@scenario("bad-signature")
def bad_signature(p):
    """The claims are all good; only the mail server can know better. It says so in its challenge."""
    offset = len(p.rig.dovecot_log())
    r = p.check("bad-signature", secret=None, token=p.rig.mint(stranger=True))
    expect_failure(r, 8, "auth", "auth-challenge", evidence=r'"status"\s*:\s*"401"',
                   passed=("claims", *MAIL_SIDE), skipped=("mailbox",))
    log_since(p.rig, offset, "Bad signature")
    # The challenge was answered, so that the server could end the exchange in its own words.
    expect_match("reply", json.dumps(r.step("auth")), r"\[AUTH\] Authentication failed")


@scenario("unknown-mailbox")
def unknown_mailbox(p):
    offset = len(p.rig.dovecot_log())
    r = p.check("unknown-mailbox", mailbox=f"nobody@{DOMAIN}")
    expect_failure(r, 8, "auth", "auth-challenge", evidence=r'"status"\s*:\s*"401"',
                   passed=("claims", *MAIL_SIDE), skipped=("mailbox",))
    log_since(p.rig, offset, "unknown user")


def no_request(p, name, status, step, fault, **changes):
    """The provider's side fails before the request: the secret stays at home, the mail side is told."""
    asked = len(p.rig.seen())
    r = p.check(name, **changes)
    expect_failure(r, status, step, fault, passed=MAIL_SIDE, skipped=("token", "claims", "auth", "mailbox"))
    expect("token requests", len(p.rig.seen()), asked)


@scenario("provider-of-another-ca")
def provider_of_another_ca(p):
    no_request(p, "provider-of-another-ca", 4, "idp-tls", "cert-untrusted", token_url=p.rig.token_url("stranger"))


@scenario("provider-with-wrong-name")
def provider_with_wrong_name(p):
    no_request(p, "provider-with-wrong-name", 4, "idp-tls", "cert-name", token_url=p.rig.token_url("misnamed"))


def no_login(p, name, status, step, fault, evidence=None, **changes):
    """The mail side fails before the login; the token side is told completely."""
    offset = len(p.rig.dovecot_log())
    r = p.check(name, **changes)
    expect_failure(r, status, step, fault, evidence=evidence, passed=TOKEN_SIDE, skipped=("auth", "mailbox"))
    if "method=XOAUTH2" in p.rig.dovecot_log()[offset:]:
        raise Wrong("the token was sent")


@scenario("mail-of-another-ca")
def mail_of_another_ca(p):
    no_login(p, "mail-of-another-ca", 4, "pop-tls", "cert-untrusted", "Rig (root|intermediate) stranger",
             pop_host=f"mail-stranger.{DOMAIN}")


@scenario("mail-with-wrong-name")
def mail_with_wrong_name(p):
    no_login(p, "mail-with-wrong-name", 4, "pop-tls", "cert-name", r"elsewhere\.example",
             pop_host=f"mail-misnamed.{DOMAIN}")


@scenario("mail-expired-certificate")
def mail_expired_certificate(p):
    no_login(p, "mail-expired-certificate", 4, "pop-tls", "cert-expired", pop_host=f"mail-expired.{DOMAIN}")


@scenario("another-ca-file")
def another_ca_file(p):
    """The servers are good, but the user trusts somebody else: both sides say so."""
    r = p.check("another-ca-file", ca_file=BUILD / "pki" / "stranger-root.pem")
    expect_failure(r, 4, "idp-tls", "cert-untrusted", passed=("idp-tcp", "pop-tcp"))
    expect("fault of pop-tls", r.step("pop-tls").get("fault"), "cert-untrusted")


@scenario("leaks")
def leaks(p):
    """While a check waits for its token: who knows the secret? Once from a file, once from the environment."""
    client = FACTS["clients"]["good"]
    for name, env, secret in (("leaks-file", {}, client["secret"]),
                              ("leaks-environment", {"O2POP_CLIENT_SECRET": client["secret"]}, None)):
        folder = p.prepare(name, p.settings(secret=secret))
        before = as_nobody(p, folder)
        p.rig.slow(1500)
        try:
            process = p.start(folder, ["check", "-v", "--config", folder / "o2pop.conf", ALICE, "--format", "json",
                                       "--transcript", folder / "transcript"], env, before=before)
            seen = watch(p, process, client["secret"].encode())
            r = p.finish(folder, process).read_json()
        finally:
            p.rig.slow(0)
        expect("exit status (" + r.summary() + ")", r.status, 0)
        if env and (p.runner or p.label == "host"):
            # An emulator and the sanitizers keep a copy of the environment of their own, in every process.
            for info in seen.values():
                info["environ"] = info["memory"] = False
        judge_processes(name, process.pid, seen, from_environment=bool(env),
                        # The leak sanitizer makes a process dumpable again, to look into it at the end.
                        unprivileged=bool(before) and p.label != "host")
        no_secrets(r, needles(p.rig, {"secret": client["secret"]}))
    # What people read, with all that -v adds, passing and failing.
    for name, mailbox in (("leaks-human", ALICE), ("leaks-human-refused", f"nobody@{DOMAIN}")):
        folder = p.prepare(name, p.settings())
        r = p.finish(folder, p.start(folder, ["check", "-v", "--config", folder / "o2pop.conf", mailbox,
                                              "--transcript", folder / "transcript"]))
        if not (r.stdout and r.transcript):
            raise Wrong(f"{name}: no output or no transcript; standard error: {r.stderr[-400:]}")
        no_secrets(r, needles(p.rig, p.settings()))


def as_nobody(p, folder):
    """For root: how to run o2pop as nobody, so that the kernel shows whether it may be dumped. If it can be."""
    if os.getuid() != 0:
        return []
    become = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    if subprocess.run([*become, "test", "-x", str(p.binary), "-a", "-x", str(folder)], check=False).returncode != 0:
        return []
    subprocess.run(["chown", "-R", "65534:65534", str(folder)], check=True)
    return become


def judge_processes(name, main_pid, seen, from_environment, unprivileged):
    hidden = [pid for pid, info in seen.items() if info["hidden"]]
    if len(seen) < 3:
        raise Wrong(f"{name}: only {len(seen)} processes were seen, so nothing is proved")
    for pid, info in seen.items():
        if info["argv"]:
            raise Wrong(f"{name}: the secret is in argv of a process")
        needs_it = pid == main_pid or info["peers"] == {"provider"}
        if info["environ"] and not (from_environment and needs_it):
            raise Wrong(f"{name}: the secret is in the environment of a process that does not need it")
        if info["memory"] and "mail" in info["peers"]:
            raise Wrong(f"{name}: the process that talks to the mail server has the secret in its memory")
        expect(f"{name}: limit of core files", info["core"], "0")
        if unprivileged and info["dumpable"]:
            raise Wrong(f"{name}: a process may be dumped and read by others of the same user")
    if os.getuid() == 0:
        peers = set().union(*(info["peers"] for info in seen.values()))
        expect(f"{name}: servers that were being talked to", sorted(peers), ["mail", "provider"])
    elif not hidden:
        raise Wrong(f"{name}: any process of the same user may look into o2pop")
    print(f"# {name}: {len(seen)} processes, "
          + (f"the secret in the memory of {sum(i['memory'] for i in seen.values())}" if not hidden else
             "closed to other processes of the same user; their memory is searched when root runs this"))


def descendants(pid):
    children = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(entry.name))
    found, todo = [], [pid]
    while todo:
        one = todo.pop()
        found.append(one)
        todo.extend(children.get(one, []))
    return found


def peers_of(pid, ports):
    """Which servers a process has a connection to: of {"mail", "provider"}."""
    inodes = set()
    for fd in os.listdir(f"/proc/{pid}/fd"):
        try:
            target = os.readlink(f"/proc/{pid}/fd/{fd}")
        except OSError:
            continue
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    found = set()
    with open(f"/proc/{pid}/net/tcp", encoding="ascii") as table:
        for line in table.readlines()[1:]:
            fields = line.split()
            if fields[9] in inodes:
                port = int(fields[2].partition(":")[2], 16)
                found |= {name for name, number in ports.items() if number == port}
    return found


def memory_has(pid, needle):
    with open(f"/proc/{pid}/maps", encoding="ascii", errors="replace") as maps, \
            open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in maps:
            area, rights = line.split()[:2]
            if "r" not in rights or "[vv" in line:
                continue
            start, end = (int(x, 16) for x in area.split("-"))
            # Emulators reserve the whole address space of their guest; what is used is far below.
            if end - start > 1 << 28:
                continue
            try:
                memory.seek(start)
                if needle in memory.read(end - start):
                    return True
            except (OSError, ValueError, OverflowError):
                continue
    return False


def watch(p, process, secret):
    """Look at every process of a running check until it ends; what was seen last counts, for a process may need
    a moment to forget what it was born with. Only root can see everything."""
    ports = {"mail": p.rig.ports["pop3s"], "provider": p.rig.ports["idp"]}
    seen = {}
    while process.poll() is None:
        for pid in descendants(process.pid):
            info = seen.setdefault(pid, {"argv": False, "environ": False, "memory": False, "peers": set(),
                                         "core": None, "dumpable": True, "hidden": False, "searched": 0})
            try:
                info["argv"] |= secret in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
                limits = pathlib.Path(f"/proc/{pid}/limits").read_text()
                info["core"] = re.search(r"Max core file size\s+(\S+)", limits)[1]
                info["dumpable"] = os.stat(f"/proc/{pid}/mem").st_uid != 0
                info["environ"] = secret in pathlib.Path(f"/proc/{pid}/environ").read_bytes()
                info["peers"] |= peers_of(pid, ports)
                if info["peers"] and info["searched"] < 3 and os.getuid() == 0:
                    info["searched"] += 1
                    info["memory"] = memory_has(pid, secret)
            except PermissionError:
                info["hidden"] = True
            except (OSError, TypeError):
                continue  # it has just ended
        time.sleep(0.02)
    return {pid: info for pid, info in seen.items() if info["core"] is not None}


@scenario("role-killed")
def role_killed(p):
    """The process that talks to the mail server dies of a signal: a finding, and no core file."""
    if os.getuid() != 0:
        print("# role-killed: only root can see which process it is; not run")
        return "skip"
    ports = {"mail": p.rig.ports["pop3s"]}
    folder = p.prepare("role-killed", p.settings())
    p.rig.slow(1500)
    try:
        process = p.start(folder, ["check", "--config", folder / "o2pop.conf", ALICE, "--format", "json"], core=True)
        found = []

        def look():
            for pid in descendants(process.pid)[1:]:
                try:
                    if peers_of(pid, ports):
                        found.append(pid)
                except OSError:
                    continue
            return found
        wait_for("a connection to the mail server", look, 10)
        time.sleep(0.3)
        os.kill(found[0], signal.SIGSEGV)
        r = p.finish(folder, process).read_json()
    finally:
        p.rig.slow(0)
    expect("exit status (" + r.summary() + ")", r.status, 1)
    expect("fault", r.first_failure()["fault"], "worker-died")
    for step in TOKEN_SIDE:
        if r.step(step)["verdict"] not in ("pass", "warn"):
            raise Wrong(f"{step} did not pass, though it could\n{r.summary()}")
    if list(folder.glob("core*")):
        raise Wrong("there is a core file")
    return None


@scenario("chroot")
def chroot(p):
    """The program alone in an empty folder: no /etc, no /dev, no /proc; once by resolve, once by address."""
    if p.runner or not is_static(p.binary):
        print("# chroot: only for a static program of this machine; not run")
        return "skip"
    enter = ["chroot"] if os.getuid() == 0 else ["unshare", "--user", "--map-root-user", "chroot"]
    if subprocess.run([*enter, "/", "/bin/true"], stderr=subprocess.DEVNULL, check=False).returncode != 0:
        print("# chroot: needs root or user namespaces; not run")
        return "skip"
    rig = p.rig
    for name, changes in (
            ("chroot", {}),
            ("chroot-address", {"resolve": None, "pop_host": rig.address,
                                "token_url": rig.token_url().replace(f"idp.{DOMAIN}", rig.address)})):
        settings = p.settings(**changes)
        folder = p.prepare(name, {})
        empty = folder / "root"
        empty.mkdir()
        shutil.copy(p.binary, empty / "o2pop")
        shutil.copy(CA, empty / "ca.pem")
        secret = settings.pop("secret")
        settings["ca_file"] = "/ca.pem"
        flags = [part for key, value in settings.items() for part in ("--" + key.replace("_", "-"), str(value))]
        done = subprocess.run([*enter, str(empty), "/o2pop", "check", ALICE, *flags, "--format", "json"],
                              env={"PATH": os.environ["PATH"], "O2POP_CLIENT_SECRET": secret},
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        (folder / "stdout").write_bytes(done.stdout)
        (folder / "stderr").write_bytes(done.stderr)
        r = Result(folder, done.returncode, done.stdout.decode(), done.stderr.decode(errors="replace")).read_json()
        expect("exit status (" + r.summary() + ")", r.status, 0)
        expect("messages", str(r.fact("mailbox", "messages")), "25")
        expect("files", sorted(f.name for f in empty.iterdir()), ["ca.pem", "o2pop"])
        no_secrets(r, needles(rig, {"secret": secret}))
    return None


def is_static(binary):
    """Has the program no interpreter (PT_INTERP) among its ELF program headers?"""
    data = pathlib.Path(binary).read_bytes()
    if data[:4] != b"\x7fELF":
        return False
    wide, order = data[4] == 2, "<" if data[5] == 1 else ">"
    table, = struct.unpack_from(order + ("Q" if wide else "I"), data, 32 if wide else 28)
    size, count = struct.unpack_from(order + "HH", data, 54 if wide else 42)
    return all(struct.unpack_from(order + "I", data, table + i * size)[0] != 3 for i in range(count))


@scenario("mail-server-down")
def mail_server_down(p):
    rig = p.rig
    rig.stop("dovecot")
    try:
        r = p.check("mail-server-down")
    finally:
        rig.start_dovecot()
    expect_failure(r, 3, "pop-tcp", "tcp-refused", passed=TOKEN_SIDE, skipped=("pop-tls", "auth", "mailbox"))


@scenario("both-down")
def both_down(p):
    """Ports on which nobody listens: each side has its own finding."""
    port = p.rig.ports["nobody"]
    r = p.check("both-down", pop_port=port, resolve=f"*:{port}:{p.rig.address}",
                token_url=p.rig.token_url().replace(str(p.rig.ports["idp"]), str(port)))
    expect_failure(r, 3, "idp-tcp", "tcp-refused", passed=("idp-dns", "pop-dns"))
    expect("fault of pop-tcp", r.step("pop-tcp").get("fault"), "tcp-refused")


@scenario("oauthbearer")
def oauthbearer(p):
    """The other mechanism by another hand: Dovecot takes o2pop's frame, and its challenge is answered as it expects."""
    offset = len(p.rig.dovecot_log())
    r = p.check("oauthbearer", mechanism="oauthbearer")
    expect("exit status (" + r.summary() + ")", r.status, 0)
    log_since(p.rig, offset, r"Login: user=<alice@.*method=OAUTHBEARER")
    r = p.check("oauthbearer-unknown-mailbox", mailbox=f"nobody@{DOMAIN}", mechanism="oauthbearer")
    expect("first failed step", r.first_failure()["id"], "auth")
    expect("exit status", r.status, 8)


@scenario("stls")
def stls(p):
    """TLS by STLS on a port of clear text, and a server in the middle that puts words before the handshake."""
    port = p.rig.ports["pop3"]
    r = p.check("stls", pop_tls="stls", pop_port=port, resolve=p.settings()["resolve"] + f" *:{port}:{p.rig.address}")
    expect("exit status (" + r.summary() + ")", r.status, 0)
    expect("TLS", r.fact("pop-tls", "tls_version"), "TLS 1.2")
    before, tls, after = r.transcript.partition("-> STLS")
    expect("a login before TLS", "-> AUTH" in before, False)
    expect("CAPA again", "-> CAPA" in after, True)
    with Injector(p.rig.address, port) as middle:
        r = p.check("stls-injected", pop_tls="stls", pop_port=middle.port,
                    resolve=p.settings()["resolve"] + f" *:{middle.port}:{p.rig.address}")
    expect("first failed step (" + r.summary() + ")", r.first_failure()["id"], "pop-tls")
    expect("a login at the injector", b"AUTH XOAUTH2" in middle.heard, False)


@scenario("starttls-imap")
def starttls_imap(p):
    """Triage after a refused login: IMAP by STARTTLS at port 143, and a server in the middle of that, too."""
    def triage(name, imap):
        resolve = p.settings()["resolve"] + f" *:{pop}:{p.rig.address} *:143:{p.rig.address}@{imap}"
        r = p.check(name, mailbox=f"nobody@{DOMAIN}", options=("--triage",), pop_tls="stls", pop_port=pop, resolve=resolve)
        expect("first failed step (" + r.summary() + ")", r.first_failure()["id"], "auth")
        return r

    pop = p.rig.ports["pop3"]
    r = triage("starttls-imap", p.rig.ports["imap"])
    before, tls, after = r.transcript.partition("STARTTLS\n")
    expect("a login at IMAP before TLS", "AUTHENTICATE" in before, False)
    expect("the capabilities again, then a login", "CAPABILITY" in after and "AUTHENTICATE XOAUTH2" in after, True)
    expect("what IMAP says", r.fact("triage", "imap_state"), "refused")
    with Injector(p.rig.address, p.rig.ports["imap"], verb=b"STARTTLS", words=b"* CAPABILITY IMAP4rev1 AUTH=XOAUTH2\r\n") as middle:
        r = triage("starttls-imap-injected", middle.port)
    expect("STARTTLS at the injector", b"STARTTLS" in middle.heard, True)
    expect("a login at the injector", b"AUTHENTICATE" in middle.heard, False)
    expect("a login at IMAP at all", "AUTHENTICATE" in r.transcript, False)


@scenario("compat")
def compat(p):
    """What Dovecot takes, measured without an account; its own log says that nobody tried to log in as anybody real."""
    resolve = p.settings()["resolve"] + f" *:110:{p.rig.address}@{p.rig.ports['pop3']}"
    folder = p.prepare("compat", p.settings(resolve=resolve))
    r = p.finish(folder, p.start(folder, ["probe", "--config", folder / "o2pop.conf", "--compat", "--format", "json",
                                          "--transcript", folder / "transcript"]))
    expect("exit status", r.status, 0)
    report, measured = map(json.loads, (folder / "stdout").read_text().splitlines())
    expect("schema", measured["schema"], "o2pop.compat/1")
    tls = {row["version"]: row for row in measured["tls"]}
    expect("versions", {v: row["accepted"] for v, row in tls.items()},
           {"TLS 1.0": "no", "TLS 1.1": "no", "TLS 1.2": "yes", "TLS 1.3": "yes"})
    for version, suites in tls.items():
        names = openssl_takes(p, version, suites["suites"])
        expect(f"suites of {version} that openssl s_client gets, too", names, suites["suites"])
    for what in ("port_110", "stls", "xoauth2", "oauthbearer", "two_lines", "one_line", "pipelining"):
        expect(what, measured[what], "yes")
    expect("finished", measured["finished"], True)
    why = {(row["client"], row["versions"]): row["why"] for row in measured["failing"]}
    expect("Java 6", why.get(("Java 6", "public updates")), "tls-version")
    expect("an old getmail", ("getmail6", "6.19.04 to 6.19.10") in why, False)


def openssl_takes(p, version, names):
    """Of these suites, those that another client gets by asking for nothing else."""
    taken = []
    for name in names:
        choice = ["-tls1_3", "-ciphersuites", name] if version == "TLS 1.3" else ["-tls1_2", "-cipher", name]
        r = subprocess.run(["openssl", "s_client", "-connect", f"{p.rig.address}:{p.rig.ports['pop3s']}", *choice],
                           stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20, check=False)
        if f"Cipher is {name}" in r.stdout:
            taken.append(name)
    return taken


class Injector:
    """Between o2pop and Dovecot: adds words to the consent to STLS or STARTTLS, in the same packet."""

    def __init__(self, address, port, verb=b"STLS", words=b"+OK\r\n"):
        self.server = (address, port)
        self.verb, self.words = verb, words
        self.listener = socket.create_server((address, 0))
        self.port = self.listener.getsockname()[1]
        self.heard = b""
        self.thread = threading.Thread(target=self.serve, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *unused):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.listener.close()

    def serve(self):
        try:
            client = self.listener.accept()[0]
        except OSError:
            return
        with client, socket.create_connection(self.server) as server:
            client.settimeout(5)
            server.settimeout(5)
            try:
                client.sendall(server.recv(4096))
                while line := client.recv(4096):
                    self.heard += line
                    server.sendall(line)
                    answer = server.recv(4096)
                    client.sendall(answer + (self.words if self.verb in line else b""))
            except OSError:
                pass


@scenario("provider-down", last=True)
def provider_down(p):
    """The last one: with the provider go its keys."""
    p.rig.stop("provider")
    r = p.check("provider-down")
    expect_failure(r, 3, "idp-tcp", "tcp-refused", passed=MAIL_SIDE, skipped=("token", "auth", "mailbox"))


# ---- running them ---------------------------------------------------------------------------------

def run_one(program, name, function):
    try:
        if function(program) != "skip":
            print(f"ok e2e-{name}", flush=True)
        return True
    except Wrong as e:
        reason = str(e)
    except Exception:  # noqa: a scenario that breaks is a failure, and the others still run
        reason = traceback.format_exc()
    print(f"FAIL e2e-{name}")
    for line in reason.splitlines():
        print(f"# {line}")
    sys.stdout.flush()
    return False


def find_program(toolchain):
    """(binary, runner, label) from -t, or from make's O2POP and RUN, or the static one for this machine."""
    native = f"{platform.machine()}-linux-musl"
    if toolchain is None and os.environ.get("O2POP"):
        binary = pathlib.Path(os.environ["O2POP"]).absolute()
        label = binary.parent.name
        machine = label.partition("-")[0]
        runner = os.environ.get("RUN", "").split()
        return binary, runner if machine not in (platform.machine(), "host") else [], label
    label = toolchain or native
    machine = label.partition("-")[0]
    runner = [] if machine in (platform.machine(), "host") else [f"qemu-{machine}-static"]
    return TREE / "build" / label / "o2pop", runner, label


def main():
    parser = argparse.ArgumentParser(prog="tests/e2e/run")
    parser.add_argument("-t", dest="toolchain")
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args()
    scenarios = [*SCENARIOS, *LAST]
    unknown = set(options.names) - {name for name, _ in scenarios}
    if unknown:
        parser.error(f"no such scenario: {' '.join(sorted(unknown))}; "
                     f"there are: {' '.join(name for name, _ in scenarios)}")
    binary, runner, label = find_program(options.toolchain)
    if not os.access(binary, os.X_OK):
        print(f"FAIL e2e: there is no {binary}; build it first")
        return 1
    arm = TREE / "build" / "arm-linux-musleabihf" / "o2pop"
    good_everywhere = True
    chosen = [(name, function) for name, function in scenarios if not options.names or name in options.names]
    try:
        with contextlib.ExitStack() as beside, Rig("test") as rig:
            for name, _ in chosen:
                if name in BESIDE:
                    beside.enter_context(BESIDE[name]())
            everything = rig.mail("alice"), rig.mail("bob"), rig.mail("empty")
            program = Program(binary, runner, rig, label)
            if not options.names and not runner and arm.exists() and shutil.which("qemu-arm-static"):
                emulated = Program(arm, ["qemu-arm-static"], rig, "arm-linux-musleabihf")
                good_everywhere &= run_one(emulated, "good-arm", good)
            for name, function in chosen:
                good_everywhere &= run_one(program, name, function)
            untouched = everything == (rig.mail("alice"), rig.mail("bob"), rig.mail("empty"))
            print(f"{'ok' if untouched else 'FAIL'} e2e-mail-untouched-by-all")
            good_everywhere &= untouched
    except Broken as reason:
        print("FAIL e2e: the rig did not come up")
        for line in str(reason).splitlines():
            print(f"# {line}")
        return 1
    return 0 if good_everywhere else 1
