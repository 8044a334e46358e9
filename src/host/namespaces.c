/*
 * Other network namespaces; see namespaces.h.
 */
#include "host/namespaces.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <ifaddrs.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "host/sockets_proc.h"

/* Lines of a table of routes; a router's may have a million. */
enum { NAMESPACES_LINES_MAX = 20000, NAMESPACES_LINE_SIZE = 512 };

static uint32_t	inode_of(const char *pid);
static bool	add(struct namespaces *, uint32_t, uint32_t);
static void	tell_own(const struct namespaces *,
		    const struct news_taker *);
static void	tell_interface(const struct ifaddrs *, struct news *,
		    const struct news_taker *);
static void	tell_address(const struct sockaddr *, struct news *,
		    const struct news_taker *);
static void	tell_other(uint32_t, struct news *,
		    const struct news_taker *);
static FILE	*open_table(uint32_t, const char *);
static void	read_sockets(FILE *, uint8_t, uint8_t,
		    const struct sockets_taker *);

/* 0: it is gone, or may not be seen. */
static uint32_t
inode_of(const char *pid)
{
	char path[64];
	struct stat status;

	if (snprintf(path, sizeof path, "/proc/%s/ns/net", pid) >=
	    (int)sizeof path || stat(path, &status) != 0)
		return 0;
	return (uint32_t)status.st_ino;
}

void
namespaces_scan(struct namespaces *n)
{
	DIR *proc = opendir("/proc");
	const struct dirent *entry;

	n->own = inode_of("self");
	n->count = 0;
	if (proc == NULL)
		return;
	while ((entry = readdir(proc)) != NULL) {
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
			(void)add(n, inode_of(entry->d_name),
			    (uint32_t)strtoul(entry->d_name, NULL, 10));
	}
	(void)closedir(proc);
}

/* Whether it is one that was not there yet. */
static bool
add(struct namespaces *n, uint32_t inode, uint32_t pid)
{
	if (inode == 0 || inode == n->own || n->count == NAMESPACES_MAX)
		return false;
	for (size_t i = 0; i < n->count; i++) {
		if (n->others[i].inode == inode)
			return false;
	}
	n->others[n->count].inode = inode;
	n->others[n->count++].pid = pid;
	return true;
}

void
namespaces_meet(struct namespaces *n, uint32_t inode, uint32_t pid,
    const struct news_taker *taker)
{
	struct news news = { .kind = NEWS_ADDRESSES, .netns = inode };
	char name[16];

	if (inode == n->own || !add(n, inode, pid))
		return;
	/* It is gone, or another process has its number: then the next one. */
	(void)snprintf(name, sizeof name, "%" PRIu32, pid);
	if (inode_of(name) != inode) {
		n->count--;
		return;
	}
	taker->take(taker->context, &news);
	tell_other(pid, &news, taker);
}

void
namespaces_tell(const struct namespaces *n, const struct news_taker *taker)
{
	struct news news = { .kind = NEWS_ADDRESSES };

	tell_own(n, taker);
	for (size_t i = 0; i < n->count; i++) {
		news.kind = NEWS_ADDRESSES;
		news.netns = n->others[i].inode;
		taker->take(taker->context, &news);
		tell_other(n->others[i].pid, &news, taker);
	}
}

/* Addresses, and those of broadcast: what is sent to them is for us, too. */
static void
tell_own(const struct namespaces *n, const struct news_taker *taker)
{
	struct news news = { .kind = NEWS_ADDRESSES, .netns = n->own };
	struct ifaddrs *list;

	if (getifaddrs(&list) != 0)
		return;
	taker->take(taker->context, &news);
	for (const struct ifaddrs *at = list; at != NULL; at = at->ifa_next)
		tell_interface(at, &news, taker);
	freeifaddrs(list);
}

static void
tell_interface(const struct ifaddrs *at, struct news *news,
    const struct news_taker *taker)
{
	if (at->ifa_addr == NULL)
		return;
	tell_address(at->ifa_addr, news, taker);
	if (at->ifa_addr->sa_family == AF_INET && at->ifa_broadaddr != NULL)
		tell_address(at->ifa_broadaddr, news, taker);
}

