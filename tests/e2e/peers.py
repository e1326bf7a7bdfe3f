"""Other mail programs, with the configuration that `o2pop setup --client` prints and the token of `o2pop token`.

Each runs in a home of its own below the system's folder for temporary files: as nobody if root runs the tests,
because getmail does not deliver as root, with copies of o2pop, of the settings and of the CA file. The settings
name the rig's mail server, so that what is printed is used as it is. Where an old version of a program needs it
changed, the test says so, and proves that the printed text says the same.
"""
import contextlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile

import rig as rig_module
from rig import CA, FACTS
from scenarios import DOMAIN, Result, Wrong, expect, expect_match, log_since, needles, no_secrets, scenario

# getmail 6.18.11 at times waits for ever for a child that has ended, about one run in twenty; a run that does not
# stall takes a second.
GETMAIL_SECONDS = 15
GETMAIL_TRIES = 4


class Home:
    """A folder that is $HOME to a program, whose user can reach no other file of the tests."""

    def __init__(self, p, name, folder, settings):
        self.p = p
        self.name = name
        self.dir = folder
        self.settings = settings
        self.runs = 0
        self.kept = p.prepare(name, {})  # what was said stays there
        self.root = os.getuid() == 0
        self.config = folder / ".config" / "o2pop" / "o2pop.conf"

    def lay_out(self):
        secret = self.dir / "secret"
        self.write(secret, self.settings.pop("secret") + "\n")
        shutil.copy(CA, self.dir / "ca.pem")
        self.settings.update(client_secret_file=secret, ca_file=self.dir / "ca.pem")
        self.write(self.config, "".join(f"{k} = {v}\n" for k, v in self.settings.items()))
        for part in ("cur", "new", "tmp"):
            (self.dir / "Maildir" / part).mkdir(parents=True)
        program = self.dir / "bin" / "o2pop"
        program.parent.mkdir()
        if self.p.runner:
            shutil.copy(self.p.binary, self.dir / "bin" / "emulated")
            program.write_text(f"#!/bin/sh\nexec {' '.join(self.p.runner)} {self.dir}/bin/emulated \"$@\"\n")
            program.chmod(0o755)
        else:
            shutil.copy(self.p.binary, program)
        self.own()

    def own(self):
        if self.root:
            subprocess.run(["chown", "-R", "65534:65534", str(self.dir)], check=True)

    def write(self, file, text):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(0o600)
        self.own()

    def run(self, *command, seconds=60):
        """Status None if it had to be stopped after the seconds, with all that it started."""
        become = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if self.root else []
        self.runs += 1
        folder = self.kept / f"{self.runs}-{pathlib.Path(command[0]).name}"
        folder.mkdir()
        with open(folder / "stdout", "wb") as out, open(folder / "stderr", "wb") as err:
            process = subprocess.Popen(
                [*become, *map(str, command)], cwd=self.dir, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                start_new_session=True,
                env={"PATH": f"{self.dir}/bin:{os.environ['PATH']}", "HOME": str(self.dir), "LC_ALL": "C"})
        try:
            status = process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            status = None
        result = Result(folder, status, (folder / "stdout").read_text(errors="replace"),
                        (folder / "stderr").read_text(errors="replace"))
        no_secrets(result, needles(self.p.rig, {"secret": FACTS["clients"]["good"]["secret"]}))
        return result

    def printed(self, client, mailbox, *options):
        """What `o2pop setup --client` prints for the rig."""
        r = self.run("o2pop", "setup", *options, "--client", client, mailbox)
        expect("status of o2pop setup", (r.status, r.stderr), (0, ""))
        return r.stdout

    def messages(self):
        return [file.read_bytes() for part in ("cur", "new") for file in (self.dir / "Maildir" / part).iterdir()]


@contextlib.contextmanager
def home(p, name, **changes):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="o2pop-peer-"))
    try:
        folder.chmod(0o755)
        here = Home(p, name, folder, p.settings(pop_host="localhost", **changes))
        here.lay_out()
        yield here
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def said(r):
    return f"status {r.status}; {(r.stderr + r.stdout)[-600:]}"


# What programs add to the head of a message on delivery; the originals have none of these.
ADDED = re.compile(rb"^(?:Received|Delivered-To|Return-Path|X-getmail-[a-z-]+): [^\n]*\n(?:[ \t][^\n]*\n)*", re.M)


