"""What each command does."""
import base64
import json
import os
import re
import subprocess
import time

from rig import (CLIENT, O2POP, OBJECT, RUN, SECRET, SLOW, TENANT, Mail, Provider, Terminal, check, columns, equal, has,
                 hasnt, jwt, xoauth2)

# From Microsoft's documentation.
USER = "test@contoso.onmicrosoft.com"
TOKEN = "EwBAAl3BAAUFFpUAo7J3Ve0bjLBWZWCclRC3EoAA"
SASL = ("dXNlcj10ZXN0QGNvbnRvc28ub25taWNyb3NvZnQuY29tAWF1dGg9QmVhcmVyIEV3QkFBbDNCQUFVRkZwVUFvN0ozVmUwYmpMQldaV0NjbFJD"
        "M0VvQUEBAQ==")


def arguments(provider, mail=None, secret="-"):
    args = ["--provider", "custom", "--scope", "s/.default", "--client-id", CLIENT, "--token-url", provider.url,
            "--client-secret-file", secret]
    if mail:
        args += ["--pop-host", "127.0.0.1", "--pop-tls", "none", "--pop-port", mail.port]
    return args


def test_encode(place):
    equal(place.run("encode", USER, stdin=TOKEN).exits(0).out, SASL + "\n")
    equal(place.run("encode", USER, stdin=TOKEN + "\n").exits(0).out, SASL + "\n")
    token = place.file("token", TOKEN + "\r\n")
    equal(place.run("encode", USER, "--access-token-file", token).exits(0).out, SASL + "\n")
    equal(place.run("encode", "--mailbox", USER, "--access-token-file", token).exits(0).out, SASL + "\n")
    long = "t" * 16384
    equal(place.run("encode", USER, stdin=long).exits(0).out, xoauth2(USER, long) + "\n")


def test_encode_oauthbearer(place):
    def frame(user, host, port):
        return base64.b64encode(f"n,a={user},\1host={host}\1port={port}\1auth=Bearer {TOKEN}\1\1".encode()).decode()
    for args, want in (((USER,), frame(USER, "outlook.office365.com", 995)),
                       ((USER, "--provider", "google"), frame(USER, "pop.gmail.com", 995)),
                       (("a=b@c.example", "--pop-host", "mail.example", "--pop-port", "1995"),
                        frame("a=3Db@c.example", "mail.example", 1995))):
        r = place.run("encode", *args, "--mechanism", "oauthbearer", stdin=TOKEN).exits(0)
        equal(r.out, want + "\n", str(args))
        back = place.run("decode", "--format", "json", stdin=want).exits(0).json()
        equal((back["kind"], back["mailbox"]), ("oauthbearer", args[0]), "decoded")
    has(place.run("encode", USER, "--mechanism", "plain", stdin=TOKEN).exits(2).err, "write xoauth2 or oauthbearer")


def test_setup_grants(place):
    for grant, parts in (("certificate", ["openssl req -x509"]), ("device-code", ["o2pop login", "public client flows"]),
                         ("managed-identity", ["New-MgServicePrincipalAppRoleAssignment"])):
        has(place.run("setup", "--grant", grant).exits(0).out, *parts)
    has(place.run("setup", "--provider", "google", "--grant", "service-account").exits(0).out, "domain-wide delegation")
    has(place.run("setup", "--provider", "google", "--grant", "client-secret").exits(2).err,
        "for Gmail the grant can be refresh-token, service-account, access-token")
    has(place.run("setup", "--grant", "password").exits(2).err, "MFA")
    has(place.run("setup", "--grant", "device-code", "--format", "powershell").exits(2).err, "no application in Exchange")


def test_encode_refuses(place):
    has(place.run("encode", USER, stdin=TOKEN + " x").exits(2).err, "characters that no token may hold", "character 41")
    has(place.run("encode", USER, stdin="t" * 16385).exits(2).err, "16385", "16384")
    has(place.run("encode", USER, stdin="").exits(2).err, "there is no token")
    has(place.run("encode", stdin=TOKEN).exits(2).err, "the mailbox is missing")
    has(place.run("encode", "not an address", stdin=TOKEN).exits(2).err, "'not an address' is not an address")
    hasnt(place.run("encode", USER, stdin=TOKEN + "\x01").exits(2).all, TOKEN)


