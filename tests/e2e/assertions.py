"""Client assertions: a hundred random keys and certificates in every form of file, judged by Node's crypto.

assertions.mjs is the judge; that it refuses what it has to refuse is proved first. The files are also given to
a client made of Node's crypto, so that a refusal of o2pop's assertion cannot be the file's fault.
"""
import concurrent.futures
import contextlib
import http.client
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import tempfile
import uuid

from rig import BUILD
from scenarios import Wrong, expect, scenario
import rig as rig_module

JUDGE = rig_module.HERE / "assertions.mjs"
# The sizes that are in use, and those with which counting bytes and bits goes wrong.
SIZES = [2048] * 66 + [3072] * 9 + [4096] * 3 + [2560] * 6 + [*range(2049, 2057)] + [
    2080, 2176, 2303, 2304, 2815, 3071, 3073, 4095]
SEGMENT = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
SUBJECTS = ("/CN=o2pop", "/O=Kühn & Söhne/CN=Postfach Löschen", "/C=US/O=Example, Inc./CN=a=b")
BEFORE = ("Bag Attributes\n    localKeyID: 01 A0 FF\nKey Attributes: <No Attributes>\n",  # from a PKCS#12 file
          "# renewed in spring; keep -- do not share\n\n")
SCOPE = "https://outlook.office365.com/.default"


