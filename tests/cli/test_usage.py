"""Usage: help, versions, mistakes, terminals."""
import os
import re
import time

from rig import O2POP, RUN, Terminal, check, columns, equal, has, hasnt

COMMANDS = ("check", "token", "probe", "setup", "explain", "encode", "decode", "config", "selftest")


def test_address_family(place):
    """-4 and -6, as curl and ssh have them: nothing of the other family is tried."""
    resolve = ("--resolve", "*:1:127.0.0.1,::1")
    for option, tried, other in (("-4", "127.0.0.1", "::1"), ("-6", "::1", "127.0.0.1")):
        steps = place.run("probe", option, "h.example:1", *resolve, "--format", "json").exits(3).json()["steps"]
        equal(steps[0]["facts"]["addresses"], [tried])
        hasnt(str(steps[1]["facts"]["attempts"]), other + " ")
    done = place.run("probe", "-6", "127.0.0.1:1").exits(3).out
    has(" ".join(done.split()), "no address of the family that is wanted", "want addresses of one family (ipv6)")
    has(place.run("probe", "--address-family", "ipv5", "h.example").exits(2).err, "write any, ipv4 or ipv6")


def test_no_arguments(place):
    r = place.run().exits(2)
    equal(r.out, "", "stdout")
    has(r.err, "o2pop setup", "o2pop check", "o2pop explain")


def test_no_settings(place):
    """A first run: what was looked for and where, all that is needed, and the way to it."""
    for args in (["check"], ["check", "a@b.example"], ["check", "--timeout", "5s"], ["token"]):
        r = place.run(*args).exits(2)
        equal(r.out, "", "stdout")
        check(r.err.startswith("o2pop: there are no settings yet"), r.err)
        has(r.err, place.path(".config/o2pop/o2pop.conf"), "/etc/o2pop.conf", "O2POP_CLIENT_ID", "--client-id",
            "tenant_id ", "client_id ", "client_secret_file ", "mailbox ", "    o2pop setup\n")
        check(columns(r.err) <= 80, r.err)
    has(place.run("check", env={"XDG_CONFIG_HOME": "/xdg"}).err, "  /xdg/o2pop/o2pop.conf\n  /etc/o2pop.conf\n")
    has(place.run("check", "--client-id", "x").exits(2).err, "no mailbox to check")
    has(place.run("check", env={"AZURE_CLIENT_ID": "x"}).exits(2).err, "no mailbox to check")
    place.file(".config/o2pop/o2pop.conf", "# nothing yet\n")
    has(place.run("check").exits(2).err, "no mailbox to check")
    r = place.run("check", "--format", "nagios", env={"HOME": "/nowhere"}).exits(3)
    check(r.out.startswith("O2POP UNKNOWN - ") and r.out.count("\n") == 1, r.out)
    has(r.out, "no settings", "o2pop setup")


def test_help(place):
    r = place.run("--help").exits(0)
    for command in COMMANDS:
        check(re.search(rf"^  {command} ", r.out, re.M), f"{command} is not listed")
    check(columns(r.out) <= 80, "wider than 80 columns", r.out)
    equal(place.run("-h").out, r.out, "-h")
    equal(place.run("help").out, r.out, "o2pop help")


def test_help_of_each_command(place):
    for command in COMMANDS:
        r = place.run(command, "--help").exits(0)
        equal(place.run("help", command).out, r.out, f"help {command}")
        equal(place.run(command, "-h").out, r.out, f"{command} -h")
        equal(place.run("--help", command).out, r.out, f"--help {command}")
        check(columns(r.out) <= 80, f"{command}: wider than 80 columns", r.out)
        check(max(map(len, r.out.splitlines())) <= 80, f"{command}: an example is wider than 80 columns", r.out)
        check(r.out.startswith(f"Usage: o2pop {command}"), r.out)
        check(r.out.index("Examples") < r.out.index("Options") < r.out.index("Exit status"), r.out)
        hasnt(r.out, "\x1b", "\t")
        check(r.out.isascii(), "not ASCII")


def test_help_names_every_setting(place):
    text = place.run("check", "--help").out
    with open(os.path.join(os.path.dirname(__file__), "../../src/conf/setting.def")) as f:
        keys = re.findall(r'^SETTING\(\w+, +"(\w+)"', f.read(), re.M)
    check(len(keys) > 20, "setting.def was not understood")
    for key in keys:
        has(text, "client_secret" if key == "client_secret" else "--" + key.replace("_", "-"))


