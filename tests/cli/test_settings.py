"""Where settings come from, which source wins, and what is refused."""
import os
import re

from rig import CLIENT, SECRET, Terminal, check, equal, has, hasnt


def settings(place, *args, env=None):
    r = place.run("config", "--format", "json", *args, env=env).exits(0)
    return r.json()["settings"]


def test_precedence(place):
    conf = place.file("o2pop.conf", "tenant_id = file.example\nscope = file-scope\npop_host = pop.file.example\n")
    env = {"O2POP_TENANT_ID": "variable.example", "O2POP_SCOPE": "variable-scope"}
    s = settings(place, "-c", conf, "--tenant-id", "flag.example", env=env)
    for key, value, source, origin in (
            ("tenant_id", "flag.example", "flag", "--tenant-id"),
            ("scope", "variable-scope", "environment", "O2POP_SCOPE"),
            ("pop_host", "pop.file.example", "file", conf + ":3"),
            ("authority_host", "login.microsoftonline.com", "provider", None),
            ("timeout", "60s", "default", None),
            ("pin", None, "not set", None)):
        equal((s[key]["value"], s[key]["source"], s[key]["origin"]), (value, source, origin), key)


def test_every_key_has_three_names(place):
    s = settings(place)
    for key in s:
        if key == "client_secret":
            continue
        value = {"provider": "custom", "pop_port": "1995", "timeout": "5s", "pop_tls": "implicit", "pipelining": "on",
                 "auth_form": "one-line", "secret_expires": "2030-01-31", "pop_host": "pop.example",
                 "grant": "access-token", "mechanism": "oauthbearer", "assertion_alg": "RS256",
                 "assertion_thumbprint": "x5t#S256", "managed_identity_url": "http://127.0.0.1/x",
                 "device_url": "https://t.example/d",
                 "token_url": "https://t.example/x", "pin": "0f" * 32, "token_pin": "0f" * 32, "connect_timeout": "3s",
                 "resolve": "a.example:1:127.0.0.1", "connect_to": "a.example:1:b.example:2",
                 "client_secret_file": "/f", "access_token_file": "/f", "federated_token_file": "/f",
                 "certificate_file": "/f", "private_key_file": "/f", "refresh_token_file": "/f",
                 "service_account_file": "/f", "token_cache": "/f", "ca_file": "/f", "ca_dir": "/d",
                 "proxy_password_file": "/f", "address_family": "ipv6"}.get(key, "x")
        google = ("--provider", "google") if key == "service_account_file" else ()  # Microsoft takes none
        conf = place.file("one.conf", f"{key} = {value}\n")
        flag, variable = "--" + key.replace("_", "-"), "O2POP_" + key.upper()
        equal(settings(place, *google, flag, value)[key]["value"], value, flag)
        equal(settings(place, *google, f"{flag}={value}")[key]["value"], value, flag)
        equal(settings(place, *google, env={variable: value})[key]["value"], value, variable)
        equal(settings(place, *google, "-c", conf)[key]["value"], value, key)


def test_lists_add_up(place):
    """As with curl: a list's flag may be given again, and then adds to what it said, not to other sources."""
    env = {"O2POP_CONNECT_TO": "x.example:1:y.example:2"}
    one, two = "a.example:1:[::1]:2", "::b.example:"
    equal(settings(place, "--connect-to", one, "--connect-to", two, env=env)["connect_to"]["value"], f"{one} {two}")
    equal(settings(place, "--timeout", "5s", "--timeout", "6s")["timeout"]["value"], "6s", "no list")


def test_azure_names(place):
    env = {"AZURE_TENANT_ID": "t.example", "AZURE_CLIENT_ID": CLIENT, "AZURE_CLIENT_SECRET": SECRET,
           "AZURE_AUTHORITY_HOST": "https://login.microsoftonline.us/"}
    s = settings(place, env=env)
    equal(s["authority_host"]["value"], "login.microsoftonline.us")
    equal(s["client_secret"]["value"], "<set, 40 characters>")
    s = settings(place, env=dict(env, AZURE_FEDERATED_TOKEN_FILE="/f", AZURE_CLIENT_CERTIFICATE_PATH="/c"))
    equal(s["federated_token_file"]["origin"], "AZURE_FEDERATED_TOKEN_FILE")
    equal(s["certificate_file"]["origin"], "AZURE_CLIENT_CERTIFICATE_PATH")
    equal(s["client_secret"]["value"], None, "beside another grant it is not ours")
    s = settings(place, env=dict(env, O2POP_TENANT_ID="own.example"))
    equal(s["tenant_id"]["origin"], "O2POP_TENANT_ID", "ours is stronger")