@contextlib.contextmanager
def judge():
    """The endpoint; yields a function that asks it: (path, object or None) -> object, and has the port."""
    process = subprocess.Popen(["node", str(JUDGE), "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        def talk(path, said=None):
            connection = http.client.HTTPConnection("127.0.0.1", talk.port, timeout=20)
            connection.request("POST" if said else "GET", path, json.dumps(said) if said else None)
            return json.loads(connection.getresponse().read())
        talk.port = int(process.stdout.readline())
        yield talk
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()


def openssl(*arguments):
    return subprocess.run(["nice", "openssl", *map(str, arguments)], check=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout.decode()


def make_key(folder, bits, chance):
    """A key and its certificate, as (PKCS#8 or PKCS#1 PEM, certificate PEM, text about the certificate)."""
    folder.mkdir(parents=True)
    key, certificate = folder / "key", folder / "certificate"
    names = ",".join(f"DNS:host{n}.example.org" for n in range(chance.choice((1, 1, 1, 40, 150))))
    openssl("req", "-x509", "-newkey", f"rsa:{bits}", "-nodes", "-keyout", key, "-out", certificate, "-utf8",
            "-subj", chance.choice(SUBJECTS),
            "-" + chance.choice(("sha256", "sha256", "sha384", "sha512", "sha1")), "-days", chance.randint(1, 9000),
            "-addext", f"subjectAltName={names}", "-set_serial", chance.getrandbits(chance.randint(1, 159)))
    private = key.read_text()
    if chance.random() < 0.4:
        private = openssl("rsa", "-in", key, "-traditional")
        assert "BEGIN RSA PRIVATE KEY" in private
    words = openssl("x509", "-in", certificate, "-noout", "-text")
    key.unlink()
    text = certificate.read_text()
    certificate.unlink()
    return private, text, words


def dress(pem, chance, words):
    """The same PEM block as other programs write it: text before it, other line ends, no line end at the end."""
    text = chance.choice(("", "", words, *BEFORE)) + pem
    if chance.random() < 0.2:
        text = text.rstrip("\n")
    return text.replace("\n", "\r\n") if chance.random() < 0.3 else text


class Keys:
    """All keys and certificates of a run, made while other scenarios wait for their servers.

    SEED repeats their sizes and all that is around them, not the primes; a case's files stay below build/e2e/runs.
    """

    def __init__(self):
        self.seed = int(os.environ.get("SEED", random.getrandbits(32)))
        self.chance = random.Random(self.seed)
        self.sizes = SIZES[:]
        self.chance.shuffle(self.sizes)
        self.folder = tempfile.TemporaryDirectory(prefix="o2pop-keys-")
        self.pool = concurrent.futures.ThreadPoolExecutor(os.cpu_count())
        self.made = [self.pool.submit(make_key, pathlib.Path(self.folder.name) / str(n), bits,
                                      random.Random(self.chance.getrandbits(64)))
                     for n, bits in enumerate(self.sizes)]


KEYS = []


@contextlib.contextmanager
def making_keys():
    keys = Keys()
    KEYS.append(keys)
    try:
        yield
    finally:
        keys.pool.shutdown(cancel_futures=True)
        keys.folder.cleanup()


def lay_out(folder, made, chance, others):
    """One case: the files and the settings that name them, with what the judge has to know."""
    folder.mkdir(parents=True)
    private, certificate, words = made
    settings = {}
    block = dress(certificate, chance, words)
    if chance.random() < 0.15 and others:
        block = block.rstrip("\r\n") + "\n" + chance.choice(others)  # a chain: the first certificate is the one
    if chance.random() < 0.5:
        key = dress(private, chance, "")
        pair = [block, key] if chance.random() < 0.5 else [key, block]
        write(folder / "both.pem", "".join(part.rstrip("\r\n") + "\n" for part in pair))
        settings["certificate_file"] = folder / "both.pem"
        if chance.random() < 0.3:
            settings["private_key_file"] = folder / "both.pem"
    else:
        write(folder / "certificate.pem", block)
        write(folder / "private.pem", dress(private, chance, ""))
        settings["certificate_file"] = folder / "certificate.pem"
        settings["private_key_file"] = folder / "private.pem"
    alg, thumbprint = chance.choice((("PS256", "x5t#S256"), ("RS256", "x5t#S256"), ("RS256", "x5t")))
    settings.update(assertion_alg=alg, assertion_thumbprint=thumbprint)
    path = "".join("/" + "".join(chance.choices(SEGMENT, k=chance.randint(1, 40))) for _ in range(chance.randint(1, 5)))
    return settings, path.replace("/.", "/x"), certificate, private


def write(file, text):
    file.touch(mode=0o600)
    with open(file, "w", newline="", encoding="utf-8") as out:
        out.write(text)


@scenario("assertion-judge")
def assertion_judge(p):
    """Good assertions of Node's own are taken, and each kind of damage is refused for what it is."""
    folder = BUILD / "runs" / p.label / "assertion-judge"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    files = []
    for bits in (2048, 2049):
        file = folder / str(bits)
        openssl("req", "-x509", "-newkey", f"rsa:{bits}", "-nodes", "-keyout", f"{file}.key", "-out", f"{file}.pem",
                "-subj", f"/CN=judge {bits}", "-days", 30)
        files.append(str(file))
    done = subprocess.run(["node", str(JUDGE), "prove", *files], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=60, check=False)
    count = re.search(r"taken 8, refused (\d+), wrong 0\n\Z", done.stdout)
    if done.returncode != 0 or not count or int(count[1]) < 8 * 60:
        raise Wrong(f"the judge is not sound: {done.stdout[-2000:]}")
    print(f"# assertion-judge: 8 good assertions taken, {count[1]} damaged ones refused, each for its damage")


class Case:
    def __init__(self, number, folder, made, port):
        settings, path, self.certificate, self.private = made
        self.folder = folder
        # The number makes the path one of a kind.
        self.path = f"/{number}{path}"
        self.settings = {"client_id": str(uuid.uuid4()), "token_url": f"http://127.0.0.1:{port}{self.path}",
                         "scope": SCOPE, **settings}

    def expected(self):
        return {"path": self.path, "client_id": self.settings["client_id"], "token_url": self.settings["token_url"],
                "scope": SCOPE, "alg": self.settings["assertion_alg"],
                "thumbprint": self.settings["assertion_thumbprint"], "certificate": self.certificate}

    def label(self, bits):
        keys = "PKCS#1" if "RSA PRIVATE" in self.private else "PKCS#8"
        files = "one file" if "private_key_file" not in self.settings else "two names"
        return f"{bits} bits, {keys}, {files}, {self.settings['assertion_alg']} {self.settings['assertion_thumbprint']}"


def make_cases(folder, port, keys):
    """A case for each key, in the order of the sizes."""
    made = [future.result() for future in keys.made]
    others = [certificate for _, certificate, _ in made[:3]]
    cases = []
    for number, one in enumerate(made):
        place = folder / str(number)
        cases.append(Case(number, place, lay_out(place, one, keys.chance, others[:number]), port))
        write(place / "o2pop.conf", "".join(f"{k} = {v}\n" for k, v in cases[-1].settings.items()))
    return cases


def ask(p, case):
    """What o2pop says with the settings of a case: None if it is as it must be."""
    r = p.finish(case.folder, p.start(case.folder, ["token", "--config", case.folder / "o2pop.conf",
                                                   "--transcript", case.folder / "transcript"]))
    seen = r.stdout + r.stderr + r.transcript
    if any(line in seen for line in case.private.splitlines() if len(line) > 20 and "-----" not in line):
        return "a line of the private key was shown"
    if r.status != 0 or not re.fullmatch(r"given\.[A-Za-z0-9_-]+\.\d+\n", r.stdout):
        return f"status {r.status}: {(r.stdout + r.stderr)[-900:]}"
    return None


@scenario("assertions", beside=making_keys)
def assertions(p):
    folder = BUILD / "runs" / p.label / "assertions"
    shutil.rmtree(folder, ignore_errors=True)
    keys = KEYS[-1]
    sizes, seed = keys.sizes, keys.seed
    with judge() as talk:
        cases = make_cases(folder, talk.port, keys)
        for case in cases:
            talk("/-/case", case.expected())
        done = subprocess.run(["node", str(JUDGE), "ask", *[case.folder / "o2pop.conf" for case in cases]],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=120, check=False)
        expect(f"what Node's client got (SEED={seed})", done.stdout, "ok\n" * len(cases))
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            answers = list(pool.map(lambda case: ask(p, case), cases))
        wrong = [f"{case.folder.name}: {case.label(bits)}: {answer}"
                 for case, bits, answer in zip(cases, sizes, answers) if answer]
        if wrong:
            raise Wrong(f"{len(wrong)} of {len(cases)} failed (SEED={seed}):\n" + "\n".join(wrong[:5]))
        tally = talk("/-/tally")
        expect("tokens", tally["given"], 2 * len(cases))
        expect("refusals", tally["refused"], 0)
        expect("requests a case", {case.path: 2 for case in cases}, tally["asked"])
    print(f"# assertions: {len(cases)} keys of {min(sizes)} to {max(sizes)} bits, SEED={seed}")