def test_usage_of_encode(place):
    has(place.run("encode", "--help").exits(0).out, "Usage: o2pop encode [MAILBOX] [OPTION...]", "the setting mailbox")


def test_version(place):
    r = place.run("--version").exits(0)
    root = os.path.join(os.path.dirname(__file__), "../..")
    with open(os.path.join(root, "Makefile")) as f:
        make = f.read()
    has(r.out, "o2pop " + re.search(r"^VERSION := (\S+)", make, re.M).group(1),
        "BearSSL " + re.search(r"^BEARSSL := \S+/bearssl-(\S+)", make, re.M).group(1),
        f"{len([n for n in os.listdir(root + '/third_party/roots') if n.endswith('.pem')])} built-in roots")
    equal(place.run("check", "--version").out, r.out)
    equal(place.run("-V").out, r.out)


def test_unknown_command(place):
    has(place.run("chek").exits(2).err, "o2pop: unknown command 'chek'; did you mean check?")
    has(place.run("explian", "x").exits(2).err, "did you mean explain?")
    r = place.run("frobnicate").exits(2)
    equal(r.err, "o2pop: unknown command 'frobnicate'\nTry: o2pop --help\n", "far from every command")
    has(place.run("user@example.com").exits(2).err, "o2pop check ADDRESS")
    has(place.run("-v").exits(2).err, "did you mean --version")
    has(place.run("--profile", "x").exits(2).err, "no command")
    has(place.run("che\x1b[31mk").exits(2).err, "\\x1b[31m")


def test_unknown_option(place):
    has(place.run("check", "--clinet-id", "x").exits(2).err, "unknown option --clinet-id; did you mean --client-id?")
    has(place.run("check", "--transcirpt=x").exits(2).err, "did you mean --transcript?")
    r = place.run("check", "--bogus").exits(2)
    equal(r.err, "o2pop: unknown option --bogus\nTry: o2pop check --help\n", "far from every option")
    has(place.run("decode", "--bogus").exits(2).err, "Try: o2pop decode --help\n")
    has(place.run("check", "-z").exits(2).err, "unknown option -z")
    has(place.run("check", "-vz").exits(2).err, "unknown option -z")
    has(place.run("check", "--verbose=3").exits(2).err, "--verbose takes no value")
    has(place.run("check", "--client-id").exits(2).err, "--client-id needs a value")
    has(place.run("decode", "--pem").exits(2).err, "--pem is not an option of this command")


def test_options_anywhere(place):
    conf = place.file("o2pop.conf", "[one]\ntenant_id = one.example\n[two]\ntenant_id = two.example\n")
    for args in (["config", "-c", conf, "--profile", "two"], ["-c", conf, "config", "--profile=two"],
                 ["--profile", "two", "-c" + conf, "config"], ["--config=" + conf, "--profile", "two", "config"]):
        has(place.run(*args).exits(0).out, "two.example")
    # Behind -- nothing is an option any more.
    has(place.run("config", "--", "-c").exits(2).err, "'-c' is one argument too many")


def test_too_many_arguments(place):
    for args in (["config", "x"], ["selftest", "x"], ["token", "a@b.example", "c"], ["probe", "a", "b"],
                 ["encode", "a@b.example", "c"], ["decode", "a", "b"]):
        has(place.run(*args).exits(2).err, "one argument too many")


