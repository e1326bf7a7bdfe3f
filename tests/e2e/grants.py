"""o2pop's own ways to a token against the real provider; what the provider does by itself is in provider_probes.py."""
import os
import re
import shutil
import stat
import subprocess
import threading
import time

from provider_probes import DEVICE_GRANT, PERSON_SCOPE, assertion, device_code, poll
from rig import BUILD, FACTS, wait_for
from scenarios import (ALICE, MAIL_SIDE, Wrong, expect, expect_failure, expect_match, needles, no_secrets, scenario)

PERSON = FACTS["clients"]["person"]["id"]
CERTIFIED = FACTS["clients"]["certified"]["id"]
PKI = BUILD / "pki"
USER_CODE = re.compile(r"\b[BCDFGHJ-NP-TV-XZ]{4}-[BCDFGHJ-NP-TV-XZ]{4}\b")
TOGETHER = 50


def hidden(p):
    """Beside access tokens: what renews them, what is exchanged for them, and what signs for them."""
    found = needles(p.rig, {})
    for seen in p.rig.seen():
        found |= {seen[name].encode() for name in ("refresh", "device") if seen.get(name)}
        if seen.get("assertion"):
            found |= {part[:48].encode() for part in seen["assertion"].split(".")[1:]}
    for number in (1, 2, 3):
        found |= {line.encode() for line in (PKI / f"client-{number}.key").read_text().splitlines() if len(line) == 64}
    return found


def asked_since(p, count):
    return p.rig.seen()[count:]


def run(p, folder, *arguments):
    r = p.finish(folder, p.start(folder, [*arguments, "--config", folder / "o2pop.conf",
                                          "--transcript", folder / "transcript"]))
    if arguments[0] != "token":
        no_secrets(r, hidden(p))
    return r


def said(r):
    return f"status {r.status}; {(r.stderr + r.stdout)[-1200:]}"


# ---- a token of a person, however it was got ------------------------------------------------------

@scenario("person-token")
def person_token(p):
    """It opens the mailbox, too; it has no roles, but scp."""
    code = device_code(p.rig)
    p.rig.sign(code["user_code"], ALICE)
    r = p.check("person-token", client_id=PERSON, secret=None, token=poll(p.rig, code)[1]["access_token"])
    expect("exit status (" + r.summary() + ")", r.status, 0)
    expect("messages", str(r.fact("mailbox", "messages")), "25")


# ---- certificate ----------------------------------------------------------------------------------

@scenario("certificate")
def certificate(p):
    """Every algorithm and both registered certificates; the same provider refuses an assertion that it saw before."""
    both = BUILD / "runs" / p.label / "both.pem"
    both.parent.mkdir(parents=True, exist_ok=True)
    both.touch(mode=0o600)
    both.write_text((PKI / "client-2.pem").read_text() + (PKI / "client-2.key").read_text())
    for number, files in enumerate((
            {"certificate_file": PKI / "client-1.pem", "private_key_file": PKI / "client-1.key"},
            {"certificate_file": both},
            {"certificate_file": both, "assertion_alg": "RS256"},
            {"certificate_file": both, "assertion_alg": "RS256", "assertion_thumbprint": "x5t"})):
        r = p.check(f"certificate-{number}", client_id=CERTIFIED, secret=None, **files)
        expect("exit status (" + r.summary() + ")", r.status, 0)
        expect("messages", str(r.fact("mailbox", "messages")), "25")
        no_secrets(r, hidden(p))


@scenario("certificate-refused")
def certificate_refused(p):
    """A certificate that is not registered, and one that is registered for another tenant's endpoint."""
    r = p.check("certificate-refused", client_id=CERTIFIED, secret=None,
                certificate_file=PKI / "client-3.pem", private_key_file=PKI / "client-3.key")
    expect_failure(r, 5, "token", "token-refused", 700027, "AADSTS700027.*key was not found",
                   passed=MAIL_SIDE, skipped=("claims", "auth", "mailbox"))
    no_secrets(r, hidden(p))
    # A pair that is none is found before anything is sent.
    count = len(p.rig.seen())
    r = p.check("certificate-mismatch", client_id=CERTIFIED, secret=None,
                certificate_file=PKI / "client-1.pem", private_key_file=PKI / "client-3.key")
    expect_failure(r, 2, "credential", passed=MAIL_SIDE)
    expect("token requests", len(p.rig.seen()), count)


