"""What the tests of the command line share: running o2pop, a token endpoint and a POP3 server on loopback."""
import base64
import http.server
import json
import os
import pty
import re
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import termios
import threading
import time

O2POP = os.path.abspath(os.environ["O2POP"])
RUN = os.environ.get("RUN", "").split()
SLOW = 5 if RUN else 1  # an emulated program takes longer
TENANT = "0a1b2c3d-1111-4222-8333-444455556666"
CLIENT = "11111111-2222-4333-8444-555566667777"
OBJECT = "99999999-8888-4777-8666-555544443333"
SECRET = "k3y~Q8Z_0123456789abcdefghijklmnopqrstuv"


class Wrong(Exception):
    """A test found something wrong."""


def check(good, *what):
    if not good:
        raise Wrong(*what)


def equal(got, want, what="it"):
    check(got == want, f"{what} is {got!r}, not {want!r}")


def has(text, *parts):
    for part in parts:
        check(part in text, f"{part!r} is missing in:", text)


def hasnt(text, *parts):
    for part in parts:
        check(part not in text, f"{part!r} stands in:", text)


class Result:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err
        self.all = out + err

    def json(self):
        return json.loads(self.out)

    def exits(self, code):
        check(self.code == code, f"exit status {self.code}, expected {code}", "stdout: " + self.out,
              "stderr: " + self.err)
        return self