def test_config_breaks_no_value(place):
    """On a terminal of 80 columns what does not fit begins a line of its own; in a file a setting is one line."""
    folder = "a-folder-with-a-long-name/and-another-one"
    conf = place.file(folder + "/o2pop.conf", f"tenant_id = t.example\nclient_secret_file = {'s' * 20}\n")
    place.file(f"{folder}/{'s' * 20}", SECRET)
    r = place.run("config", "-c", conf).exits(0)
    has(r.out, f"tenant_id               t.example  ({conf}:1)\n")
    t = Terminal(place, "config", "-c", conf)
    try:
        equal(t.wait(), 0, "wait status")
        text = re.sub(r"\x1b\[[0-9]*m", "", t.text).replace("\r", "")
    finally:
        t.end()
    has(text, conf + "\n", f"\n    ({conf}:1)\n", f"/{'s' * 20}\n", "<set, 40 characters>")
    check(all(len(line) <= 80 or len(line.split()) == 1 for line in text.splitlines()), text)


def test_empty_variable_is_none(place):
    equal(settings(place, env={"O2POP_SCOPE": ""})["scope"]["source"], "provider")


def test_profiles(place):
    conf = place.file("o2pop.conf", "scope = all\ntenant_id = all.example\n[a]\ntenant_id = a.example\n"
                                    "[b]\ntenant_id = b.example # not this\n")
    equal(settings(place, "-c", conf)["tenant_id"]["value"], "all.example")
    s = settings(place, "-c", conf, "--profile", "b")
    equal((s["tenant_id"]["value"], s["scope"]["value"]), ("b.example", "all"))
    equal(settings(place, "-c", conf, env={"O2POP_PROFILE": "a"})["tenant_id"]["value"], "a.example")
    has(place.run("config", "-c", conf, "--profile", "c").exits(2).err, "there is no section 'c'")
    has(place.run("config", "--profile", "a").exits(2).err, "--profile needs a settings file")


def test_places_of_the_file(place):
    place.file(".config/o2pop/o2pop.conf", "tenant_id = home.example\n")
    equal(settings(place)["tenant_id"]["value"], "home.example")
    place.file("xdg/o2pop/o2pop.conf", "tenant_id = xdg.example\n")
    xdg = {"XDG_CONFIG_HOME": place.path("xdg")}
    equal(settings(place, env=xdg)["tenant_id"]["value"], "xdg.example")
    other = place.file("other.conf", "tenant_id = other.example\n")
    equal(settings(place, env=dict(xdg, O2POP_CONFIG=other))["tenant_id"]["value"], "other.example")
    flag = place.file("flag.conf", "tenant_id = flag.example\n")
    equal(settings(place, "-c", flag, env=dict(xdg, O2POP_CONFIG=other))["tenant_id"]["value"], "flag.example")
    # Never silently from the current folder.
    place.file("o2pop.conf", "tenant_id = here.example\n")
    equal(settings(place, env={"HOME": "/nowhere"})["tenant_id"]["value"], None)


def test_file_from_pipe(place):
    r = place.run("config", "-c", "-", stdin="tenant_id = pipe.example\n").exits(0)
    has(r.out, "pipe.example")


def test_file_that_is_wrong(place):
    for text, problem in (
            ("tenat_id = x\n", "unknown setting 'tenat_id'; did you mean tenant_id?"),
            ("bogus = x\n", "unknown setting 'bogus'\n"),
            ("tenant_id = x\nnonsense\n", ":2: this is neither"),
            ("pop_port = 0\n", "pop_port = 0"),
            ("provider = gmail\n", "provider = gmail"),
            ("pop_tls = none\n", "clear text"),
            ("token_url = http://example.com/\n", "https://"),
            ("tenant_id = \"x\n", "this is neither"),
            ("x" * 70000, "65536 bytes")):
        r = place.run("config", "-c", place.file("bad.conf", text)).exits(2)
        has(r.err, problem)
    has(place.run("config", "-c", "missing").exits(2).err, "the file 'missing' could not be opened: No such file")
    has(place.run("config", "-c", place.dir).exits(2).err, "could not be read: Is a directory")


def test_unknown_variable(place):
    has(place.run("config", env={"O2POP_TENAT_ID": "x"}).exits(2).err,
        "unknown variable O2POP_TENAT_ID", "did you mean O2POP_TENANT_ID?")
    has(place.run("config", env={"O2POP_BOGUS": "x"}).exits(2).err, "unknown variable O2POP_BOGUS in the environment\n")


def test_file_with_bom_and_crlf(place):
    conf = place.file("dos.conf", b"\xef\xbb\xbftenant_id = dos.example\r\nscope = s\r\n")
    s = settings(place, "-c", conf)
    equal((s["tenant_id"]["value"], s["scope"]["value"]), ("dos.example", "s"))