def same_mail(got, mailbox, count):
    """Each original arrived once, whole, but for what the program added to its head."""
    want = sorted(rig_module.message(mailbox, n + 1) for n in range(count))
    plain = []
    for text in got:
        head, blank, body = text.partition(b"\n\n")
        plain.append(ADDED.sub(b"", head + b"\n").rstrip(b"\n") + blank + body)
    expect("number of messages", len(plain), count)
    for have, message in zip(sorted(plain), want):
        if have != message:
            raise Wrong(f"a message was changed: {have[:300]!r}, expected {message[:300]!r}")


def same_batch(batch, mailbox, count):
    """The same for a file of batched SMTP, which is what fetchmail hands on."""
    got = [text.replace(b"\r\n", b"\n").replace(b"\n..", b"\n.")
           for text in re.findall(rb"\r?\nDATA\r?\n(.*?\n)\.\r?\n", batch, re.S)]
    same_mail(got, mailbox, count)


def version_of(text):
    found = re.search(r"(\d+)\.(\d+)\.?(\d*)", text)
    if not found:
        raise Wrong(f"no version in {text!r}")
    return tuple(int(part or 0) for part in found.groups())


@scenario("peer-mpop")
def peer_mpop(p):
    """Twice: the second run must find that nothing is new."""
    count = FACTS["mailboxes"]["mpop"]
    with home(p, "peer-mpop") as h:
        h.write(h.dir / ".mpoprc", h.printed("mpop", f"mpop@{DOMAIN}", "-c", h.config))
        offset, asked = len(p.rig.dovecot_log()), len(p.rig.seen())
        r = h.run("mpop")
        expect(f"status of mpop ({said(r)})", r.status, 0)
        same_mail(h.messages(), "mpop", count)
        line, = log_since(p.rig, offset, r"pop3\(mpop@.*Disconnected")
        expect_match("Dovecot's statistics", line, rf"retr={count}/\d+, del=0/{count},")
        expect("token requests", len(p.rig.seen()) - asked, 1)
        r = h.run("mpop")
        expect(f"status of the second mpop ({said(r)})", r.status, 0)
        expect("messages after the second run", len(h.messages()), count)
        version = h.run("mpop", "--version").stdout.splitlines()[0]
    print(f"# peer-mpop: {version}; {line.partition('Logged out ')[2]}; the configuration as printed")


@scenario("peer-mpop-refused")
def peer_mpop_refused(p):
    """A wrong secret: mpop fails, and what o2pop says to its user comes through."""
    with home(p, "peer-mpop-refused", secret=FACTS["clients"]["good"]["secret"].swapcase()) as h:
        h.write(h.dir / ".mpoprc", h.printed("mpop", f"mpop@{DOMAIN}"))
        offset = len(p.rig.dovecot_log())
        r = h.run("mpop")
        if r.status in (0, None):
            raise Wrong(f"mpop did not fail: {said(r)}")
        expect_match("what the user reads", r.stderr, "AADSTS7000215")
        expect("messages", h.messages(), [])
        if "method=XOAUTH2" in p.rig.dovecot_log()[offset:]:
            raise Wrong("mpop tried to log in without a token")


def getmail(h):
    """One run of getmail; stalled ones are stopped, said, and repeated."""
    for attempt in range(1, GETMAIL_TRIES + 1):
        r = h.run("getmail", seconds=GETMAIL_SECONDS)
        if r.status is not None:
            return r
        print(f"# peer-getmail: run {attempt} stalled (getmail's own fault) and was stopped after {GETMAIL_SECONDS} s")
        # It may have delivered without noting it: from the start again.
        for file in [*h.dir.glob("Maildir/*/*"), *h.dir.glob(".config/getmail/oldmail*")]:
            file.unlink()
    raise Wrong(f"getmail stalled {GETMAIL_TRIES} times")


