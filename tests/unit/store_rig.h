/* store_rig: a folder of its own for each test of the token store, and looks into its files. */
#ifndef TESTS_UNIT_STORE_RIG_H
#define TESTS_UNIT_STORE_RIG_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "t.h"

#define RIG_FOLDER "/tmp/o2pop-store.XXXXXX"

static char rig_folder[] = RIG_FOLDER;
static char rig_path[80]; /* of the store */

/* The store's path with a suffix; one at a time, from a small ring. */
T_UNUSED
static const char *rig_name(const char *suffix)
{
	static char ring[4][100];
	static unsigned at;
	char *name = ring[at++ % 4];

	snprintf(name, sizeof ring[0], "%s%s", rig_path, suffix);
	return name;
}

/* An empty private folder; the path of the store in it, which has a quote in its name. */
static struct span rig_start(void)
{
	memcpy(rig_folder, RIG_FOLDER, sizeof rig_folder);
	if (mkdtemp(rig_folder) == NULL)
		t_stop("no folder");
	snprintf(rig_path, sizeof rig_path, "%s/it's", rig_folder);
	return span_z(rig_path);
}

static void rig_end(void)
{
	DIR *d = opendir(rig_folder);
	struct dirent *e;

	while (d != NULL && (e = readdir(d)) != NULL)
		if (unlinkat(dirfd(d), e->d_name, 0) != 0)
			(void)unlinkat(dirfd(d), e->d_name, AT_REMOVEDIR);
	if (d != NULL)
		closedir(d);
	if (rmdir(rig_folder) != 0)
		t_stop("the test's folder cannot be removed");
}

T_UNUSED
static void rig_write(const char *suffix, struct span text)
{
	int fd = open(rig_name(suffix), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || write(fd, text.p, text.n) != (ssize_t)text.n)
		t_stop("a file cannot be written");
	close(fd);
}

/* What the file holds, until the next call; one byte more than the biggest store fits. */
T_UNUSED
static struct span rig_read(const char *suffix)
{
	static unsigned char text[600 * 1024];
	int fd = open(rig_name(suffix), O_RDONLY);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text);

	if (fd >= 0)
		close(fd);
	return (struct span){ text, n < 0 ? 0 : (size_t)n };
}

T_UNUSED
static bool rig_there(const char *suffix)
{
	struct stat st;

	return lstat(rig_name(suffix), &st) == 0;
}

#endif
