#!/usr/bin/env python3
"""The rig: a real Dovecot and a real OpenID provider on loopback; all it writes is below build.

    tests/e2e/rig.py up [--name NAME] [--address ADDRESS]   start it and leave it running
    tests/e2e/rig.py down [--name NAME]                     stop what was left running
    tests/e2e/rig.py show [--name NAME]                     settings to talk to it, as shell variables

The tests use it as `with Rig() as rig:`, which stops the servers whatever happens.
"""
import argparse
import fcntl
import grp
import hashlib
import http.client
import json
import os
import pathlib
import pwd
import random
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
TREE = HERE.parent.parent
BUILD = TREE / "build" / "e2e"
PROVIDER = TREE / "build" / "deps" / "provider"  # what was fetched outlives "make clean"
FACTS = json.loads((HERE / "rig.json").read_text())
CA = BUILD / "pki" / "ca.pem"
KINDS = ("ec", "stranger", "misnamed", "expired")

# Dovecot's sockets have names of up to 40 characters below its folder; the system allows 107.
DOVECOT_DIR_MAX = 60


class Broken(Exception):
    """The rig could not be brought up; the text says what to look at."""


def free_port(address):
    """A port below the system's own choices for clients, so that nobody takes it meanwhile."""
    for port in random.sample(range(20000, 32000), 200):
        with socket.socket() as s:
            try:
                s.bind((address, port))
                return port
            except OSError:
                continue
    raise Broken("no free port")


def stat_fields(path):
    """What stands after the name in a stat file of /proc: the state first, the start time 20th. None if it is gone."""
    try:
        return path.read_text().rpartition(")")[2].split()
    except OSError:
        return None


def started_at(pid):
    """The start time of a process: with its number, the process's identity. None if it is gone.

    It is gone when no thread of it runs any more: while one does, the first may have ended already (state Z) and the
    sockets of all are still open.
    """
    process = pathlib.Path(f"/proc/{pid}")
    threads = [stat_fields(thread / "stat") for thread in process.glob("task/*")]
    leader = stat_fields(process / "stat")
    runs = any(thread and thread[0] not in "ZX" for thread in threads)
    return int(leader[19]) if leader and runs else None


