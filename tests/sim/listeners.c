#include "listeners.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* "expired", "plain", "refuse", "good records 1": a certificate's name and what else is special. */
static void read_manner(struct manner *m, const char *service, const char *words, const char *pki)
{
	struct text certificates = { 0 };
	char word[32];
	const char *name = "good";
	int used;

	*m = (struct manner){ .open = true };
	for (const char *p = words; sscanf(p, "%31s%n", word, &used) == 1; p += used) {
		static const struct {
			const char *word;
			size_t to;
			int base;
		} numbers[] = {
			{ "alert", offsetof(struct tls_plan, alert), 10 },
			{ "records", offsetof(struct tls_plan, record), 10 },
			{ "suite", offsetof(struct tls_plan, suite), 16 },
		};
		static const struct {
			const char *word;
			size_t to;
		} flags[] = {
			{ "deaf", offsetof(struct manner, deaf) },
			{ "plain", offsetof(struct manner, plain) },
			{ "3des", offsetof(struct manner, tls.attack_3des) },
			{ "tamper", offsetof(struct manner, tls.tamper) },
			{ "silent", offsetof(struct manner, tls.silent) },
			{ "cut", offsetof(struct manner, tls.cut) },
			{ "reset", offsetof(struct manner, tls.reset) },
		};
		bool known = strcmp(word, "refuse") == 0;

		m->open = m->open && !known;
		for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
			char *end;

			if (strcmp(numbers[i].word, word) != 0)
				continue;
			*(int *)((char *)&m->tls + numbers[i].to) = (int)strtol(p + used, &end, numbers[i].base);
			used = (int)(end - p);
			known = true;
		}
		for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
			if (strcmp(flags[i].word, word) == 0)
				known = *(bool *)((char *)m + flags[i].to) = true;
		}
		if (!known)
			name = strdup(word);
	}
	text_f(&certificates, "%s/%s-%s.pem", pki, service, name);
	m->tls.certificates = certificates.p;
	if (access(certificates.p, R_OK) != 0)
		die("%s service: %s: %s", service, certificates.p, strerror(errno));
}

/* Bound, not yet listening: until then connections are refused. */
static int bind_one(int *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, n) != 0 || getsockname(fd, (struct sockaddr *)&at, &n) != 0)
		die("no port on loopback: %s", strerror(errno));
	*port = ntohs(at.sin_port);
	return fd;
}

void doors_bind(struct services *d, struct scene *s, const char *pki)
{
	*d = (struct services){ 0 };
	for (int i = 0; i < DOOR__COUNT; i++) {
		const struct lines *words = &s->door_words[i];
		char name[32], value[16];
		int port;

		d->fd[i] = bind_one(&port);
		snprintf(name, sizeof name, "%s-port", door_facts[i].name);
		snprintf(value, sizeof value, "%d", port);
		scene_set(s, name, value);
		read_manner(&d->manner[i], door_facts[i].name, words->n != 0 ? words->p[words->n - 1].text.p : "", pki);
		/* SMTP begins in clear text. */
		d->manner[i].plain |= i == DOOR_SMTP;
	}
}

/* With a queue for one connection and nobody who takes it, the kernel drops what else comes. */
static void stop_events(struct services *d, int service)
{
	struct sockaddr_in at;
	socklen_t n = sizeof at;

	getsockname(d->fd[service], (struct sockaddr *)&at, &n);
	listen(d->fd[service], 0);
	for (int i = 0; i < 4; i++) {
		d->filler[service][i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		(void)!connect(d->filler[service][i], (struct sockaddr *)&at, n);
	}
}

static void serve(struct services *d, struct scene *s, struct board *b, enum service service)
{
	for (;;) {
		int fd = accept4(d->fd[service], NULL, NULL, SOCK_CLOEXEC), on = 1;

		if (fd < 0)
			exit(0);
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
		if (fork() == 0) {
			close(d->fd[service]);
			prctl(PR_SET_PDEATHSIG, 0);
			play(s, b, service, &d->manner[service], fd);
			exit(0);
		}
		close(fd);
	}
}

void doors_serve(struct services *d, struct scene *s, struct board *b)
{
	for (int i = 0; i < DOOR__COUNT; i++) {
		struct manner *m = &d->manner[i];
		pid_t pid;

		m->open = m->open && (s->door_words[i].n != 0 || scene_has_scripts(s, (enum service)i));
		if (m->deaf)
			stop_events(d, i);
		if (!m->open || m->deaf)
			continue;
		if (listen(d->fd[i], 64) != 0)
			die("listen: %s", strerror(errno));
		pid = fork();
		if (pid == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			setpgid(0, d->group);
			signal(SIGCHLD, SIG_IGN);
			serve(d, s, b, (enum service)i);
		}
		if (pid < 0)
			die("fork: %s", strerror(errno));
		setpgid(pid, d->group);
		if (d->group == 0)
			d->group = pid;
		d->acceptor[i] = pid;
	}
}

void doors_shut(struct services *d)
{
	for (int i = 0; i < DOOR__COUNT; i++) {
		close(d->fd[i]);
		if (d->acceptor[i] != 0)
			kill(d->acceptor[i], SIGTERM);
	}
}

void doors_end(struct services *d)
{
	if (d->group != 0)
		kill(-d->group, SIGKILL);
	for (int i = 0; i < DOOR__COUNT; i++) {
		if (d->acceptor[i] != 0)
			waitpid(d->acceptor[i], NULL, 0);
	}
}
