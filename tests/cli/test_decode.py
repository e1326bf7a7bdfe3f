"""decode: recognise what is pasted, and what is wrong with it."""
import base64
import json
import time

from rig import CLIENT, OBJECT, TENANT, check, equal, has, hasnt, jwt, xoauth2

USER = "a@b.example"


def decode(place, text, code, kind, findings=()):
    r = place.run("decode", "--format", "json", stdin=text).exits(code)
    d = r.json()
    equal(d["kind"], kind, "kind")
    equal(sorted(f["id"] for f in d["findings"]), sorted(findings), "findings")
    equal(d["verified"], False)
    human = place.run("decode", stdin=text).exits(code).out
    for f in d["findings"]:
        has(" ".join(human.split()), " ".join(f["text"].split()))
    check(human.isprintable() or all(c.isprintable() or c == "\n" for c in human), "control characters", human)
    return d


def encoded(text):
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def test_decode_token(place):
    d = decode(place, jwt() + "\n", 0, "access-token")
    equal((d["claims"]["appid"], d["header"]["alg"]), (CLIENT, "RS256"))
    ends = int(time.time()) + 10 * 86400 + 3600  # not at a border of what is printed
    r = place.run("decode", place.file("token", jwt(exp=ends))).exits(0)
    has(r.out, "decoded, signature not verified", OBJECT, "POP.AccessAsApp", "Exchange Online", "(in 10 days)")
    hasnt(r.out, jwt().split(".")[2][:40])
    decode(place, "Authorization: Bearer " + jwt(), 0, "access-token")
    decode(place, "Bearer " + jwt(), 0, "access-token")
    decode(place, json.dumps({"access_token": jwt(), "expires_in": 3599}), 0, "access-token")


def test_decode_claims(place):
    now = int(time.time())
    decode(place, jwt(exp=now - 60), 1, "access-token", ["expired"])
    decode(place, jwt(nbf=now + 10 * 86400 + 3600), 1, "access-token", ["not-yet"])  # "in 10 days" for long
    decode(place, jwt(aud="https://graph.microsoft.com"), 0, "access-token", ["audience-graph"])
    decode(place, jwt(roles=None), 1, "access-token", ["roles-missing"])
    decode(place, jwt(roles=["IMAP.AccessAsApp"]), 0, "access-token", ["role-pop"])
    decode(place, jwt(roles=None, scp="POP.AccessAsUser.All"), 0, "access-token")
    decode(place, jwt(roles=None, scp="openid"), 0, "access-token", ["scope-pop"])
    decode(place, jwt(groups=["g" * 36] * 100), 0, "access-token", ["groups"])
    decode(place, jwt(x="y" * 4000), 0, "access-token", ["long"])


def test_decode_assertion(place):
    text = jwt(aud=f"https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token", iss=CLIENT, sub=CLIENT, jti="1",
               roles=None)
    decode(place, text, 0, "assertion")
    decode(place, jwt(aud="api://AzureADTokenExchange", roles=None), 0, "assertion")


def test_decode_sasl(place):
    d = decode(place, xoauth2(USER, jwt()), 0, "xoauth2")
    equal((d["mailbox"], d["claims"]["oid"]), (USER, OBJECT))
    d = decode(place, xoauth2(USER, "EwBA" * 20), 0, "xoauth2", ["opaque"])
    equal(d["claims"], None)


def test_decode_sasl_mistakes(place):
    t = jwt()
    good = f"user={USER}\1auth=Bearer {t}\1\1"
    wrapped = base64.encodebytes(good.encode()).decode()
    # - and _ must really occur
    url = next(u for u in (base64.urlsafe_b64encode(f"user={USER}\1auth=Bearer {'~?>' * n}{t}\1\1".encode()).decode()
                           for n in range(1, 30)) if "-" in u or "_" in u)
    for text, findings in (
            (encoded(f"user= {USER}\1auth=Bearer {t}\1\1"), ["blank-in-user"]),
            (encoded(f"user={USER} \1auth=Bearer {t}\1\1"), ["blank-in-user"]),
            (encoded(f"user={USER}^Aauth=Bearer {t}^A^A"), ["caret-a"]),
            (encoded(f"user={USER}\\x01auth=Bearer {t}\\x01\\x01"), ["escape-text"]),
            (encoded(f"user={USER}\1auth=bearer {t}\1\1"), ["bearer"]),
            # Not encoded, and a mistake in front of it: both are named.
            (f"user={USER}^Aauth=Bearer {t}^A^A", ["not-encoded", "caret-a"]),
            (f"user= {USER}^Aauth=Bearer {t}^A^A", ["not-encoded", "caret-a", "blank-in-user"]),
            (f"User={USER}\\x01auth=Bearer {t}\\x01\\x01", ["not-encoded", "escape-text", "no-user"]),
            (f"user={USER}\\1auth=Bearer {t}\\1\\1", ["not-encoded", "escape-text"]),
            (f"user={USER}%01Bearer {t}%01%01", ["not-encoded", "escape-text", "blank-in-user"]),
            (encoded(f"user={USER}\1auth=Bearer {t}\1"), ["no-trailer"]),
            (encoded(good + "\n"), ["trailing"]),
            (encoded(f"User={USER}\1auth=Bearer {t}\1\1"), ["no-user"]),
            (wrapped, ["line-break"]),
            (wrapped.replace("\n", "\r\n"), ["line-break"]),
            ("AUTH XOAUTH2 " + encoded(good), ["one-line"]),
            ('"' + encoded(good) + '"', ["quotes"]),
            ("  " + encoded(good), ["blanks-around"])):
        d = decode(place, text, 1, "xoauth2", findings)
        check(d["findings"][0]["fix"], "no word about what to type")
    decode(place, f"n,a={USER},^Ahost=h^Aport=995^Aauth=Bearer {t}^A^A", 1, "oauthbearer",
           ["not-encoded", "caret-a", "oauthbearer"])
    found = {f["id"] for f in place.run("decode", "--format", "json", stdin=url).exits(1).json()["findings"]}
    check("base64url" in found, found)
    short = encoded(f"user={USER}\1auth=Bearer {t}x\1\1").rstrip("=")
    if len(short) % 4:
        decode(place, short, 1, "xoauth2", ["padding"])
    decode(place, good, 0, "xoauth2", ["not-encoded"])
    d = decode(place, encoded(f"n,a={USER},\1host=h\1port=995\1auth=Bearer {t}\1\1"), 0, "oauthbearer", ["oauthbearer"])
    equal((d["mailbox"], d["claims"]["oid"]), (USER, OBJECT))
    decode(place, f"user={USER}^Aauth=Bearer {t}^A^A", 1, "xoauth2", ["not-encoded", "caret-a"])