def test_values_of_options(place):
    base = ["check", "a@b.example", "--client-id", "x", "--access-token-file", "/dev/null"]
    has(place.run(*base, "--jobs", "17").exits(2).err, "--jobs 17", "1 to 16")
    has(place.run(*base, "-j0").exits(2).err, "--jobs 0")
    r = place.run(*base, "--stop-after", "tls").exits(2)
    has(" ".join(r.err.split()), "tls is not a step; the steps are ")
    for step in r.err.split("the steps are ")[1].split("\n")[0].split(", "):
        hasnt(place.run(*base, "--stop-after", step, "--jobs", "1", "--format", "json").err, "not a step")
    equal(r.err.split("the steps are ")[1].split("\n")[0].split(", ")[-3:], ["quit", "triage", "clock"], "the last steps")
    has(place.run(*base, "--format", "xml").exits(2).err, "'xml'", "human, json, nagios or openmetrics")
    has(place.run("decode", "--format", "nagios").exits(2).err, "human or json")
    has(place.run(*base[:-1], place.file("token", "x"), "--wait", "soon").exits(2).err, "--wait soon")
    has(place.run(*base, "--timeout", "forever").exits(2).err, "timeout = forever (--timeout)")
    has(place.run(*base, "--pop-port", "99999").exits(2).err, "pop_port = 99999 (--pop-port)")
    has(place.run("check", "--client-id", "x").exits(2).err, "no mailbox to check")
    has(place.run("check", "--client-id", "x", "a" * 400 + "@b.example").exits(2).err, "longer than any address")


def test_errors_name_the_program(place):
    for args in (["chek"], ["check"], ["check", "--nope"], ["decode", "missing"], ["config", "-c", "missing"]):
        r = place.run(*args).exits(2)
        equal(r.out, "", "stdout")
        check(r.err.startswith("o2pop: "), r.err)


def test_closed_descriptors(place):
    r = place.run("config", preexec_fn=lambda: os.close(0), stdin=0).exits(0)
    has(r.out, "provider")
    # Without a standard output, a file that is opened must not take its place.
    conf = place.file("o2pop.conf", "tenant_id = t.example\n")
    r = place.run("config", "-c", conf, preexec_fn=lambda: os.close(1))
    check(r.code in (0, 1), r.code)
    with open(conf) as f:
        equal(f.read(), "tenant_id = t.example\n", "the settings file")


def test_full_disk(place):
    with open("/dev/full", "wb") as full:
        for args in (["config"], ["selftest"], ["explain", "AADSTS7000215"]):
            r = place.run(*args, stdout=full).exits(1)
            has(r.err, "could not be written")


def test_output_that_does_not_block(place):
    """A full pipe that somebody set to non-blocking is waited for."""
    r, w = os.pipe()
    os.set_blocking(w, False)
    os.write(w, b"x" * 65536)
    p = place.start("setup", stdout=w)
    os.close(w)
    time.sleep(0.3)
    text = b""
    while piece := os.read(r, 65536):
        text += piece
    os.close(r)
    equal(p.wait(20), 0, "exit status")
    has(text.decode().lstrip("x"), "What is known", "o2pop check --wait 2h")


def test_piped_is_plain(place):
    for args in (["selftest"], ["config"], ["setup"], ["explain", "AADSTS7000215"]):
        hasnt(place.run(*args).out, "\x1b")


def test_ascii_where_the_locale_is(place):
    check(place.run("selftest", env={"LC_ALL": "C"}).out.isascii(), "not ASCII")
    check(not place.run("selftest", env={"LC_ALL": "", "LANG": "en_US.UTF-8"}).out.isascii(), "no UTF-8")


def test_colour(place):
    def shown(**env):
        t = Terminal(place, "selftest", env=env)
        t.wait()
        t.end()
        return t.text

    has(shown(), "\x1b[32m")
    for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        hasnt(shown(**env), "\x1b")
    has(shown(NO_COLOR=""), "\x1b[32m")


def test_nagios_by_name(place):
    link = place.path("check_o2pop")
    os.symlink(O2POP, link)
    if RUN:
        return  # the emulator hides the name
    r = place.run("--nope", program=link).exits(3)
    check(re.match(r"O2POP UNKNOWN - .*--nope", r.out) and r.out.count("\n") == 1, r.out)
    r = place.run("a@b.example", "-c", "missing", program=link).exits(3)
    has(r.out, "O2POP UNKNOWN - ", "missing")
    r = place.run("--help", program=link).exits(0)
    has(r.out, "Usage: o2pop check")


def test_nagios_by_format(place):
    r = place.run("check", "--format", "nagios", "--client-secret-file", "missing", "--client-id", "x",
                  "a@b.example").exits(3)
    has(r.out, "O2POP UNKNOWN - ", "missing")


def test_no_stand_ins_in_certificates(place):
    has(place.run("probe", "127.0.0.1:1", "--pem", "--share").exits(2).err, "--share can replace nothing in them")