def test_files_beside_the_settings(place):
    place.file("job/secret", SECRET + "\n")
    conf = place.file("job/o2pop.conf", "client_secret_file = secret\nca_file = +roots.pem\n")
    s = settings(place, "-c", conf)
    equal(s["client_secret_file"]["value"], place.path("job/secret"))
    equal(s["client_secret_file"]["content"], "<set, 40 characters>")
    equal(s["ca_file"]["value"], "+" + place.path("job/roots.pem"))
    equal(settings(place, "-c", "job/o2pop.conf")["client_secret_file"]["value"], "job/secret")
    # What a flag names stands where the user is.
    equal(settings(place, "--client-secret-file", "secret")["client_secret_file"]["value"], "secret")


def test_roots_of_the_machine(place):
    bundles = [b for b in ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
                           "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem") if os.access(b, os.R_OK)]
    conf = place.file("job/o2pop.conf", "ca_file = +system\n")
    if not bundles:
        has(place.run("config", "--ca-file", "system").exits(2).all, "none of these is there", "/etc/ssl/cert.pem")
        return
    equal(settings(place, "--ca-file", "system")["ca_file"]["value"], bundles[0])
    equal(settings(place, "-c", conf)["ca_file"]["value"], "+" + bundles[0])
    equal(settings(place, "--ca-file", "./system")["ca_file"]["value"], "./system")
    # It is read, whole: what is refused is the port, not the file.
    has(place.run("probe", "--pop-host", "127.0.0.1", "--pop-port", "1", "--ca-file", "system").exits(3).out,
        "the connection was refused: 127.0.0.1:1")


def test_open_settings_file(place):
    secret = f"client_secret = {SECRET}\n"
    for text, mode, problem in (
            (secret, 0o644, "open to others (mode 0644); type: chmod 600 /"),
            (secret, 0o640, "mode 0640"),
            (secret, 0o620, "mode 0620"),
            (secret, 0o600, None),
            (secret, 0o400, None),
            ("tenant_id = x\n", 0o644, None),
            ("tenant_id = x\n", 0o664, "can be changed by others (mode 0664); type: chmod go-w /"),
            ("mailbox = x@y.example\n", 0o664, None),
            ("tenant_id = x\n", 0o646, "can be changed by others (mode 0646); type: chmod go-w /"),
            ("client_secret_command = echo x\n", 0o644, None),
            ("client_secret_command = echo x\n", 0o664, "can be changed by others (mode 0664)")):
        r = place.run("config", "-c", place.file("mode.conf", text, mode))
        hasnt(r.all, SECRET)
        if problem is None:
            r.exits(0)
        else:
            r.exits(2)
            has(r.err, problem)


def test_command_in_a_strangers_file(place):
    if os.geteuid() != 0:
        return  # only root can make one
    conf = place.file("theirs.conf", "client_secret_command = echo x\n")
    os.chown(conf, 12345, 12345)
    has(place.run("config", "-c", conf).exits(2).err, "belongs to another user")


def test_open_secret_file(place):
    base = ["check", "a@b.example", "--client-id", CLIENT, "--tenant-id", "t.example", "--stop-after", "credential",
            "--client-secret-file"]
    for mode in (0o644, 0o640, 0o604, 0o660, 0o602):
        r = place.run(*base, place.file("it's", SECRET, mode)).exits(2)
        has(" ".join(r.out.split()), "holds a secret and is open to others", f"mode 0{mode:o}", "chmod 600 '", "it'\\''s'")
    check(not os.path.exists(place.path("core")), "a core file")


def test_stdin_twice(place):
    has(place.run("check", "--mailboxes", "-", "--client-secret-file", "-", "--client-id", "x").exits(2).err,
        "two options read the standard input (-)")


def test_bad_ca_file(place):
    base = ["probe", "--pop-host", "127.0.0.1", "--ca-file"]
    has(place.run(*base, "missing").exits(2).err, "'missing' could not be opened")
    has(place.run(*base, place.file("empty.pem", "")).exits(2).err, "holds no usable certificate", "empty.pem")
    # Commands that open no connection do not mind.
    place.run("config", "--ca-file", "missing").exits(0)


def test_config_shows_no_secret(place):
    conf = place.file("o2pop.conf", f"client_secret = {SECRET}\naccess_token_file = token\n")
    place.file("token", "abc.def.ghi")
    for args in ([], ["--format", "json"]):
        r = place.run("config", "-c", conf, *args).exits(0)
        hasnt(r.all, SECRET, "abc.def.ghi")
        has(r.out, "<set, 40 characters>", "<set, 11 characters>")
    r = place.run("config", "--client-secret-file", "missing").exits(0)
    has(r.out, "could not be opened")
