"""Suggestions know words, not only letters: what people type who come from other tools."""
from rig import has, hasnt

TYPED = (
    (("--verison",), "did you mean --version?"),
    (("-v",), "did you mean --version"),
    (("version",), "did you mean --version?"),
    (("test",), "did you mean check?"),
    (("verify",), "did you mean check?"),
    (("status",), "did you mean check?"),
    (("doctor",), "selftest"),
    (("completions",), "did you mean completion?"),
    (("chekc",), "did you mean check?"),
    (("check", "--tenant", "x"), "did you mean --tenant-id?"),
    (("check", "--tenantid", "x"), "did you mean --tenant-id?"),
    (("check", "--conf", "x"), "did you mean --config?"),
    (("check", "--port", "1"), "did you mean --pop-port?"),
    (("check", "--host", "h"), "did you mean --pop-host?"),
    (("check", "--user", "a@b"), "o2pop check ADDRESS"),
    (("check", "--json"), "did you mean --format json?"),
    (("check", "-o", "json"), "did you mean --format json?"),
    (("check", "--output", "json"), "did you mean --format json?"),
    (("check", "-k"), "always verified"),
    (("check", "--insecure"), "--ca-file +FILE"),
    (("check", "--password", "hunter2"), "never uses a password"),
    (("check", "--quite"), "did you mean --quiet?"),
    (("check", "--grant", "client_credentials"), "did you mean client-secret, certificate or federated?"),
    (("check", "--grant", "cert"), "did you mean certificate?"),
    (("check", "--grant", "password"), "fails with MFA"),
    (("check", "--provider", "gmail"), "did you mean google?"),
    (("check", "--provider", "o365"), "did you mean microsoft?"),
    (("check", "--stop-after", "clams"), "did you mean claims?"),
    (("check", "rig.conf"), "-c FILE"),
    (("decode", "eyJhbGciOiJSUzI1NiJ9." + "a" * 100 + ".bbb"), "other users of this machine can read the arguments"),
)


def test_words(place):
    for args, said in TYPED:
        err = place.run(*args).exits(2).err
        has(" ".join(err.split()), said)
        hasnt(err, "hunter2")


def test_words_in_settings(place):
    for line, said in (("password = x", "o2pop login"), ("host = x", "did you mean pop_host?"),
                       ("tenat_id = x", "did you mean tenant_id?"), ("client_sceret = x", "did you mean client_secret")):
        has(place.run("config", "-c", place.file("w.conf", line + "\n")).exits(2).err, "w.conf:1", said)
    has(place.run("config", env={"O2POP_CLIENTSECRET": "x"}).exits(2).err, "did you mean O2POP_CLIENT_SECRET")
    place.file("p.conf", "[prod]\n[test]\n")
    has(place.run("config", "-c", "p.conf", "--profile", "pord").exits(2).err, "no section 'pord'", "prod, test")


def test_words_of_explain(place):
    has(place.run("explain", "wrong-secret").exits(1).out, "Did you mean secret-wrong?")
    has(place.run("explain", "tocken-refused").exits(1).out, "Did you mean token-refused?")
    has(place.run("explain", "AADSTS 7000215").exits(0).out, "The client secret is wrong.")