@scenario("federated")
def federated(p):
    """An assertion that somebody else signed, from a file that is read anew each time; a second use is refused."""
    file = BUILD / "runs" / p.label / "federated-token"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    for alg in ("RS256", "PS256"):
        file.write_text(assertion(p.rig, alg) + "\n")
        r = p.check("federated", client_id=CERTIFIED, secret=None, federated_token_file=file)
        expect("exit status (" + r.summary() + ")", r.status, 0)
        no_secrets(r, hidden(p))
    r = p.check("federated-again", client_id=CERTIFIED, secret=None, federated_token_file=file)
    expect_failure(r, 5, "token", "token-refused", evidence="client authentication failed",
                   passed=MAIL_SIDE, skipped=("claims", "auth", "mailbox"))
    no_secrets(r, hidden(p))


# ---- device code ----------------------------------------------------------------------------------

def person(p, name, **changes):
    """A folder for somebody who has not signed in yet."""
    return p.prepare(name, p.settings(**{
        "grant": "device-code", "client_id": PERSON, "secret": None, "scope": PERSON_SCOPE,
        "device_url": p.rig.device_url, "token_cache": "tokens", "mailbox": ALICE, **changes}))


def login(p, folder, act):
    """o2pop login, and somebody who reads the user code as it is shown and then does something."""
    shown = []
    process = p.start(folder, ["login", "--config", folder / "o2pop.conf", "--transcript", folder / "transcript"])

    def look():
        shown[:] = USER_CODE.findall((folder / "stdout").read_text() + (folder / "stderr").read_text())
        return shown or process.poll() is not None
    wait_for("a user code", look, 20)
    if shown:
        actor = threading.Thread(target=act, args=(shown[0],))
        actor.start()
    r = p.finish(folder, process)
    if not shown:
        raise Wrong(f"o2pop login showed no user code: {said(r)}")
    actor.join()
    no_secrets(r, hidden(p))
    return r


def signed_in(p, name, **changes):
    folder = person(p, name, **changes)
    p.rig.device(announced=1)
    r = login(p, folder, lambda code: p.rig.sign(code, ALICE))
    p.rig.device()
    expect(f"status of o2pop login ({said(r)})", r.status, 0)
    return folder


def polls(p, count):
    """When polls came, and what they were told."""
    entries = [entry for entry in asked_since(p, count) if entry["grant"] == DEVICE_GRANT]
    return [entry["at"] for entry in entries], [entry["error"] if "error" in entry else None for entry in entries]


def gaps(times):
    return [b - a for a, b in zip(times, times[1:])]


@scenario("login")
def login_(p):
    """Pending until the person agrees; then the mailbox opens: a check renews, token takes what is there."""
    folder, count = person(p, "login"), len(p.rig.seen())
    p.rig.device(announced=1)

    def act(code):
        time.sleep(2.5)
        expect("the sign-in", p.rig.sign(code, ALICE), "ok")
    r = login(p, folder, act)
    p.rig.device()
    expect(f"status of o2pop login ({said(r)})", r.status, 0)
    times, told = polls(p, count)
    expect("polls", told, ["authorization_pending"] * (len(told) - 1) + [None])
    if len(told) < 3 or min(gaps(times)) < 0.95:
        raise Wrong(f"the polls came at {times}")
    expect("mode of the token store", stat.S_IMODE((folder / "tokens").stat().st_mode), 0o600)
    count = len(p.rig.seen())
    r = run(p, folder, "check", ALICE)
    expect(f"status of o2pop check ({said(r)})", r.status, 0)
    r = run(p, folder, "token")
    expect(f"status of o2pop token ({said(r)})", r.status, 0)
    expect("grants after the login", [entry["grant"] for entry in asked_since(p, count)], ["refresh_token"])
    expect("token", r.stdout.strip(), p.rig.seen()[-1]["token"])


@scenario("login-slow-down")
def login_slow_down(p):
    """The provider means another pace than it said: five seconds more, for good."""
    folder, count = person(p, "login-slow-down"), len(p.rig.seen())
    p.rig.device(announced=1, demanded=2)

    def act(code):
        wait_for("slow_down", lambda: "slow_down" in polls(p, count)[1], 20)
        p.rig.sign(code, ALICE)
    r = login(p, folder, act)
    p.rig.device()
    expect(f"status of o2pop login ({said(r)})", r.status, 0)
    times, told = polls(p, count)
    expect("polls", told, ["authorization_pending", "slow_down", None])
    if not 5.9 < gaps(times)[-1] < 8:
        raise Wrong(f"the polls came at {times}")


