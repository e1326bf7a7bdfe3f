"""What the rig's provider does for itself in the grants of o2pop, asked without o2pop.

If one of these fails, the rig is at fault, and what the other scenarios say about these grants means nothing.
"""
import base64
import hashlib
import json
import subprocess
import time
import uuid

from rig import BUILD, FACTS
from scenarios import ALICE, Wrong, expect, expect_match, scenario

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
APP_SCOPE = FACTS["resource"] + "/.default"
PERSON_SCOPE = FACTS["resource"] + "/POP.AccessAsUser.All offline_access"


def base64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def claims_of(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def assertion(rig, alg="PS256", key="client-1", certificate=None, **changes):
    """Signed by openssl. Changes are claims."""
    der = subprocess.run(["openssl", "x509", "-in", BUILD / "pki" / f"{certificate or key}.pem", "-outform", "DER"],
                         check=True, stdout=subprocess.PIPE).stdout
    client = FACTS["clients"]["certified"]["id"]
    now = int(time.time())
    header = {"alg": alg, "typ": "JWT", "x5t#S256": base64url(hashlib.sha256(der).digest())}
    claims = {"aud": rig.token_url(), "iss": client, "sub": client, "jti": str(uuid.uuid4()),
              "nbf": now, "exp": now + 300, **changes}
    text = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))
    pss = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32"] if alg == "PS256" else []
    signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", BUILD / "pki" / f"{key}.key", *pss],
                               check=True, input=text.encode(), stdout=subprocess.PIPE).stdout
    return f"{text}.{base64url(signature)}"


def ask_with(rig, text):
    return rig.ask_token(client_id=FACTS["clients"]["certified"]["id"], grant_type="client_credentials",
                         scope=APP_SCOPE, client_assertion_type=ASSERTION_TYPE, client_assertion=text)


def expect_refusal(what, answer, status, error, text):
    expect(what, (answer[0], answer[1].get("error")), (status, error))
    expect_match(what, answer[1]["error_description"], text)


@scenario("provider-certificate")
def provider_certificate(p):
    rig = p.rig
    for alg in ("PS256", "RS256"):
        for key in FACTS["clients"]["certified"]["certificates"]:
            status, answer = ask_with(rig, assertion(rig, alg, key))
            expect(f"{alg} with {key} ({answer})", status, 200)
            expect("aud", claims_of(answer["access_token"])["aud"], FACTS["resource"])
    text = assertion(rig)
    expect("first use", ask_with(rig, text)[0], 200)
    expect_refusal("second use", ask_with(rig, text), 401, "invalid_client", "")
    now = int(time.time())
    other = str(uuid.uuid4())
    for what, number, bad in (
            ("a certificate that is not registered", 700027, assertion(rig, key="client-3")),
            ("another key than the certificate's", 700027, assertion(rig, key="client-3", certificate="client-1")),
            ("another audience", 700023, assertion(rig, aud=rig.token_url(tenant=other))),
            ("the issuer as audience", 700023, assertion(rig, aud=rig.issuer)),
            ("another issuer", 700021, assertion(rig, iss=other)),
            ("another subject", 700021, assertion(rig, sub=other)),
            ("an assertion that has ended", 700024, assertion(rig, nbf=now - 400, exp=now - 100)),
            ("an assertion from the future", 700024, assertion(rig, nbf=now + 100, exp=now + 400))):
        expect_refusal(what, ask_with(rig, bad), 401, "invalid_client", f"AADSTS{number}: ")
    for what, bad in (("a signature cut short", text[:-4]), ("RS256 said, PS256 done", relabelled(rig))):
        status, answer = ask_with(rig, bad)
        expect(f"{what} ({answer})", (status, answer.get("error")), (401, "invalid_client"))


def relabelled(rig):
    """A PSS signature under a header that says RS256."""
    good = assertion(rig, "PS256").split(".")
    header = json.loads(base64.urlsafe_b64decode(good[0] + "=" * (-len(good[0]) % 4)))
    return ".".join([base64url(json.dumps({**header, "alg": "RS256"}).encode()), *good[1:]])


def device_code(rig, **more):
    status, answer = rig.ask_provider("/device/auth", client_id=FACTS["clients"]["person"]["id"],
                                      scope=PERSON_SCOPE, **more)
    expect(f"device authorization ({answer})", status, 200)
    return answer


def poll(rig, code):
    return rig.ask_token(client_id=FACTS["clients"]["person"]["id"], grant_type=DEVICE_GRANT,
                         device_code=code["device_code"])


def renew(rig, token, **more):
    return rig.ask_token(client_id=FACTS["clients"]["person"]["id"], grant_type="refresh_token",
                         refresh_token=token, **more)


@scenario("provider-device")
def provider_device(p):
    rig = p.rig
    rig.device(announced=1)
    code = device_code(rig)
    expect("interval", code["interval"], 1)
    expect("lifetime", code["expires_in"], 900)
    expect_refusal("first poll", poll(rig, code), 400, "authorization_pending", "AADSTS70016: ")
    expect_refusal("poll at once", poll(rig, code), 400, "slow_down", "too quickly")
    expect("a person with another code", rig.sign("BBBB-CCCC", ALICE), "no such code")
    expect("a person with the code", rig.sign(code["user_code"].lower(), ALICE), "ok")
    status, answer = poll(rig, code)
    expect(f"poll after the sign-in ({answer})", status, 200)
    claims = claims_of(answer["access_token"])
    expect("claims", [claims[name] for name in ("aud", "upn", "scp", "idtyp")],
           [FACTS["resource"], ALICE, "POP.AccessAsUser.All", "user"])
    expect("scope", answer["scope"].split(), [PERSON_SCOPE.split()[0]])
    if not answer.get("refresh_token"):
        raise Wrong("there is no refresh token")
    expect("the code once more", poll(rig, code)[1]["error"], "invalid_grant")

    code = device_code(rig)
    rig.sign(code["user_code"], error="access_denied")
    expect_refusal("poll after a no", poll(rig, code), 400, "access_denied", "")
    rig.device(announced=1, lifetime=1)
    code = device_code(rig)
    time.sleep(2.1)
    expect_refusal("poll after the end", poll(rig, code), 400, "expired_token", "AADSTS70019: ")
    rig.device()
    expect_refusal("a secret of a public client", rig.ask_token(
        client_id=FACTS["clients"]["person"]["id"], grant_type=DEVICE_GRANT, device_code=code["device_code"],
        client_secret="x"), 401, "invalid_client", "AADSTS700025: ")


@scenario("provider-refresh")
def provider_refresh(p):
    rig = p.rig
    code = device_code(rig)
    rig.sign(code["user_code"], ALICE)
    first = poll(rig, code)[1]["refresh_token"]
    status, answer = renew(rig, first)
    expect(f"renewal ({answer})", status, 200)
    second = answer["refresh_token"]
    if second == first:
        raise Wrong("the refresh token was not rotated")
    expect("aud", claims_of(answer["access_token"])["aud"], FACTS["resource"])
    status, answer = renew(rig, second, scope=PERSON_SCOPE)
    expect(f"renewal with the scope ({answer})", status, 200)
    third = answer["refresh_token"]
    # The second comes back: somebody has a copy, so all of its family ends.
    expect_refusal("a rotated one", renew(rig, second), 400, "invalid_grant", "AADSTS70000: ")
    expect_refusal("its successor", renew(rig, third), 400, "invalid_grant", "AADSTS70000: ")
    expect_refusal("an invented one", renew(rig, "x" * 43), 400, "invalid_grant", "AADSTS70000: ")