def wait_for(what, condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise Broken(f"{what} did not happen in {seconds} s")
        time.sleep(0.02)


class Rig:
    def __init__(self, name="rig", address="127.0.0.1", rawlog=True):
        self.dir = BUILD / name
        self.address = address
        self.rawlog = rawlog
        self.state = self.dir / "state.json"
        self.running = {}  # name -> [pid, start time]
        self.ports = {}
        self.dovecot_dir = None
        self.keys = []

    # ---- up and down ------------------------------------------------------------------------

    def __enter__(self):
        self.up()
        return self

    def __exit__(self, *unused):
        self.down()

    def up(self):
        BUILD.mkdir(parents=True, exist_ok=True)
        # One rig of a name at a time; a second one waits. The lock goes when the process ends.
        self.lock = open(BUILD / f"{self.dir.name}.lock", "w")
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        self.down()
        for stop in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(stop, lambda *unused: sys.exit(1))
        try:
            shutil.rmtree(self.dir, ignore_errors=True)
            self.dir.mkdir(parents=True)
            with open(BUILD / "shared.lock", "w") as shared:
                fcntl.flock(shared, fcntl.LOCK_EX)
                make_pki()
                install_provider()
            for service in ("idp", "idp_ec", "control", "pop3", "pop3s", "imap", "imaps", "nobody"):
                self.ports[service] = free_port(self.address)
            self.dovecot_dir = self.choose_dovecot_dir()
            self.lay_out_mail()
            self.start_provider()
            self.keys = self.published_keys()
            self.start_dovecot()
        except BaseException:
            self.down()
            raise

    def down(self):
        if not self.running:
            self.load()
        for name in list(self.running):
            self.stop(name)
        if self.dovecot_dir and self.dir not in self.dovecot_dir.parents:
            shutil.rmtree(self.dovecot_dir, ignore_errors=True)

    def load(self):
        """What an earlier run left behind, if anything."""
        try:
            old = json.loads(self.state.read_text())
        except (OSError, ValueError):
            return
        self.running = old["running"]
        self.ports = old["ports"]
        self.address = old["address"]
        self.dovecot_dir = pathlib.Path(old["dovecot_dir"]) if old["dovecot_dir"] else None

    def save(self):
        self.state.write_text(json.dumps({
            "running": self.running, "ports": self.ports, "address": self.address,
            "dovecot_dir": str(self.dovecot_dir) if self.dovecot_dir else None}))

    def spawn(self, name, command, **more):
        with open(self.dir / f"{name}.out", "ab") as out:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                       start_new_session=True, **more)
        self.running[name] = [process.pid, started_at(process.pid)]
        self.save()
        return process

    def stop(self, name):
        pid, start = self.running.pop(name)
        alive = lambda: start is not None and started_at(pid) == start
        if alive():
            os.kill(pid, signal.SIGTERM)
            try:
                wait_for(f"the end of {name}", lambda: not alive(), 5)
            except Broken:
                os.kill(pid, signal.SIGKILL)
        self.save()

    # ---- the provider -----------------------------------------------------------------------

    @property
    def issuer(self):
        return f"https://idp.{FACTS['domain']}:{self.ports['idp']}"

    def token_url(self, kind=None, tenant=None):
        host = f"idp-{kind}" if kind else "idp"
        port = self.ports["idp_ec" if kind == "ec" else "idp"]
        return (f"https://{host}.{FACTS['domain']}:{port}"
                f"/{tenant or FACTS['tenant']}/oauth2/v2.0/token")

    @property
    def device_url(self):
        return f"{self.issuer}/device/auth"

    def start_provider(self):
        config = self.dir / "provider.json"
        config.write_text(json.dumps({
            "rig": FACTS, "pki": str(BUILD / "pki"), "address": self.address, "issuer": self.issuer,
            "port": self.ports["idp"], "port_ec": self.ports["idp_ec"], "control": self.ports["control"]}))
        # A copy of its own, beside the packages that all rigs share.
        server = self.dir / "server.mjs"
        shutil.copy(HERE / "provider" / "server.mjs", server)
        (self.dir / "node_modules").symlink_to(PROVIDER / "node_modules")
        process = self.spawn("provider", ["node", str(server), str(config)])
        self.wait_until_up("provider", process, "idp", "idp_ec", "control")

    def wait_until_up(self, name, process, *services):
        def up():
            if process.poll() is not None:
                raise Broken(f"{name} ended: see {self.dir / name}.out")
            for service in services:
                try:
                    socket.create_connection((self.address, self.ports[service]), 1).close()
                except OSError:
                    return False
            return True
        wait_for(f"the start of {name}", up)

    def ask_provider(self, path, **form):
        """A request as any HTTPS client makes it, POST if there is a form: (status, JSON)."""
        context = ssl.create_default_context(cafile=CA)
        host = f"idp.{FACTS['domain']}"
        raw = socket.create_connection((self.address, self.ports["idp"]), 5)
        connection = http.client.HTTPConnection(host, self.ports["idp"])
        connection.sock = context.wrap_socket(raw, server_hostname=host)
        if form:
            connection.request("POST", path, urllib.parse.urlencode(form),
                               {"Content-Type": "application/x-www-form-urlencoded"})
        else:
            connection.request("GET", path)
        response = connection.getresponse()
        answer = response.status, json.loads(response.read())
        connection.close()
        return answer

    def ask_token(self, **form):
        return self.ask_provider(f"/{FACTS['tenant']}/oauth2/v2.0/token", **form)

    def published_keys(self):
        """The provider's JWKS, fetched as a mail server would."""
        status, answer = self.ask_provider(f"/{FACTS['tenant']}/discovery/v2.0/keys")
        if status != 200:
            raise Broken(f"the provider's keys: HTTP {status}")
        return answer["keys"]

    def control(self, method, path, **body):
        connection = http.client.HTTPConnection(self.address, self.ports["control"], timeout=20)
        connection.request(method, path, json.dumps(body) if body else None)
        text = connection.getresponse().read().decode()
        connection.close()
        return text

    def mint(self, stranger=False, header=None, **claims):
        """A token with claims of the caller's choice; None leaves a claim out."""
        return self.control("POST", "/mint", claims=claims, header=header or {}, stranger=stranger)

    def seen(self):
        """What the token endpoint was asked, and what it issued."""
        return json.loads(self.control("GET", "/seen"))

    def slow(self, ms):
        self.control("POST", "/slow", ms=ms)

    def device(self, announced=5, demanded=None, lifetime=900):
        """For device codes from now on: seconds between polls, as they say and as they mean it; how long they live."""
        self.control("POST", "/device", announced=announced, demanded=demanded or announced, lifetime=lifetime)

    def life(self, seconds=None):
        """How long access tokens live from now on; None is an hour."""
        self.control("POST", "/life", seconds=seconds)

    def sign(self, user_code, mailbox=None, error=None):
        """Do what a person does who was shown a user code: sign in and agree, or not."""
        return self.control("POST", "/sign", user_code=user_code, mailbox=mailbox, error=error)

    # ---- Dovecot ----------------------------------------------------------------------------

    def choose_dovecot_dir(self):
        """Below build/e2e, unless the path is too long for sockets or closed to Dovecot's user."""
        wish = self.dir / "dovecot"
        reachable = os.getuid() != 0 or subprocess.run(
            ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "test", "-x", str(self.dir)],
            check=False).returncode == 0
        if reachable and len(str(wish)) <= DOVECOT_DIR_MAX:
            wish.mkdir()
            return wish
        other = pathlib.Path(tempfile.mkdtemp(prefix="o2pop-e2e-"))
        other.chmod(0o755)
        return other

    def user(self):
        """Who Dovecot runs as: the caller, or nobody if that is root."""
        if os.getuid() == 0:
            return pwd.getpwuid(65534)
        return pwd.getpwuid(os.getuid())

    def lay_out_mail(self):
        for name, count in FACTS["mailboxes"].items():
            maildir = self.dovecot_dir / "mail" / f"{name}@{FACTS['domain']}" / "Maildir"
            for part in ("cur", "new", "tmp"):
                (maildir / part).mkdir(parents=True)
            for number in range(1, count + 1):
                text = message(name, number)
                # Some were read before, some answered, most are untouched.
                flags = {1: "S", 2: "RS", 3: "F"}.get(number % 10, "")
                file = maildir / "cur" / f"{1700000000 + number}.M{number}P1.rig,S={len(text)}:2,{flags}"
                file.write_bytes(text)
                os.utime(file, (1700000000 + number,) * 2)

    def start_dovecot(self):
        d = self.dovecot_dir
        who = self.user()
        for name in ("base", "state"):
            shutil.rmtree(d / name, ignore_errors=True)
        (d / "rawlog").mkdir(exist_ok=True)
        (d / "tls").mkdir(exist_ok=True)
        for file in (BUILD / "pki").glob("*"):
            if file.name.endswith(".chain.pem") or file.name.split(".")[0] in KINDS + ("rsa",):
                shutil.copy(file, d / "tls")
        for key in self.keys:
            place = d / "keys" / "default" / key["alg"]
            place.mkdir(parents=True, exist_ok=True)
            (place / key["kid"]).write_text(json.dumps(key))
        (d / "passwords").write_text("")
        (d / "mailboxes").write_text("".join(
            f"{name}@{FACTS['domain']}:::::::nopassword=y\n" for name in FACTS["mailboxes"]))
        local_names = "".join(
            f"local_name mail-{kind}.{FACTS['domain']} {{\n"
            f"  ssl_cert = <{d}/tls/{kind}.chain.pem\n  ssl_key = <{d}/tls/{kind}.key\n}}\n" for kind in KINDS)
        values = {
            "dir": d, "address": self.address, "issuer": self.issuer, "user_claim": FACTS["user_claim"],
            "pop3": self.ports["pop3"], "pop3s": self.ports["pop3s"], "imap": self.ports["imap"], "imaps": self.ports["imaps"], "local_names": local_names,
            "user": who.pw_name, "group": grp.getgrgid(who.pw_gid).gr_name,
            "uid": who.pw_uid, "gid": who.pw_gid,
            "rawlog": d / "rawlog" if self.rawlog else "",
            # Only newer builds can check the audience; older ones refuse the setting.
            "audience": f"audience = {FACTS['resource']}" if dovecot_knows("oauth2_audience") else "",
        }
        for source, target in (("dovecot.conf", "dovecot.conf"), ("dovecot-oauth2.conf", "oauth2.conf")):
            text = (HERE / source).read_text()
            for name, value in values.items():
                text = text.replace(f"@{name}@", str(value))
            (d / target).write_text(text)
        command = ["dovecot", "-F", "-c", str(d / "dovecot.conf")]
        if os.getuid() == 0:
            subprocess.run(["chown", "-R", f"{who.pw_uid}:{who.pw_gid}", str(d)], check=True)
            command = ["setpriv", f"--reuid={who.pw_uid}", f"--regid={who.pw_gid}", "--clear-groups", *command]
        env = dict(os.environ, PATH=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
        process = self.spawn("dovecot", command, env=env)
        self.wait_until_up("dovecot", process, "pop3s", "imaps")

    def dovecot_log(self):
        return (self.dovecot_dir / "log").read_text(errors="replace")

    def sessions(self):
        """The command lines of every POP3 session after its login, as Dovecot wrote them down."""
        return {file.name: file.read_bytes() for file in sorted((self.dovecot_dir / "rawlog").glob("*.in"))}

    def mail(self, mailbox):
        """Every message with its flags, dates and content: equal before and after if nothing was touched."""
        maildir = self.dovecot_dir / "mail" / f"{mailbox}@{FACTS['domain']}" / "Maildir"
        found = {}
        for part in ("cur", "new"):
            for file in (maildir / part).iterdir():
                found[f"{part}/{file.name}"] = (
                    file.stat().st_mtime_ns, hashlib.sha256(file.read_bytes()).hexdigest())
        return found


def dovecot_knows(word):
    for file in ("/usr/lib/dovecot/auth", "/usr/libexec/dovecot/auth"):
        if os.path.exists(file):
            return word.encode() in pathlib.Path(file).read_bytes()
    raise Broken("Dovecot's auth program is not where it usually is")


def message(mailbox, number):
    """A message of about 2 kB with the lines that dot-stuffing is about."""
    head = (f"From: Sender {number} <sender{number}@example.org>\nTo: {mailbox}@{FACTS['domain']}\n"
            f"Date: Tue, 14 Nov 2023 22:13:{number % 60:02d} +0000\nSubject: Message {number}\n"
            f"Message-ID: <{mailbox}.{number}@example.org>\n\n")
    body = ".\n..\n.dot\n\n" + "".join(f"Line {n} of message {number}.\n" for n in range(80))
    return (head + body).encode()


def make_pki():
    subprocess.run([str(HERE / "pki"), str(BUILD / "pki"), "127.0.0.1", "10.77.0.1"], check=True)


def install_provider():
    """npm's packages as the lock file pins them; a second time nothing is fetched."""
    PROVIDER.mkdir(parents=True, exist_ok=True)
    lock = (HERE / "provider" / "package-lock.json").read_bytes()
    stamp = PROVIDER / "installed"
    want = hashlib.sha256(lock).hexdigest()
    if stamp.exists() and stamp.read_text() == want:
        return
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / "provider" / name, PROVIDER)
    print("# fetching the OpenID provider with npm, once", file=sys.stderr)
    done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=PROVIDER,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        raise Broken("npm ci failed:\n" + done.stdout.decode(errors="replace"))
    stamp.write_text(want)