def test_token_formats(place):
    provider = Provider()
    t = provider.token
    try:
        for form, want in (("raw", t), ("header", "Authorization: Bearer " + t), ("sasl", xoauth2(USER, t)),
                           ("json", '{"token_type":"Bearer","expires_in":3599,"access_token":"' + t + '"}')):
            r = place.run("token", USER, "--format", form, *arguments(provider), stdin=SECRET).exits(0)
            equal(r.out, want + "\n", form)
            equal(r.err, "", "stderr")
        has(place.run("token", "--format", "sasl", *arguments(provider), stdin=SECRET).exits(2).err, "needs the mailbox")
    finally:
        provider.end()


def test_token_refused(place):
    provider = Provider(401, {"error": "invalid_client", "error_codes": [7000215],
                              "error_description": "AADSTS7000215: Invalid client secret provided. Trace ID: x"})
    try:
        r = place.run("token", *arguments(provider), stdin=SECRET).exits(5)
        equal(r.out, "", "stdout")
        has(r.err, "AADSTS7000215", "Cause", "token")
        hasnt(r.all, SECRET)
    finally:
        provider.end()


def test_token_on_a_terminal(place):
    provider = Provider()
    t = Terminal(place, "token", *arguments(provider, secret=place.file("secret", SECRET)))
    try:
        equal(t.wait(), 0, "wait status")
        has(t.text, "this token opens the mailbox", provider.token[:30])
    finally:
        t.end()
        provider.end()


def test_token_to_a_full_disk(place):
    provider = Provider()
    try:
        with open("/dev/full", "wb") as full:
            r = place.run("token", *arguments(provider), stdin=SECRET, stdout=full).exits(1)
        has(r.err, "could not be written")
        hasnt(r.err, provider.token[:30])
    finally:
        provider.end()


def test_probe(place):
    mail = Mail()
    try:
        where = f"127.0.0.1:{mail.port}"
        r = place.run("probe", where, "--pop-tls", "none", "--format", "json").exits(0).json()
        steps = {row["id"]: row["verdict"] for row in r["steps"]}
        equal(steps.get("capa"), "pass")
        check(not set(steps) & {"credential", "token", "auth", "mailbox"}, steps)
        has(place.run("probe", where, "--pop-tls", "none").exits(0).out, "capa", "XOAUTH2")
        equal(mail.logins, [], "logins")
    finally:
        mail.end()


def test_probe_needs_no_credential(place):
    # A secret that cannot be read is no business of a probe.
    conf = place.file("o2pop.conf", "client_secret_file = missing\nclient_id = x\nclient_secret_command = exit 1\n")
    mail = Mail()
    try:
        place.run("probe", "-c", conf, f"127.0.0.1:{mail.port}", "--pop-tls", "none").exits(0)
    finally:
        mail.end()


def test_probe_arguments(place):
    for text in ("host:", "host:0", "host:99999", "ho st", "https://host", "host/path", ""):
        has(place.run("probe", text).exits(2).err, "is not HOST or HOST:PORT")
    has(place.run("probe", "--provider", "custom").exits(2).err, "no server to look at")


def test_probe_refused(place):
    r = place.run("probe", "127.0.0.1:1", "--pop-tls", "none", "--pem").exits(3)
    equal(r.out, "", "stdout")
    has(r.err, "pop-tcp")


def test_progress(place):
    """A status line while it waits, gone before the report; the summary is the last thing on the terminal."""
    provider, mail = Provider(), Mail(silent=True)
    command = ["check", "a@b.example", *arguments(provider, mail, place.file("secret", SECRET)),
               "--timeout", f"{2 * SLOW}s"]
    runs = [(Terminal(place, *command, *more, env=env), env, more, shown) for env, more, shown in
            (({}, [], True), ({"TERM": "dumb"}, [], True), ({}, ["-q"], False), ({}, ["-v"], False))]
    try:
        for t, env, more, shown in runs:
            equal(os.WEXITSTATUS(t.wait()), 3, "exit status")
            check(bool(re.search(r"pop greeting \d", t.text)) == shown, "no status line, or one too many", t.text)
            if more == ["-q"]:
                continue
            visible = re.sub(r"\x1b\[[0-9]*m", "", re.sub(r"[^\n]*\r\x1b\[K", "", t.text)).strip()
            check(visible.splitlines()[-1].startswith("FAIL  greeting"), t.text)
            check("pop greeting" not in visible or env, t.text)
    finally:
        for t, *_ in runs:
            t.end()
        provider.end()
        mail.end()


def check_args(provider, mail, *more):
    return ["check", "a@b.example"] + arguments(provider, mail) + list(more)


