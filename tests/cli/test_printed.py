"""What reports tell people to type: every such line of the golden reports and of the causes is run, or parsed by who
would run it."""
import glob
import os
import re
import shlex
import subprocess

from rig import CLIENT, SECRET, TENANT, Mail, Provider, check, has, hasnt, jwt

CASES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cases")

# What a system has, or an administrator installs: their syntax is the shell's.
TOOLS = {"openssl", "curl", "nslookup", "date", "timedatectl", "chronyc", "hwclock", "ls", "chmod", "umask", "base64"}

# The cmdlets that are printed, with the parameters that Microsoft's documentation gives them.
FORMAT = {"": "names"}
CMDLETS = {
    "Connect-ExchangeOnline": {"ExchangeEnvironmentName": "value"},
    "Get-ServicePrincipal": {"Identity": "value"},
    "New-ServicePrincipal": {"AppId": "value", "ObjectId": "value", "DisplayName": "value"},
    "Remove-ServicePrincipal": {"Identity": "value"},
    "Get-MailboxPermission": {"Identity": "value"},
    "Add-MailboxPermission": {"Identity": "value", "User": "value", "AccessRights": "value"},
    "Get-CASMailbox": {"Identity": "value"},
    "Set-CASMailbox": {"Identity": "value", "PopEnabled": "bool", "SmtpClientAuthenticationDisabled": "bool"},
    "Get-Mailbox": {"Identity": "value"},
    "Get-MoveRequest": {"Identity": "value"},
    "Get-Recipient": {"Identity": "value"},
    "Get-OrganizationConfig": FORMAT,
    "Get-AuthenticationPolicy": FORMAT,
    "Get-User": {"Identity": "value"},
    "Add-RecipientPermission": {"Identity": "value", "Trustee": "value", "AccessRights": "value"},
    "Install-Module": {"Name": "value", "Force": "switch"},
    "Get-Command": FORMAT,
    "Format-List": FORMAT,
    "Format-Table": FORMAT,
    "Where-Object": {"": "where", "eq": "value"},
}
LEXER = re.compile(r"\s*(?:(?P<pipe>\|)|(?P<quoted>'(?:[^']|'')*')|(?P<parameter>-[A-Za-z]+)(?=\s|$)|"
                   r"(?P<bool>\$(?:true|false))(?=\s|$)|(?P<word>[A-Za-z0-9*][A-Za-z0-9.,_:/@+*\\-]*))")


def typed(text):
    """The lines to be typed of a report: in a cause they stand at column 13, long ones at 4; elsewhere at 4 or 6."""
    place = ""
    for line in text.splitlines():
        indent = len(line) - len(line.lstrip(" "))
        if line and indent == 0:
            known = re.match(r"Cause|Who|Fix|Verify|To paste|To narrow it down|Most likely|The cause \(above\)", line)
            place = known.group() if known else "" if not line.startswith(" ") else place
        elif line and ((place in ("Cause", "Who", "Fix", "Verify") and indent in (4, 13)) or
                       (place == "To paste" and indent == 4) or
                       (place in ("To narrow it down", "Most likely", "The cause (above)") and indent in (4, 6))):
            if not line.lstrip().startswith("# "):
                yield line.strip()


def printed(place):
    """Line: where it stands. Reports have the values of a run, o2pop explain has every cause there is."""
    lines = {}
    with open(os.path.join(CASES, "..", "..", "src", "explain", "causes.def"), encoding="utf-8") as file:
        for cause in re.findall(r'^CAUSE\(\w+, "([^"]+)"', file.read(), re.M):
            for line in typed(place.run("explain", cause).exits(0).out):
                lines.setdefault(line, cause)
    for path in sorted(glob.glob(os.path.join(CASES, "*.human"))):
        with open(path, encoding="utf-8") as file:
            for line in typed(file.read()):
                lines.setdefault(line, os.path.basename(path))
    check(len(lines) > 50, f"only {len(lines)} lines to type were found")
    return lines


def tokens(line):
    at = 0
    while at < len(line):
        found = LEXER.match(line, at)
        check(found, f"PowerShell cannot read {line[at:]!r} of {line!r}")
        at = found.end()
        yield found.lastgroup, found.group(found.lastgroup)


def powershell(line):
    command = parameters = wants = None
    for kind, text in list(tokens(line)) + [("pipe", "|")]:
        if kind == "pipe":
            check(command and not wants, f"incomplete: {line!r}")
            command = None
        elif command is None:
            check(kind == "word" and text in CMDLETS, f"{text!r} is no known cmdlet: {line!r}")
            command, parameters, wants = text, CMDLETS[text], None
        elif wants is not None:
            check((kind == "bool") == (wants == "bool") and kind != "parameter", f"{text!r} is no {wants}: {line!r}")
            wants = None
        elif kind == "parameter":
            wants = parameters.get(text[1:])
            check(wants, f"{command} has no {text}: {line!r}")
            wants = None if wants == "switch" else wants
        else:
            check("" in parameters and kind == "word", f"{text!r} is one too many: {line!r}")


def settings(place):
    """As in the cases, with servers that answer; and with none, for hosts that are not here."""
    provider, mail = Provider(), Mail()
    secret = place.file("o2pop.secret", SECRET)
    common = f"client_id = {CLIENT}\nclient_secret_file = {secret}\nmailbox = a@contoso.example\ntimeout = 10s\n"
    place.file("here.conf", common + f"provider = custom\nscope = s/.default\ntoken_url = {provider.url}\n"
               f"pop_host = 127.0.0.1\npop_tls = none\npop_port = {mail.port}\n")
    place.file("FILE", jwt())
    place.file("o2pop.conf", common + f"provider = microsoft\ntenant_id = {TENANT}\n"
               "resolve = *:443:127.0.0.1@1 *:995:127.0.0.1@1\n")
    return provider, mail


