#include "names.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	HEADER = 12, /* of a message of DNS (RFC 1035) */
	SERVFAIL = 2,
	NXDOMAIN = 3,
	ANSWER = 0x80,
	RECURSION = 0x80 /* bits of the third and of the fourth byte */
};

static void impossible(const char *what)
{
	fprintf(stderr, "sim: %s: %s\n", what, strerror(errno));
	exit(NAMES_IMPOSSIBLE);
}

/* Every question gets the same answer: that there is none. */
static void answer(int fd, int code)
{
	unsigned char message[1500];
	struct sockaddr_in from;

	for (;;) {
		socklen_t size = sizeof from;
		ssize_t n = recvfrom(fd, message, sizeof message, 0, (struct sockaddr *)&from, &size);

		if (n < HEADER)
			continue;
		message[2] |= ANSWER;
		message[3] = (unsigned char)(RECURSION | code);
		sendto(fd, message, (size_t)n, 0, (struct sockaddr *)&from, size);
	}
}

/* Loopback has 16 million addresses: one of them is free. */
static int bind_any(struct sockaddr_in *at)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	*at = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(53) };
	for (unsigned i = 0; i < 100; i++) {
		at->sin_addr.s_addr = htonl(0x7f350000u + ((unsigned)getpid() * 100 + i) % 0xffffu + 1);
		if (bind(fd, (struct sockaddr *)at, sizeof *at) == 0)
			return fd;
		if (errno != EADDRINUSE)
			break;
	}
	impossible("a name server on port 53 of loopback");
	return -1;
}

void names_serve(const struct scene *s, const char *dir)
{
	const char *how = scene_get(s, "dns");
	struct text path = { 0 }, conf = { 0 };
	struct sockaddr_in at;
	int fd;
	FILE *f;

	if (how == NULL)
		return;
	fd = bind_any(&at);
	/* musl waits for the whole time that is left after it was told of a failure. */
	text_f(&conf, "nameserver %s\n%s", inet_ntoa(at.sin_addr),
	       strcmp(how, "servfail") == 0 ? "options timeout:1\n" : "");
	text_f(&path, "%s/resolv.conf", dir);
	f = fopen(path.p, "w");
	if (f == NULL || fputs(conf.p, f) < 0 || fclose(f) != 0)
		die("%s: %s", path.p, strerror(errno));
	if (strcmp(how, "silent") == 0)
		return; /* bound, and never read */
	if (fork() == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		answer(fd, strcmp(how, "nxdomain") == 0 ? NXDOMAIN : SERVFAIL);
	}
	close(fd);
}

static void put_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		impossible(path);
	close(fd);
}

void names_enter(const struct scene *s, const char *dir)
{
	struct text path = { 0 }, map = { 0 };
	unsigned uid = getuid(), gid = getgid();

	if (scene_get(s, "dns") == NULL)
		return;
	if (unshare(CLONE_NEWNS) != 0) {
		if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
			impossible("a mount namespace");
		put_file("/proc/self/setgroups", "deny");
		text_f(&map, "%u %u 1", uid, uid);
		put_file("/proc/self/uid_map", map.p);
		text_clear(&map);
		text_f(&map, "%u %u 1", gid, gid);
		put_file("/proc/self/gid_map", map.p);
	}
	text_f(&path, "%s/resolv.conf", dir);
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    mount(path.p, "/etc/resolv.conf", NULL, MS_BIND, NULL) != 0)
		impossible("another /etc/resolv.conf");
}