def test_check_formats(place):
    provider, mail = Provider(), Mail()
    try:
        has(place.run(*check_args(provider, mail), stdin=SECRET).exits(0).out, "mailbox", "1 message")
        r = place.run(*check_args(provider, mail, "--format", "json"), stdin=SECRET).exits(0).json()
        equal((r["verdict"], r["exit"]), ("pass", 0))
        r = place.run(*check_args(provider, mail, "--format", "nagios"), stdin=SECRET).exits(0)
        has(r.out, "O2POP OK - ", "messages=1")
        r = place.run(*check_args(provider, mail, "-q"), stdin=SECRET).exits(0)
        equal(r.all, "", "output")
    finally:
        provider.end()
        mail.end()


def test_check_in_4_mib(place):
    """4 MiB of address space are enough for a mailbox; an emulator and a sanitizer take more for themselves."""
    provider, mail = Provider(), Mail()
    try:
        limited = () if RUN or "/host/" in O2POP else ("-c", 'ulimit -v 4096 && exec "$0" "$@"', O2POP)
        r = place.run(*limited, *check_args(provider, mail), program="/bin/sh" if limited else None, stdin=SECRET)
        has(r.exits(0).out, "mailbox", "1 message")
    finally:
        provider.end()
        mail.end()


def test_check_many(place):
    provider, mail = Provider(), Mail()
    listing = place.file("list", b"\xef\xbb\xbf# all of them\na@b.example\r\n\n  c@d.example \n", 0o644)
    try:
        args = ["check", "--mailboxes", listing, "e@f.example"] + arguments(provider, mail)
        r = place.run(*args, "--format", "json", stdin=SECRET).exits(0)
        equal([json.loads(line)["mailbox"] for line in r.out.splitlines()[:-1]],
              ["e@f.example", "a@b.example", "c@d.example"])
        equal(len(provider.asked), 1, "tokens requested")
        has(place.run(*args, "-j", "3", stdin=SECRET).exits(0).out, "a@b.example", "c@d.example", "e@f.example")
        empty = place.file("empty", "# nothing\n")
        has(place.run("check", "--mailboxes", empty, *arguments(provider, mail), stdin=SECRET).exits(2).err, "no mailbox")
    finally:
        provider.end()
        mail.end()


def test_check_mailbox_from_settings(place):
    provider, mail = Provider(), Mail()
    try:
        place.run("check", "--mailbox", "set@b.example", *arguments(provider, mail), stdin=SECRET).exits(0)
        has(base64.b64decode(mail.logins[-1]).decode(), "user=set@b.example\1")
    finally:
        provider.end()
        mail.end()


def test_wait(place):
    """Refused at first, accepted a second later: one line a try, and the report of the last one alone."""
    provider, mail = Provider(), Mail(refusals=1)
    try:
        r = place.run(*check_args(provider, mail, "--wait", "1s", "--format", "json"), stdin=SECRET).exits(0)
        equal(r.json()["verdict"], "pass")
        equal(len(mail.logins), 2, "logins")
        equal(len(provider.asked), 2, "tokens")
        check(re.match(r"o2pop: try 1, after \d+ s: auth: [^;]+; next try in \d s", r.err), r.err)
        equal(r.err.count("\n"), 1, "lines on stderr")
    finally:
        provider.end()
        mail.end()


def test_wait_in_vain(place):
    provider, mail = Provider(), Mail(refusals=99)
    try:
        r = place.run(*check_args(provider, mail, "--wait", "1s", "-q"), stdin=SECRET).exits(8)
        equal(r.all, "", "output")
        equal(len(mail.logins), 2, "logins")
        r = place.run(*check_args(provider, mail, "--wait", "500ms"), stdin=SECRET).exits(8)
        equal(r.out.count("auth-refused") + r.out.count("Cause"), r.out.count("Cause"), "one report")
    finally:
        provider.end()
        mail.end()


def test_wait_is_not_for_mistakes(place):
    provider = Provider(400, {"error": "unauthorized_client", "error_description": "AADSTS700016x AADSTS90002: no tenant"})
    mail = Mail()
    try:
        start = time.time()
        place.run(*check_args(provider, mail, "--wait", "1h"), stdin=SECRET, timeout=30 * SLOW).exits(5)
        check(time.time() - start < 20 * SLOW, "it waited")
        equal(len(provider.asked), 1, "requests")
    finally:
        provider.end()
        mail.end()