def test_decode_cut_by_a_terminal(place):
    sasl = xoauth2(USER, jwt(x="y" * 4000))
    check(len(sasl) > 4096, "too short")
    d = decode(place, sasl[:4095] + "\n", 1, "xoauth2", ["terminal-4095"])
    has(d["findings"][0]["fix"][1]["text"], "stty -icanon")
    decode(place, jwt(x="y" * 4000)[:4095], 1, "access-token", ["terminal-4095"])


def test_decode_broken_token(place):
    t = jwt()
    decode(place, t[:300], 1, "access-token", ["truncated"])
    decode(place, ".".join(t.split(".")[:2]), 1, "access-token", ["truncated"])
    decode(place, t + "=", 1, "access-token", ["token-padding"])
    decode(place, t[:200] + "\n" + t[200:], 1, "access-token", ["line-break"])
    decode(place, b"\xef\xbb\xbf" + t.encode(), 1, "access-token", ["bom"])
    decode(place, ("\ufeff" + t + "\r\n").encode("utf-16-le"), 1, "access-token", ["utf-16"])


def test_decode_challenge(place):
    text = json.dumps({"status": "401", "schemes": "Bearer", "scope": "https://mail.google.com/"})
    for given in (encoded(text), "+ " + encoded(text), text):
        d = decode(place, given, 0, "challenge")
        equal(d["challenge"]["status"], "401")


def test_decode_other_things(place):
    decode(place, "ya29." + "x" * 100, 0, "opaque-token", ["opaque"])
    decode(place, CLIENT, 1, "other", ["not-a-token"])
    decode(place, "abc8Q~" + "x" * 34, 1, "other", ["not-a-token"])
    decode(place, "", 1, "unknown")
    decode(place, "hello world", 1, "unknown")
    decode(place, b"\x00\x01\x02" * 50, 1, "unknown")
    decode(place, '{"error":"invalid_client"}', 1, "unknown", ["error-answer"])
    decode(place, encoded('{"typ":"JWT","alg":"RS256"}').rstrip("="), 0, "part")


def test_decode_answer(place):
    """Of a whole answer it is the token that counts, and its length."""
    t = jwt()
    d = decode(place, json.dumps({"token_type": "Bearer", "expires_in": 3599, "access_token": t}), 0, "access-token")
    equal(d["length"], len(t))
    decode(place, json.dumps({"access_token": t, "refresh_token": "1.A" + "x" * 300}), 0, "access-token",
           ["answer-refresh"])
    for text, looks_like in (("1.A" + "x" * 300, "refresh-token"), ("gAAAAA" + "x" * 100, "encrypted"),
                             ("tokenfile1", "name"), ("-----BEGIN CERTIFICATE-----\nAAAA" + "A" * 50, "key")):
        d = decode(place, text, 1, "other", ["not-a-token"])
        equal(d["looks_like"], looks_like)
        check(d["findings"][0]["fix"], "nothing to do about it")


def test_decode_hostile_claims(place):
    text = jwt(app_displayname="\x1b[31mred\u202e", aud=["a", {"b": 1}], roles=["x\ny"] * 3, deep=[[[1]]])
    r = place.run("decode", stdin=text)
    hasnt(r.out, "\x1b", "\u202e")
    has(r.out, "\\x1b[31mred")


def test_decode_files(place):
    has(place.run("decode", "missing").exits(2).err, "'missing' could not be opened")
    has(place.run("decode", place.file("big", "x" * 200000)).exits(2).err, "131072 bytes")