static void
tell_address(const struct sockaddr *address, struct news *news,
    const struct news_taker *taker)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	news->kind = NEWS_ADDRESS;
	news->socket = (struct news_socket){ .family = 4 };
	if (address->sa_family == AF_INET) {
		memcpy(&in, address, sizeof in);
		memcpy(news->socket.local, &in.sin_addr, 4);
	} else if (address->sa_family == AF_INET6) {
		memcpy(&in6, address, sizeof in6);
		memcpy(news->socket.local, &in6.sin6_addr, 16);
		news->socket.family = 6;
	} else {
		return;
	}
	taker->take(taker->context, news);
}

static void
tell_other(uint32_t pid, struct news *news, const struct news_taker *taker)
{
	FILE *table = open_table(pid, "fib_trie");
	char line[NAMESPACES_LINE_SIZE];
	uint8_t last[4] = { 0 };
	int lines = 0;

	news->kind = NEWS_ADDRESS;
	news->socket = (struct news_socket){ .family = 4 };
	while (table != NULL && lines++ < NAMESPACES_LINES_MAX &&
	    fgets(line, sizeof line, table) != NULL) {
		if (namespaces_line(line, last, news->socket.local))
			taker->take(taker->context, news);
	}
	if (table != NULL)
		(void)fclose(table);
	table = open_table(pid, "if_inet6");
	news->socket.family = 6;
	while (table != NULL && lines++ < NAMESPACES_LINES_MAX &&
	    fgets(line, sizeof line, table) != NULL) {
		if (namespaces_line6(line, news->socket.local))
			taker->take(taker->context, news);
	}
	if (table != NULL)
		(void)fclose(table);
}

static FILE *
open_table(uint32_t pid, const char *name)
{
	char path[64];

	(void)snprintf(path, sizeof path, "/proc/%" PRIu32 "/net/%s", pid,
	    name);
	return fopen(path, "re");
}

/* "|-- 10.0.0.1", and below it "/32 host LOCAL" or "/32 link BROADCAST". */
bool
namespaces_line(const char *line, uint8_t last[4], uint8_t ip[4])
{
	unsigned int a, b, c, d;

	if (sscanf(line, " |-- %3u.%3u.%3u.%3u", &a, &b, &c, &d) == 4) {
		last[0] = (uint8_t)a;
		last[1] = (uint8_t)b;
		last[2] = (uint8_t)c;
		last[3] = (uint8_t)d;
		return false;
	}
	if (strstr(line, "/32 host LOCAL") == NULL &&
	    strstr(line, "/32 link BROADCAST") == NULL)
		return false;
	memcpy(ip, last, 4);
	return true;
}

bool
namespaces_line6(const char *line, uint8_t ip[16])
{
	unsigned int byte;

	for (int i = 0; i < 16; i++) {
		if (sscanf(line + 2 * i, "%2x", &byte) != 1 ||
		    strnlen(line + 2 * i, 2) < 2)
			return false;
		ip[i] = (uint8_t)byte;
	}
	return true;
}

void
namespaces_sockets(uint32_t pid, const struct sockets_taker *taker)
{
	static const struct {
		const char	*name;
		uint8_t		 protocol;
		uint8_t		 family;
	} tables[] = {
		{ "tcp", IPPROTO_TCP, 4 }, { "tcp6", IPPROTO_TCP, 6 },
		{ "udp", IPPROTO_UDP, 4 }, { "udp6", IPPROTO_UDP, 6 }
	};

	for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
		FILE *file = open_table(pid, tables[i].name);

		if (file == NULL)
			continue;
		read_sockets(file, tables[i].protocol, tables[i].family,
		    taker);
		(void)fclose(file);
	}
}

static void
read_sockets(FILE *file, uint8_t protocol, uint8_t family,
    const struct sockets_taker *taker)
{
	char line[NAMESPACES_LINE_SIZE];
	struct socket_facts facts;

	while (fgets(line, sizeof line, file) != NULL) {
		if (sockets_proc_line(line, protocol, family, &facts))
			taker->take(taker->context, &facts);
	}
}