def test_wait_reads_files_again(place):
    """A token in a file may be renewed between two tries."""
    mail = Mail(refusals=1)
    old, new = jwt(jti="old"), jwt(jti="new")
    path = place.file("token", old)
    p = place.start("check", "a@b.example", "--access-token-file", path, "--tenant-id", TENANT, "--pop-host",
                    "127.0.0.1", "--pop-tls", "none", "--pop-port", mail.port, "--wait", f"{3 * SLOW}s")
    try:
        deadline = time.time() + 20 * SLOW
        while not mail.logins and time.time() < deadline:
            time.sleep(0.02)
        place.file("token", new)
        equal(p.wait(60), 0, "exit status")
        equal(mail.logins, [xoauth2("a@b.example", old), xoauth2("a@b.example", new)])
    finally:
        p.kill()
        mail.end()


def test_explain(place):
    for text, want in (("AADSTS7000215", "secret"), ("7000215", "secret"), ("invalid_client", ""),
                       ("-ERR Authentication failure: unknown user name or bad password.", ""),
                       ("cert-expired", "")):
        r = place.run("explain", text, env={"HOME": "/nowhere"}).exits(0)
        has(r.out, want)
        check(columns(r.out) <= 80, r.out)
    r = place.run("explain", "nothing", "to", "see").exits(1)
    has(r.out, "Nothing was found that explains a failure. Paste the answer itself")
    has(place.run("explain", "AADSTS999999999").exits(1).out, "https://login.microsoftonline.com/error?code=999999999")
    place.run("explain", "AADSTS999999999", "AADSTS7000215").exits(0)


def test_explain_own_words(place):
    """What reports and statuses of o2pop itself say: steps, causes, exit statuses."""
    for text, want in (("auth", ["A step", "accepts this token", "It needs: claims, capa", "exit status is 8"]),
                       ("pop-tls", ["It needs: mail-proxy, pop-tcp", "exit status is 4"]), ("clock", ["warning"]),
                       ("no-mailbox-permission", ["A cause", "FullAccess", "Who", "Fix"]),
                       ("8", ["exit status 8\n", "the mail server refused the login", "with it: auth\n"]),
                       ("exit 8", ["exit status 8\n"]), ("Exit status 10", ["throttled"]), ("0", ["everything passed"]),
                       ("3", ["idp-dns, token-proxy, idp-tcp, pop-dns, mail-proxy,", "3 UNKNOWN"])):
        r = place.run("explain", *text.split()).exits(0)
        has(" ".join(r.out.split("  ")) + r.out, *want)
        check(columns(r.out) <= 80, r.out)
    for text in ("11", "exit 11", "exit", "authentic", "no-mailbox", "claims auth"):
        place.run("explain", *text.split()).exits(1)
    # Numbers that were known before keep their meaning.
    has(place.run("explain", "429").exits(0).out, "429")
    has(place.run("explain", "7000215").exits(0).out, "The client secret is wrong.")
    # A report in JSON, or a piece of it.
    r = place.run("explain", stdin='{"causes":[{"id":"pop-disabled","who":"exchange"},{"id":"secret-new"},'
                                   '{"id":"pop-disabled"}]}').exits(0)
    equal(re.findall(r"^[a-z-]+$", r.out, re.M), ["pop-disabled", "secret-new"], "ids")


def test_explain_every_own_word(place):
    with open(os.path.join(os.path.dirname(__file__), "../../src/explain/causes.def")) as f:
        ids = re.findall(r'^CAUSE\(\w+, "([a-z0-9-]+)"', f.read(), re.M)
    check(len(ids) > 100, "causes.def was not understood")
    for first in range(0, len(ids), 50):
        some = ids[first:first + 50]
        out = place.run("explain", stdin="".join(f'{{"id":"{i}"}}' for i in some)).exits(0).out
        for cause in some:
            check(re.search(rf"^{cause}\n  A cause .*\n\nCause    \S", out, re.M), f"{cause} is not explained:", out)


def test_explain_a_log(place):
    log = "12:00 start\n" + "12:01 AADSTS7000215: Invalid client secret provided.\n" * 50 + \
          "12:02 -ERR Authentication failure: unknown user name or bad password.\n"
    r = place.run("explain", "-", stdin=log).exits(0)
    equal(r.out.count("AADSTS7000215 (line 2)\n"), 1, "times that AADSTS7000215 is explained")
    has(r.out, "\nAuthentication failure: unknown user name or bad password (line 52)\n", "Read as: Microsoft")
    equal(place.run("explain", stdin=log).exits(0).out, r.out, "without -")


def test_explain_a_long_log(place):
    """It passes through a window of one size: what stands behind two million bytes counts as well."""
    log = "12:00 nothing to report\n" * 100000 + "12:01 AADSTS7000222: The secret keys are expired.\n" + "x" * 1500000
    r = place.run("explain", "-", stdin=log).exits(0)
    has(r.out, "AADSTS7000222 (line 100001)\n", "Cause 1  The client secret has passed its end date.")
    has(place.run("explain", "--format", "json", "-", stdin=log).exits(0).out, '"lines":{"all":100002,"understood":1,')