@scenario("peer-getmail")
def peer_getmail(p):
    """Over POP3 if its version can, as the printed text says; older ones over IMAP."""
    count = FACTS["mailboxes"]["getmail"]
    with home(p, "peer-getmail") as h:
        version = version_of(h.run("getmail", "--version").stdout)
        text = h.printed("getmail", f"getmail@{DOMAIN}")
        needed = version_of(re.search(r"for getmail6 (\S+) or newer", text)[1])
        file = h.dir / ".config" / "getmail" / "getmailrc"
        h.write(file, text)
        offset = len(p.rig.dovecot_log())
        way = "the configuration as printed"
        if version < needed:
            r = getmail(h)
            if "method=XOAUTH2" in p.rig.dovecot_log()[offset:] or h.messages():
                raise Wrong(f"getmail {version} can do POP3 with a token after all, contrary to the text: {said(r)}")
            text = text.replace("SimplePOP3SSLRetriever", "SimpleIMAPSSLRetriever")
            text = text.replace(f"port = {p.rig.ports['pop3s']}", f"port = {p.rig.ports['imaps']}")
            h.write(file, text)
            way = f"over IMAP, because it takes a token over POP3 only from {'.'.join(map(str, needed))} on"
        r = getmail(h)
        expect(f"status of getmail ({said(r)})", r.status, 0)
        log_since(p.rig, offset, r"login: (Info: )?Login: user=<getmail@.*method=XOAUTH2")
        same_mail(h.messages(), "getmail", count)
        r = getmail(h)
        expect(f"status of the second getmail ({said(r)})", r.status, 0)
        expect("messages after the second run", len(h.messages()), count)
    print(f"# peer-getmail: getmail {'.'.join(map(str, version))}, {way}")


@scenario("peer-fetchmail")
def peer_fetchmail(p):
    """7 fetches with the printed file. 6.4 does not know the token's words, as the text says; the rest it reads."""
    count = FACTS["mailboxes"]["listed"]
    with home(p, "peer-fetchmail") as h:
        version = version_of(h.run("fetchmail", "--version").stdout)
        text = h.printed("fetchmail", f"listed@{DOMAIN}").replace("USER", "nobody")
        file = h.dir / ".fetchmailrc"
        h.write(file, text)
        if version >= (7, 0, 0):
            r = h.run("fetchmail", "--bsmtp", h.dir / "batch")
            expect(f"status of fetchmail ({said(r)})", r.status, 0)
            same_batch((h.dir / "batch").read_bytes(), "listed", count)
            print(f"# peer-fetchmail: fetchmail {'.'.join(map(str, version))}, the configuration as printed")
            return
        expect_match("what the text says", text, r'branch "next": 6\.4 and 6\.5 know no')
        r = h.run("fetchmail", "--configdump")
        expect_match("what fetchmail does not know", r.stderr, "syntax error at oauthbearer")
        known = text.replace("auth oauthbearer ", "auth password ").replace("sslmode wrapped", "ssl")
        known = re.sub(r'\n  passwordeval "[^"]*"', "", known)
        h.write(file, known)
        r = h.run("fetchmail", "--configdump")
        expect(f"status of fetchmail ({said(r)})", r.status, 0)
        read = dict(re.findall(r"""['"](\w+)['"]: *['"]?(.*?)['"]?,\n""", r.stdout))
        for name, want in (("pollname", "localhost"), ("protocol", "POP3"), ("service", str(p.rig.ports["pop3s"])),
                           ("remote", f"listed@{DOMAIN}"), ("keep", "TRUE"), ("ssl", "TRUE"), ("sslcertck", "TRUE"),
                           ("sslcertfile", f"{h.dir}/ca.pem")):
            expect(f"fetchmail's reading of {name}", read.get(name), want)
    print(f"# peer-fetchmail: fetchmail {'.'.join(map(str, version))} knows no OAuth2, as the printed text says; "
          "the rest it reads as meant")


@scenario("peer-curl")
def peer_curl(p):
    with home(p, "peer-curl") as h:
        script = h.dir / "listing"
        h.write(script, h.printed("curl", f"listed@{DOMAIN}"))
        r = h.run("sh", script)
        expect(f"status of curl ({said(r)})", r.status, 0)
        mail = [rig_module.message("listed", n + 1) for n in range(FACTS["mailboxes"]["listed"])]
        want = [f"{n} {len(text) + text.count(10)}" for n, text in enumerate(mail, 1)]
        expect("listing", r.stdout.splitlines(), want)


@scenario("peer-openssl")
def peer_openssl(p):
    with home(p, "peer-openssl") as h:
        script = h.dir / "session"
        h.write(script, h.printed("openssl", f"listed@{DOMAIN}"))
        r = h.run("bash", script)
        expect(f"status of openssl ({said(r)})", r.status, 0)
        expect_match("the session", r.stdout, rf"\+OK Logged in\.\n\+OK {FACTS['mailboxes']['listed']} \d+\n\+OK")