def ours(place, line):
    args = shlex.split(line)[1:]
    if "-c" not in args and args[0] not in ("decode", "selftest", "--help"):  # of a cause alone: no run is known
        args += ["-c", "o2pop.conf"]
    if args[0] in ("check", "token"):  # what is verified can pass
        args = ["here.conf" if a == "o2pop.conf" else a for a in args]
    args = ["20s" if a == "120s" else a for a in args]  # the servers are here, and answer at once
    done = place.run(*args, stdin=jwt() if args[0] == "decode" else "")
    if done.code == 3 and args[0] != "probe":  # the deadline, on a busy machine: once more
        done = place.run(*args, stdin="")
    good = {"check": (0, 7, 8), "token": (0,), "probe": (3,), "config": (0,), "setup": (0,), "login": (2, 3),
            "selftest": (0,)}.get(args[0], (0,))
    check(done.code in good, f"{line!r} ends with {done.code}", done.all)
    if "--stop-after" in args:
        done.exits(0)
    return args


def test_printed_commands(place):
    servers = settings(place)
    ran = set()
    for line, where in printed(place).items():
        if line.startswith("o2pop "):
            ran.update(ours(place, part)[0] for part in line.split(" | "))
        elif re.match(r"[A-Z][a-z]+-[A-Z]\w+", line):
            powershell(line)
        elif re.match(r"[a-z_]+ = ", line):
            place.file("line.conf", line + "\n")
            bad = place.run("config", "-c", "line.conf").err
            check("unknown setting" not in bad, f"{where}: {line!r}", bad)
        elif not re.match(r"https://|(scope|grant_type)=", line):
            check(line.split()[0] in TOOLS, f"{where}: nobody knows how to run {line!r}")
            done = subprocess.run(["sh", "-n", "-c", line], stderr=subprocess.PIPE, check=False)
            check(done.returncode == 0, f"{where}: {line!r}", done.stderr.decode())
    check({"check", "probe", "config", "setup", "login", "token"} <= ran, f"only {ran} were printed")
    for server in servers:
        server.end()


def test_printed_powershell_grammar(place):
    """The parser of this test refuses what would break out of a value, and what no cmdlet has."""
    del place
    powershell("Get-ServicePrincipal | Where-Object AppId -eq 'it''s' | Format-List AppId,ObjectId")
    for bad in ("Get-Mailbox -Identity a;b", "Get-Mailbox -Identity 'a", "Get-Mailbox -Identity", "Get-Mailbox -Idnty a",
                "Set-CASMailbox -Identity a -PopEnabled yes", "Get-Mailbox -Identity $(x)", "Rm-Rf a", "Get-Mailbox a b"):
        try:
            powershell(bad)
        except Exception:
            continue
        check(False, f"{bad!r} was accepted")


def test_probe_of_a_web_server(place):
    """It waits for a request, so there is no greeting to wait for."""
    provider = Provider()
    host = provider.url.split("/")[2]
    place.run("probe", host, "--provider", "custom", "--token-url", provider.url, "--pop-tls", "none").exits(0)
    provider.end()
    place.file("o2pop.conf", "resolve = *:443:127.0.0.1@1\n")
    done = place.run("probe", "-c", "o2pop.conf", "login.microsoftonline.com:443").exits(3)
    has(" ".join(done.out.split()), "an address where nothing listens", "o2pop.conf:1")


def test_what_cannot_work_is_named_before_it_is_tried(place):
    for line, why in (("resolve = mail.rig.test:*:127.0.0.1", "HOST:PORT:ADDRESS"), ("pin = abcd", "64 hexadecimal"),
                      ("token_pin = abcd", "64 hexadecimal"), ("connect_timeout = 1ms", "a time such as"),
                      ("pop_host = outlook.office356.com", "is it a slip?")):
        place.file("bad.conf", f"provider = microsoft\ntenant_id = {TENANT}\nclient_id = {CLIENT}\n"
                   f"client_secret = {SECRET}\nmailbox = a@b.example\n{line}\n")
        done = place.run("check", "-c", "bad.conf", "--timeout", "5s", "--no-discovery").exits(2)
        has(done.all, line.split(" ")[0], why)
        hasnt(done.all, "✓ idp-dns")


def test_hosts_that_are_not_the_providers_are_warned_of(place):
    """Secret and token go there."""
    for line in ("authority_host = idp.corp.example", "pop_host = pop.gmail.com"):
        place.file("odd.conf", f"provider = microsoft\ntenant_id = {TENANT}\nclient_id = {CLIENT}\n{line}\n"
                   f"client_secret = {SECRET}\nmailbox = a@b.example\n"
                   "resolve = *:443:127.0.0.1@1 *:995:127.0.0.1@1\n")
        out = place.run("check", "-c", "odd.conf", "--no-discovery").exits(3).out
        has(" ".join(out.split()), line.split(" ")[0] + ": not a host of Microsoft 365")


def test_a_failing_command_is_named(place):
    place.file("good_secret", SECRET)
    place.file("c.conf", f"provider = microsoft\ntenant_id = {TENANT}\nclient_id = {CLIENT}\nmailbox = a@b.example\n"
               "client_secret_command = exit 4\nresolve = *:443:127.0.0.1@1 *:995:127.0.0.1@1\n")
    out = " ".join(place.run("check", "-c", "c.conf", "--no-discovery").exits(2).out.split())
    has(out, "ended with status 4", "The command that", "o2pop config -c c.conf")
    hasnt(out, "ls -l", "good_secret")