def main():
    parser = argparse.ArgumentParser(description="The rig of the end-to-end tests.")
    parser.add_argument("what", choices=("up", "down", "show"))
    parser.add_argument("--name", default="rig")
    parser.add_argument("--address", default="127.0.0.1")
    parser.add_argument("--no-rawlog", action="store_true", help="do not record sessions")
    options = parser.parse_args()
    rig = Rig(options.name, options.address, not options.no_rawlog)
    if options.what == "up":
        rig.up()
    elif options.what == "down":
        rig.down()
    else:
        rig.load()
    if options.what != "down":
        good = FACTS["clients"]["good"]
        for name, value in (
                ("TOKEN_URL", rig.token_url()), ("ADDRESS", rig.address), ("CA", CA),
                ("IDP_HOST", f"idp.{FACTS['domain']}"), ("IDP_PORT", rig.ports["idp"]),
                ("POP_HOST", f"mail.{FACTS['domain']}"), ("POP_PORT", rig.ports["pop3s"]),
                ("IMAP_PORT", rig.ports["imaps"]), ("CONTROL_PORT", rig.ports["control"]),
                ("MAILBOX", f"alice@{FACTS['domain']}"), ("TENANT", FACTS["tenant"]),
                ("CLIENT_ID", good["id"]), ("CLIENT_SECRET", good["secret"]),
                ("SCOPE", FACTS["resource"] + "/.default")):
            print(f"RIG_{name}='{value}'")


if __name__ == "__main__":
    try:
        main()
    except Broken as reason:
        sys.exit(f"rig: {reason}")
