"""What monitoring systems read: the plugin's lines and thresholds, metrics, and the file of --output."""
import os
import stat

from rig import O2POP, RUN, SECRET, Mail, Provider, equal, has, hasnt

from test_commands import check_args


def with_servers(test):
    provider, mail = Provider(), Mail()
    try:
        test(lambda *more: check_args(provider, mail, *more))
    finally:
        provider.end()
        mail.end()


def test_nagios_thresholds(place):
    def test(args):
        def plugin(*more):
            return place.run(*args("--format", "nagios", *more), stdin=SECRET)
        for more, status, part in (
                ((), 0, "O2POP OK - "),
                (("-t", "20", "--warning", "messages=5"), 0, "messages=1;5;"),
                (("-w", "messages=2:"), 1, "O2POP WARNING - messages: 1 (warning at 2:), mailbox "),
                (("-w", "messages=2:", "--critical", "messages=2:"), 2, "O2POP CRITICAL - messages: 1 (critical at 2:)"),
                (("--critical", "time=0"), 2, "O2POP CRITICAL - the check took ")):
            r = plugin(*more).exits(status)
            has(r.out, part)
            equal((r.err, r.out.count("\n")), ("", 1), str(more))
        for bad, part in (("message=2", "no threshold has the name message; there are time, token_life, cert_days"),
                          ("messages=two", "messages=two is not a threshold: write messages=RANGE")):
            r = plugin("--critical", bad).exits(3)
            has(r.out, "O2POP UNKNOWN - ", part)
            equal(r.err, "", "standard error")
    with_servers(test)


def test_metrics(place):
    def test(args):
        r = place.run(*args("--format", "openmetrics"), stdin=SECRET).exits(0)
        has(r.out, "o2pop_mailbox_success{mailbox=\"a@b.example\"} 1\n", "o2pop_mailboxes 1\n")
        equal(r.out.endswith("\n# EOF\n"), True, r.out[-80:])
        hasnt(place.run(*args("--format", "openmetrics", "--share"), stdin=SECRET).exits(0).out, "a@b.example")
    with_servers(test)


def test_output_is_replaced_whole(place):
    file = place.file("report", "of the last run\n", 0o640)
    inode = os.stat(file).st_ino

    def test(args):
        r = place.run(*args("-o", file), stdin=SECRET).exits(0)
        equal(r.out, "", "standard output")
        with open(file, encoding="utf-8") as f:
            text = f.read()
        has(text, "mailbox", "1 message")
        hasnt(text, "\x1b", "of the last run")
        equal(os.stat(file).st_ino == inode, False, "another file")
        place.file("report.new", "left by a run that was killed\n")
        place.run(*args("-q", "--output", file, "--format", "json"), stdin=SECRET).exits(0)
        with open(file, encoding="utf-8") as f:
            has(f.read(), '"verdict":')
        equal(os.path.exists(file + ".new"), False, "what is left")
    with_servers(test)


def test_output_refused(place):
    file = place.file("report", "of the last run\n")
    pipe = place.path("pipe")
    os.mkfifo(pipe)
    link = place.path("link")
    os.symlink(file, link)

    def test(args):
        for path, part in ((pipe, "it is no regular file"), (link, "it is no regular file"),
                           (place.path("missing/report"), "missing/report"), ("", "--output needs the name of a file"),
                           ("d/" * 3000, "--output needs the name of a file")):
            r = place.run(*args("--output", path), stdin=SECRET).exits(2)
            has(r.err, part)
            r = place.run(*args("--output", path, "--format", "nagios"), stdin=SECRET).exits(3)
            has(r.out, "O2POP UNKNOWN - ", part)
        equal(stat.S_ISFIFO(os.stat(pipe).st_mode), True, "the pipe stays")
        with open(file, encoding="utf-8") as f:
            equal(f.read(), "of the last run\n")
        # A full disk: the file of the last run stays, and it is said.
        if not RUN and "/host/" not in O2POP:
            r = place.run("-c", 'trap "" XFSZ; ulimit -f 0 && exec "$0" "$@"', O2POP, *args("--output", file), program="/bin/sh",
                          stdin=SECRET)
            with open(file, encoding="utf-8") as f:
                equal(f.read(), "of the last run\n")
            equal(os.path.exists(file + ".new"), False, "what is left")
            equal(r.code != 0, True, "status")
    with_servers(test)
