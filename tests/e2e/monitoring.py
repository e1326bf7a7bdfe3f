"""Monitoring systems, the real ones: Prometheus reads through node_exporter what --format openmetrics --output wrote,
and Nagios runs check_o2pop as it runs any plugin."""
import contextlib
import json
import re
import shutil
import signal
import socket
import subprocess
import urllib.parse
import urllib.request

from rig import wait_for
from scenarios import DOMAIN, expect, expect_match, needles, no_secrets, scenario

GOOD = [f"alice@{DOMAIN}", f"empty@{DOMAIN}"]
BAD = f"nobody@{DOMAIN}"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@contextlib.contextmanager
def running(folder, name, *command):
    with open(folder / f"{name}.log", "wb") as log:
        process = subprocess.Popen([*map(str, command)], cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def get(url):
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.read().decode()
    except OSError:
        return ""


@scenario("prometheus")
def prometheus(p):
    settings = p.settings()
    folder = p.prepare("prometheus", settings)
    metrics = folder / "textfile" / "o2pop.prom"
    metrics.parent.mkdir()
    metrics.write_text("o2pop_of_the_last_run 1\n")
    r = p.finish(folder, p.start(folder, [
        "check", "--config", folder / "o2pop.conf", "--format", "openmetrics", "--output", metrics, *GOOD, BAD]))
    expect("exit status", r.status, 8)
    expect("standard output", r.stdout, "")
    expect("files", [file.name for file in metrics.parent.iterdir()], ["o2pop.prom"])
    r.stdout = metrics.read_text()
    (folder / "stdout").write_text(r.stdout)
    no_secrets(r, needles(p.rig, settings))
    lint = subprocess.run(["promtool", "check", "metrics"], input=r.stdout, capture_output=True, text=True)
    expect("promtool check metrics", (lint.returncode, lint.stdout + lint.stderr), (0, ""))

    node, server = free_port(), free_port()
    (folder / "prometheus.yml").write_text(
        "global: {scrape_interval: 1s}\nscrape_configs:\n- job_name: node\n"
        f"  static_configs: [{{targets: ['127.0.0.1:{node}']}}]\n")

    def ask(query):
        text = get(f"http://127.0.0.1:{server}/api/v1/query?query={urllib.parse.quote(query)}")
        return json.loads(text)["data"]["result"] if text else []

    with running(folder, "node_exporter", "prometheus-node-exporter", "--collector.disable-defaults",
                 "--collector.textfile", f"--collector.textfile.directory={metrics.parent}",
                 f"--web.listen-address=127.0.0.1:{node}"), \
         running(folder, "prometheus", "prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data",
                 f"--web.listen-address=127.0.0.1:{server}"):
        wait_for("o2pop_mailbox_success in Prometheus", lambda: ask("o2pop_mailbox_success"), 30)
        expect("o2pop_mailbox_success", {s["metric"]["mailbox"]: s["value"][1] for s in ask("o2pop_mailbox_success")},
               {**{mailbox: "1" for mailbox in GOOD}, BAD: "0"})
        failure, = ask("o2pop_mailbox_failure")
        expect("the failed step", (failure["metric"]["mailbox"], failure["metric"]["step"]), (BAD, "auth"))
        expect("node_textfile_scrape_error", [s["value"][1] for s in ask("node_textfile_scrape_error")], ["0"])
        expect("sum over mailboxes", [s["value"][1] for s in ask("sum(o2pop_mailbox_messages)")],
               [s["value"][1] for s in ask("o2pop_messages")])
        life, = ask("o2pop_token_expiry_timestamp_seconds - time()")
        expect("the token lives", float(life["value"][1]) > 0, True)


@scenario("output-kept")
def output_kept(p):
    """A run that cannot start leaves the file of the last one as it is."""
    settings = p.settings(client_id=None)
    folder = p.prepare("output-kept", settings)
    metrics = folder / "o2pop.prom"
    metrics.write_text("o2pop_of_the_last_run 1\n")
    r = p.finish(folder, p.start(folder, [
        "check", "--config", folder / "o2pop.conf", "--format", "wrong", "--output", metrics, GOOD[0]]))
    expect("exit status", r.status, 2)
    expect("the file", metrics.read_text(), "o2pop_of_the_last_run 1\n")


NAGIOS = """\
log_file={folder}/nagios.log
object_cache_file={folder}/objects.cache
precached_object_file={folder}/objects.precache
status_file={folder}/status.dat
state_retention_file={folder}/retention.dat
temp_file={folder}/nagios.tmp
temp_path={folder}
check_result_path={folder}/results
command_file={folder}/nagios.cmd
lock_file={folder}/nagios.lock
query_socket={folder}/nagios.qh
cfg_file={folder}/objects.cfg
nagios_user={user}
nagios_group={user}
status_update_interval=1
check_external_commands=0
service_check_timeout=60
interval_length=1
service_inter_check_delay_method=n
service_interleave_factor=1
"""

OBJECTS = """\
define timeperiod {{
 timeperiod_name always
 alias always
{days}
}}
define contact {{
 contact_name nobody
 host_notifications_enabled 0
 service_notifications_enabled 0
 host_notification_period always
 service_notification_period always
 host_notification_options n
 service_notification_options n
 host_notification_commands none
 service_notification_commands none
}}
define command {{
 command_name none
 command_line /bin/true
}}
define command {{
 command_name check_o2pop
 command_line {plugin} -c {conf} -t 30 --warning cert_days=1:,oldest=~:4000000000 $ARG1$
}}
define host {{
 host_name mail
 address 127.0.0.1
 max_check_attempts 1
 check_command none
 check_period always
 contacts nobody
}}
"""

SERVICE = """\
define service {{
 host_name mail
 service_description {name}
 check_command check_o2pop!{arguments}
 check_interval 60
 retry_interval 60
 max_check_attempts 1
 check_period always
 contacts nobody
}}
"""


def status_of(folder, name):
    """What Nagios knows of a service, once it has run it."""
    file = folder / "status.dat"
    text = file.read_text(errors="replace") if file.exists() else ""
    for block in re.findall(r"servicestatus \{(.*?)\n\t\}", text, re.S):
        known = dict(line.strip().partition("=")[::2] for line in block.splitlines() if "=" in line)
        if known.get("service_description") == name and known.get("has_been_checked") == "1":
            return known
    return None


@scenario("nagios")
def nagios(p):
    settings = p.settings()
    folder = p.prepare("nagios", settings)
    plugin = folder / "check_o2pop"
    if p.runner:
        plugin.write_text(f"#!/bin/sh\nexec {' '.join(p.runner)} -0 check_o2pop {p.binary.resolve()} \"$@\"\n")
        plugin.chmod(0o755)
    else:
        plugin.symlink_to(p.binary.resolve())
    (folder / "results").mkdir()
    days = "\n".join(f" {day} 00:00-24:00" for day in
                     ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"))
    services = {"good": GOOD[0], "threshold": f"--critical messages=3 {GOOD[0]}", "bad": " ".join([*GOOD, BAD]),
                "unknown": "--format nagios -c missing.conf"}
    user = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
    (folder / "nagios.cfg").write_text(NAGIOS.format(folder=folder, user=user))
    (folder / "objects.cfg").write_text(
        OBJECTS.format(plugin=plugin, conf=folder / "o2pop.conf", days=days) +
        "".join(SERVICE.format(name=name, arguments=arguments) for name, arguments in services.items()))
    with running(folder, "nagios4", shutil.which("nagios4", path="/usr/sbin:/usr/bin"), folder / "nagios.cfg"):
        known = {}
        for name in services:
            wait_for(f"the state of {name} in Nagios", lambda n=name: status_of(folder, n), 40)
            known[name] = status_of(folder, name)
    # Not OK: the rig's mail server is not Microsoft's, and gets a token; that is a warning.
    expect("states", {name: k["current_state"] for name, k in known.items()},
           {"good": "1", "threshold": "2", "bad": "2", "unknown": "3"})
    expect_match("good", known["good"]["plugin_output"], rf"^O2POP WARNING - mailbox {GOOD[0]}: 25 messages, credential: pop_host: ")
    expect_match("its data", known["good"]["performance_data"],
                 r"^time=\S+s;;;0 token_life=\d+s cert_days=\d+;1:; .*messages=25$")
    expect_match("threshold", known["threshold"]["plugin_output"], r"^O2POP CRITICAL - messages: 25 \(critical at 3\), ")
    expect_match("its data", known["threshold"]["performance_data"], r" messages=25;;3$")
    expect_match("bad", known["bad"]["plugin_output"], r"^O2POP CRITICAL - 1 of 3 mailboxes failed, ")
    expect_match("its lines", known["bad"]["long_plugin_output"], rf"^\[CRITICAL\] mailbox {BAD}: auth: ")
    expect_match("unknown", known["unknown"]["plugin_output"], r"^O2POP UNKNOWN - .*missing\.conf")
