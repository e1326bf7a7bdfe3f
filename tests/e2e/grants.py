"""o2pop's own ways to a token against the real provider; what the provider does by itself is in provider_probes.py."""
from provider_probes import assertion, device_code, poll
from rig import BUILD, FACTS
from scenarios import ALICE, MAIL_SIDE, expect, expect_failure, needles, no_secrets, scenario

PERSON = FACTS["clients"]["person"]["id"]
CERTIFIED = FACTS["clients"]["certified"]["id"]
PKI = BUILD / "pki"


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


# ---- a token of a person, however it was got ------------------------------------------------------

@scenario("person-token")
def person_token(p):
    """It opens the mailbox, too; it has no roles, but scp."""
    code = device_code(p.rig)
    p.rig.sign(code["user_code"], ALICE)
    r = p.check("person-token", client_id=PERSON, secret=None, token=poll(p.rig, code)[1]["access_token"])
    expect("exit status (" + r.summary() + ")", r.status, 0)
    expect("messages", str(r.fact("mailbox", "messages")), "25")


# ---- federated ------------------------------------------------------------------------------------

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
