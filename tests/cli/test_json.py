"""--format json: the standard output is never empty, and always JSON, a line an object."""
import json
import signal
import time

from rig import SECRET, Mail, Provider, check, equal
from test_commands import arguments, check_args

ERROR = {"fault", "text", "evidence", "exit"}


def error(place, code, fault, *args, **more):
    """The only line is an error object, which says what the exit status says."""
    r = place.run(*args, **more).exits(code)
    check(r.err != "", "nothing for people")
    name = args[0] if args[0] in ("check", "token", "config", "decode", "explain") else "check"
    return same(r.out, code, fault, name)


def same(out, code, fault, name):
    lines = out.splitlines()
    equal(len(lines), 1, "lines of " + out)
    said = json.loads(lines[0])
    equal(said["schema"], f"o2pop.{name}/1")
    equal(set(said["error"]), ERROR, "members")
    equal((said["error"]["fault"], said["error"]["exit"]), (fault, code))
    return said["error"]


def test_json_mistakes(place):
    for command in ("check", "token", "config", "decode", "explain"):
        error(place, 2, "usage", command, "--bogus", "--format", "json")
        error(place, 2, "usage", command, "--format=json", "--bogus")
        error(place, 2, "file-unreadable" if command in ("check", "token", "config") else "usage", command, "--format",
              "json", *(("-c", "missing") if command in ("check", "token", "config") else ("--jobs", "3")))
    error(place, 2, "usage", "decode", "--format", "json", "a", "b")
    error(place, 2, "file-unreadable", "decode", "--format", "json", "missing")
    error(place, 2, "usage", "frobnicate", "--format", "json")
    error(place, 2, "usage", "--format", "json")


def test_json_no_settings(place):
    for command in ("check", "token"):
        error(place, 2, "usage", command, "--format", "json", env={"HOME": "/nowhere"})


def test_json_settings(place):
    unknown = place.file("unknown.conf", "client_idd = x\n")
    bad = place.file("bad.conf", "pop_port = 70000\n")
    for command in ("check", "token", "config"):
        error(place, 2, "setting-bad", command, "--format", "json", "-c", bad)
        error(place, 2, "setting-bad", command, "--format", "json", "-c", unknown)
        error(place, 2, "setting-bad", command, "--format", "json", "--pop-port", "many")


def test_json_bad_values(place):
    provider, mail = Provider(), Mail()
    try:
        for more in (["--jobs", "99"], ["--stop-after", "nowhere"], ["--wait", "soon"]):
            error(place, 2, "usage", *check_args(provider, mail, "--format", "json", *more), stdin=SECRET)
        error(place, 2, "file-unreadable", *check_args(provider, mail, "--format", "json", "--mailboxes", "missing"),
              stdin=SECRET)
        error(place, 2, "usage", "token", *arguments(provider, mail), "--format", "json", "--min-life", "x",
              stdin=SECRET)
    finally:
        provider.end()
        mail.end()


def test_json_token_refused(place):
    provider, mail = Provider(401, {"error": "invalid_client", "error_description": "AADSTS7000215: Invalid."}), Mail()
    try:
        said = error(place, 5, "token-refused", "token", *arguments(provider, mail), "--format", "json", stdin=SECRET)
        check("AADSTS7000215" in said["evidence"], said)
    finally:
        provider.end()
        mail.end()


def test_json_interrupted(place):
    for sig in (signal.SIGINT, signal.SIGTERM):
        provider, mail = Provider(), Mail(silent=True)
        secret = place.file("secret", SECRET)
        try:
            args = [a if a != "-" else secret for a in check_args(provider, mail, "--format", "json")]
            process = place.start(*args)
            end = time.time() + 20
            while not provider.asked and time.time() < end:
                time.sleep(0.05)
            time.sleep(0.3)
            process.send_signal(sig)
            out, _ = process.communicate(timeout=30)
            equal(process.returncode, -sig, "the wait status")
            same(out.decode(), 128 + sig, "interrupted", "check")
        finally:
            provider.end()
            mail.end()


def test_json_many(place):
    provider, mail = Provider(), Mail(refusals=1)
    try:
        r = place.run("check", "a@b.example", "c@d.example", *arguments(provider, mail), "--format", "json",
                      stdin=SECRET).exits(8)
        *boxes, last = [json.loads(line) for line in r.out.splitlines()]
        one, two = sorted(boxes, key=lambda box: box["verdict"])
        equal((one["verdict"], two["verdict"]), ("fail", "pass"))
        equal(set(one), set(two), "members")
        alone = place.run(*check_args(provider, mail, "--format", "json"), stdin=SECRET).exits(0).json()
        equal(set(one), set(alone), "members of one alone")
        summary = last["summary"]
        equal([summary[k] for k in ("mailboxes", "pass", "warn", "fail", "exit")], [2, 1, 0, 1, 8])
        equal([c["mailboxes"] for c in summary["causes"]], [[one["mailbox"]]])
        equal(summary["causes"][0]["id"], one["causes"][0]["id"])
    finally:
        provider.end()
        mail.end()


def test_json_explain(place):
    r = place.run("explain", "--format", "json", "AADSTS7000215 and AADSTS50034").exits(0).json()
    equal([(f["what"], f["aadsts"]) for f in r["found"]], [("AADSTS7000215", 7000215), ("AADSTS50034", 50034)])
    cause = r["found"][0]["causes"][0]
    equal(set(cause), {"id", "who", "certainty", "text", "fix", "verify"})
    check(all(set(step) == {"kind", "text"} for step in cause["fix"]), cause)
    for word in ("auth", "exit 8", cause["id"], "token-refused"):
        found = place.run("explain", "--format", "json", word).exits(0).json()["found"]
        equal(len(found), 1, "things found for " + word)
        check(found[0]["meaning"] and found[0]["aadsts"] is None, found)
    nothing = place.run("explain", "--format", "json", "nothing failed").exits(1).json()
    equal(set(nothing), {"schema", "understood", "found", "lines"})
    equal(nothing["found"], [])
    equal(nothing["lines"], {"all": 1, "understood": 0, "not_understood": [{"line": 1, "text": "nothing failed"}]})


def test_json_schema(place):
    schema = place.run("check", "--schema").exits(0).json()
    check(len(schema["$defs"]["step"]["enum"]) == 19, schema["$defs"]["step"])
    check("additionalProperties" not in json.dumps(schema), "members may be added")
    check(all(len(ids["enum"]) == len(set(ids["enum"])) for ids in
              (schema["$defs"][name] for name in ("step", "fault", "cause", "who", "certainty"))), "an id twice")