def test_explain_ignores_settings(place):
    place.file(".config/o2pop/o2pop.conf", "broken")
    place.run("explain", "AADSTS7000215", env={"O2POP_NONSENSE": "x"}).exits(0)


def conf(place):
    return place.file("o2pop.conf", f"tenant_id = {TENANT}\nclient_id = {CLIENT}\nclient_secret = {SECRET}\n"
                                    f"enterprise_object_id = {OBJECT}\ndisplay_name = Bob's \u2019reader\nmailbox = a@b.example\n")


def test_setup_knows_nothing(place):
    r = place.run("setup").exits(0)
    has(r.out, "TENANT-ID", "APPLICATION-ID", "OBJECT-ID", "POP.AccessAsApp", "Grant admin consent", "not yet")
    numbers = [int(n) for n in re.findall(r"^(\d)\. ", r.out, re.M)]
    equal(numbers, list(range(1, 9)), "steps")
    check(columns(r.out) <= 80, r.out)


def test_setup_knows_everything(place):
    r = place.run("setup", "-c", conf(place)).exits(0)
    has(r.out, f"New-ServicePrincipal -AppId {CLIENT} -ObjectId {OBJECT}", f"-Organization {TENANT}",
        "Add-MailboxPermission -Identity 'a@b.example'", "o2pop check -c ")
    hasnt(r.out, SECRET)
    hasnt(r.out.split("1. Register")[1], "TENANT-ID", "APPLICATION-ID", "OBJECT-ID", "MAILBOX")
    r = place.run("setup", "-c", conf(place), "c@d.example", "e@f.example").exits(0)
    has(r.out, "-Identity 'c@d.example'", "-Identity 'e@f.example'")
    hasnt(r.out, "a@b.example")


def test_setup_powershell(place):
    r = place.run("setup", "-c", conf(place), "--format", "powershell").exits(0)
    has(r.out, f"$AppId = '{CLIENT}'", f"$ObjectId = '{OBJECT}'", "$Name = 'Bob''s \u2019\u2019reader'", "'a@b.example'")
    hasnt(r.out, SECRET, "Read-Host")
    has(place.run("setup", "--format", "powershell").exits(0).out, "$ObjectId = Read-Host", "$Mailboxes = @((Read-Host")
    has(place.run("setup", "--provider", "microsoft-china", "--format", "powershell").exits(0).out, "O365China")
    has(place.run("setup", "--provider", "google", "--format", "powershell").exits(2).err, "no Exchange")
    has(place.run("setup", "no address").exits(2).err, "is not an address")


def test_setup_clients(place):
    path = conf(place)
    for client, parts in (("mpop", ["1.4.18", "passwordeval o2pop token -c ", "auth xoauth2"]),
                          ("getmail", ["6.19.11", 'password_command = ("o2pop", "token", "-c", "']),
                          ("fetchmail", ["fetchmail 7", 'passwordeval "o2pop token -c ']),
                          ("msmtp", ["1.8.13", "passwordeval o2pop token -c ", "auth xoauth2", "smtp.office365.com"]),
                          ("isync", ["AuthMechs XOAUTH2", 'PassCmd "o2pop token -c ', "Host outlook.office365.com"]),
                          ("curl", ["oauth2-bearer", "pop3s://outlook.office365.com:995/"]),
                          ("openssl", ["s_client -quiet -crlf", "-verify_return_error", "outlook.office365.com"])):
        r = place.run("setup", "-c", path, "--client", client).exits(0)
        has(r.out, "a@b.example", *parts)
        hasnt(r.out, SECRET)
        if r.out.startswith("#!"):
            shell = r.out.split("\n")[0].split("/")[-1].split()[-1]
            done = subprocess.run([shell, "-n"], input=r.out.encode(), stderr=subprocess.PIPE)
            equal(done.returncode, 0, f"{client}: {done.stderr}")
    has(place.run("setup", "--client", "pine").exits(2).err, "'pine'", "mpop, getmail")
    has(place.run("setup", "--client", "mpop", "$(id)@b.example").exits(2).err, "quotes, dollar signs")
    has(place.run("setup", "--client", "curl", "a'b@c.example").exits(2).err, "quotes")


def test_selftest(place):
    r = place.run("selftest").exits(0)
    has(r.out, "random numbers", "built-in roots", "SHA-256", "is sound on this machine")
    check(columns(r.out) <= 80, r.out)