@scenario("login-denied")
def login_denied(p):
    """In the word of RFC 8628 and in that of Entra."""
    for word in ("access_denied", "authorization_declined"):
        folder, count = person(p, "login-denied"), len(p.rig.seen())
        p.rig.device(announced=1)
        r = login(p, folder, lambda code, word=word: p.rig.sign(code, error=word))
        p.rig.device()
        expect(f"status of o2pop login ({said(r)})", r.status, 5)
        expect_match("what is said", r.stdout + r.stderr, word)
        expect("last poll", polls(p, count)[1][-1], word)


@scenario("login-expired")
def login_expired(p):
    folder = person(p, "login-expired")
    p.rig.device(announced=1, lifetime=2)
    began = time.monotonic()
    r = login(p, folder, lambda code: None)
    p.rig.device()
    expect(f"status of o2pop login ({said(r)})", r.status, 5)
    if time.monotonic() - began > 10:
        raise Wrong("it took long after the code had ended")


# ---- refresh token and store ----------------------------------------------------------------------

@scenario("refresh")
def refresh(p):
    """Each renewal uses the last one's token; one that was used already is refused and named."""
    p.rig.life(30)  # so short that each run renews
    try:
        folder = signed_in(p, "refresh")
        count = len(p.rig.seen())
        for _ in range(3):
            r = run(p, folder, "token")
            expect(f"status of o2pop token ({said(r)})", r.status, 0)
        entries = asked_since(p, count)
        expect("grants", [entry["grant"] for entry in entries], ["refresh_token"] * 3)
        expect("answers", [entry["status"] for entry in entries], [200] * 3)
        shutil.copy(folder / "tokens", folder / "kept")
        r = run(p, folder, "token")
        expect(f"status of o2pop token ({said(r)})", r.status, 0)
        shutil.copy(folder / "kept", folder / "tokens")
        r = run(p, folder, "token")
        expect(f"status with a token that was used before ({said(r)})", r.status, 5)
        expect_match("what is said", r.stderr, r"AADSTS70000.*o2pop login")
        no_secrets(r, hidden(p))
    finally:
        p.rig.life()


@scenario("refresh-token-file")
def refresh_token_file(p):
    """The file's token is good once; from then on its successor in the store counts."""
    code = device_code(p.rig)
    p.rig.sign(code["user_code"], ALICE)
    folder = person(p, "refresh-token-file", grant=None, device_url=None, refresh_token_file="refresh")
    (folder / "refresh").touch(mode=0o600)
    (folder / "refresh").write_text(poll(p.rig, code)[1]["refresh_token"] + "\n")
    p.rig.life(30)
    try:
        for _ in range(3):
            r = run(p, folder, "token")
            expect(f"status of o2pop token ({said(r)})", r.status, 0)
    finally:
        p.rig.life()


def together(p, folder, count=TOGETHER):
    """That many `o2pop token` at the same moment: what they print."""
    started = [subprocess.Popen([*p.command, "token", "--config", str(folder / "o2pop.conf")], cwd=folder,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                env={"PATH": os.environ["PATH"]}) for _ in range(count)]
    printed = []
    for process in started:
        out, err = process.communicate(timeout=60)
        expect(f"status of o2pop token ({err[-800:]})", process.returncode, 0)
        printed.append(out)
    return printed


@scenario("together")
def many_together(p):
    """Fifty at once with one store: one asks, the others wait for what it gets. By secret, then by refresh token."""
    folder = p.prepare("together", p.settings(token_cache="tokens"))
    count = len(p.rig.seen())
    printed = together(p, folder)
    expect("token requests", len(asked_since(p, count)), 1)
    expect("different tokens", len(set(printed)), 1)
    p.rig.life(30)
    try:
        folder = signed_in(p, "together-person")
    finally:
        p.rig.life()
    count = len(p.rig.seen())
    printed = together(p, folder)
    expect("token requests", [entry["grant"] for entry in asked_since(p, count)], ["refresh_token"])
    expect("different tokens", len(set(printed)), 1)