class Place:
    """A folder of its own for a test, in which o2pop runs with a known environment."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="o2pop-cli.")
        os.chmod(self.dir, 0o755)
        self.env = {"PATH": os.environ["PATH"], "HOME": self.dir, "LC_ALL": "C.UTF-8", "TERM": "xterm"}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "QEMU_LD_PREFIX"):
            if name in os.environ:
                self.env[name] = os.environ[name]

    def end(self):
        shutil.rmtree(self.dir, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.dir, name)

    def file(self, name, text, mode=0o600):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(text if isinstance(text, bytes) else text.encode())
        os.chmod(path, mode)
        return path

    def run(self, *args, stdin=b"", env=None, program=None, **more):
        given = dict(self.env, **(env or {}))
        if not isinstance(stdin, (bytes, int)):
            stdin = stdin.encode()
        more.setdefault("timeout", 60 * SLOW)
        feed = {"input": stdin} if isinstance(stdin, bytes) else {"stdin": stdin}
        more.setdefault("stdout", subprocess.PIPE)
        done = subprocess.run(RUN + [program or O2POP] + list(args), stderr=subprocess.PIPE, env=given,
                              cwd=self.dir, **feed, **more)
        err = done.stderr.decode("utf-8", "replace")
        check("Sanitizer" not in err and "runtime error:" not in err, err)
        return Result(done.returncode, (done.stdout or b"").decode("utf-8", "replace"), err)

    def start(self, *args, env=None, stdout=subprocess.PIPE):
        return subprocess.Popen(RUN + [O2POP] + list(args), env=dict(self.env, **(env or {})), cwd=self.dir,
                                stdout=stdout, stderr=subprocess.PIPE)


class Terminal:
    """o2pop with a terminal as standard input, output and error."""

    def __init__(self, place, *args, env=None, stdout=None):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # a job in the background was born deaf to it
            os.chdir(place.dir)
            if stdout is not None:
                out = os.open(stdout, os.O_WRONLY | os.O_CREAT, 0o600)
                os.dup2(out, 1)
            argv = RUN + [O2POP] + list(args)
            os.execvpe(argv[0], argv, dict(place.env, **(env or {})))
        self.text = ""
        self.status = None

    def read_until(self, part, seconds=10):
        end = time.time() + seconds * SLOW
        while part is None or part not in self.text:
            left = end - time.time()
            if left <= 0 or not select.select([self.fd], [], [], left)[0]:
                check(part is None, f"the terminal never showed {part!r}:", self.text)
                break
            try:
                piece = os.read(self.fd, 4096)
            except OSError:
                piece = b""
            if not piece:
                check(part is None, f"it ended before it showed {part!r}:", self.text)
                break
            self.text += piece.decode("utf-8", "replace")
        return self.text

    def type(self, text):
        data = text.encode()
        while data:
            data = data[os.write(self.fd, data[:512]):]

    def echoes(self):
        return bool(termios.tcgetattr(self.fd)[3] & termios.ECHO)

    def wait(self, seconds=20):
        """The wait status; what it still prints is kept in text."""
        self.read_until(None, seconds)
        if self.status is None:
            self.status = os.waitpid(self.pid, 0)[1]
        return self.status

    def end(self):
        if self.status is None:
            try:
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
            except OSError:
                pass
        os.close(self.fd)


def b64url(data):
    if not isinstance(data, bytes):
        data = json.dumps(data).encode()
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def jwt(header=None, **claims):
    now = int(time.time())
    body = {"aud": "https://outlook.office365.com", "iss": f"https://sts.windows.net/{TENANT}/", "iat": now - 60,
            "nbf": now - 60, "exp": now + 3600, "appid": CLIENT, "appidacr": "1", "idtyp": "app", "oid": OBJECT,
            "sub": OBJECT, "tid": TENANT, "roles": ["POP.AccessAsApp"], "ver": "1.0"}
    body.update(claims)
    body = {key: value for key, value in body.items() if value is not None}
    return ".".join((b64url(header or {"typ": "JWT", "alg": "RS256", "kid": "1"}), b64url(body), b64url(b"s" * 256)))


def xoauth2(user, token):
    return base64.b64encode(f"user={user}\1auth=Bearer {token}\1\1".encode()).decode()


class Provider:
    """A token endpoint in clear text on loopback: answers what it is told, keeps what it was asked."""

    def __init__(self, status=200, answer=None):
        self.asked = []
        self.token = jwt()
        self.status, self.answer = status, answer
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                outer.asked.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
                text = json.dumps(outer.answer or {"token_type": "Bearer", "expires_in": 3599,
                                                   "access_token": outer.token}).encode()
                self.send_response(outer.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/token"

    def end(self):
        self.server.shutdown()
        self.server.server_close()


class Mail:
    """A POP3 server in clear text on loopback. `refusals` logins are refused before one is accepted."""

    def __init__(self, refusals=0, silent=False):
        self.refusals, self.silent = refusals, silent
        self.logins = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = str(self.listener.getsockname()[1])
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        while True:
            try:
                s = self.listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=self.talk, args=(s,), daemon=True).start()

    def talk(self, s):
        if self.silent:
            time.sleep(60)
            return
        lines = s.makefile("r", newline="\r\n")
        answers = {"CAPA": "+OK\r\nSASL XOAUTH2\r\nUIDL\r\nTOP\r\n.", "STAT": "+OK 1 20", "UIDL": "+OK\r\n1 a\r\n.",
                   "LIST": "+OK\r\n1 20\r\n.", "TOP 1 0": "+OK\r\nSubject: x\r\n.", "QUIT": "+OK bye"}
        try:
            s.sendall(b"+OK The Microsoft Exchange POP3 service is ready. [YQA=]\r\n")
            for line in lines:
                line = line.strip()
                if line == "AUTH XOAUTH2":
                    s.sendall(b"+ \r\n")
                    self.logins.append(lines.readline().strip())
                    refused = self.refusals > 0
                    self.refusals -= refused
                    answer = "-ERR Authentication failure: unknown user name or bad password." if refused else "+OK"
                else:
                    answer = answers.get(line, "-ERR unknown command")
                s.sendall(answer.encode() + b"\r\n")
                if line == "QUIT":
                    break
        except OSError:
            pass
        s.close()

    def end(self):
        """The thread ends first: else it might accept at the descriptor's next owner."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.listener.close()


def columns(text):
    """The longest line that is not one word or something to type."""
    return max([len(line) for line in text.splitlines() if not re.match(r"^( {4}| {6}| {7})\S", line)] or [0])
