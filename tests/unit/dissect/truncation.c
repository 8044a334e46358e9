/*
 * What flows of the samples say, cut at every byte: no dissector reads past
 * the cut (with the address sanitizer), none gives the flow another name than
 * its whole payload does, and all memory is given back. The same on the ports
 * of all others: who is at home there does not take it for its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dirent.h>

#include <cmocka.h>

#include "capture/saved.h"
#include "dissect/registry.h"
#include "dissect/walk.h"

#include "../../lib/dissected.h"

enum {
	TALKS_MAX = 512,	/* of a sample */
	SAID_MAX = 6,		/* payloads of a flow */
	ALIKE_MAX = 2,		/* flows of one protocol in a sample */
	BATCH = 16
};

/* A payload, copied. */
struct said {
	uint8_t		*bytes;		/* owned */
	size_t		 captured;
	size_t		 size;
	int		 side;
};

/* A flow and the first that was said in it. */
struct talk {
	struct conversation	first;
	struct said		said[SAID_MAX];
	int			count;
};

static struct talk	 talks[TALKS_MAX];
static int		 talk_count;
static unsigned int	 alike[APPLICATIONS_MAX + 1];
static unsigned int	 cuts;
static unsigned int	 moves;
static unsigned int	 taken;		/* datagrams, away from home */
static struct dissected	 d;

static bool	is_among(uint8_t, const char *const *, int);

static bool
is_of(const struct conversation *t, const struct conversation *first,
    bool is_turned)
{
	return t->protocol == first->protocol &&
	    t->ip_version == first->ip_version &&
	    t->src_port == (is_turned ? first->dst_port : first->src_port) &&
	    t->dst_port == (is_turned ? first->src_port : first->dst_port) &&
	    memcmp(&t->src, is_turned ? &first->dst : &first->src,
	    sizeof(t->src)) == 0 &&
	    memcmp(&t->dst, is_turned ? &first->src : &first->dst,
	    sizeof(t->dst)) == 0;
}

/* The flow of the packet, which begins with it if there is none yet. */
static struct talk *
find_talk(const struct conversation *t, int *side)
{
	for (int i = 0; i < talk_count; i++) {
		for (*side = 0; *side < 2; ++*side) {
			if (is_of(t, &talks[i].first, *side == 1))
				return &talks[i];
		}
	}
	*side = 0;
	if (talk_count == TALKS_MAX)
		return NULL;
	memset(&talks[talk_count], 0, sizeof(talks[0]));
	talks[talk_count].first = *t;
	return &talks[talk_count++];
}

/* Who would take a datagram away from home must say that it begins so. */
static void
check_starts(const struct conversation *t)
{
	for (int i = 0; registry_applications[i] != NULL; i++) {
		const struct application *one = registry_applications[i];
		struct probe probe = {
			.own = cursor_over(t->payload, t->payload_captured),
			.size = t->payload_bytes,
			.own_port = t->src_port,
			.peer_port = t->dst_port,
			.is_datagram = true,
			.is_start = true
		};

		if ((one->transports & APPLICATION_UDP) == 0 ||
		    one->probe(&probe) < PROBE_LIKELY)
			continue;
		taken++;
		if (!application_takes_datagram(one, t->payload[0]))
			fail_msg("%s is not asked about what begins with %u",
			    one->name, (unsigned int)t->payload[0]);
	}
}

static void
hear(const struct conversation *t)
{
	struct talk *talk;
	struct said *said;
	int side;

	if (t->protocol != PROTOCOL_TCP && t->protocol != PROTOCOL_UDP)
		return;
	if (t->protocol == PROTOCOL_UDP && t->payload_captured > 0)
		check_starts(t);
	talk = find_talk(t, &side);
	if (talk == NULL || talk->count == SAID_MAX ||
	    t->payload_captured == 0)
		return;
	said = &talk->said[talk->count++];
	*said = (struct said){
		.bytes = malloc(t->payload_captured),
		.captured = t->payload_captured,
		.size = t->payload_bytes,
		.side = side
	};
	assert_non_null(said->bytes);
	memcpy(said->bytes, t->payload, said->captured);
}

static void
read_talks(const char *path)
{
	static const struct hash_secret secret;
	struct conversation conversations[PACKET_CONVERSATIONS_MAX];
	struct packet packet = { .conversations = conversations };
	struct walk walk = { .packet = &packet };
	struct frame frames[BATCH];
	struct error error;
	struct source *source = saved_open(&path, 1, NULL, &error);
	int count;

	if (source == NULL)
		fail_msg("%s", error.text);
	walk.fragments = fragments_new(&secret);
	while ((count = source_read(source, frames, BATCH, &error)) > 0) {
		for (int i = 0; i < count; i++) {
			packet.frame = frames[i];
			walk_frame(&walk);
			for (int j = 0; j < packet.conversation_count; j++)
				hear(&conversations[j]);
			fragments_recycle(walk.fragments);
		}
		source_release_all(source);
	}
	fragments_free(walk.fragments);
	source_free(source);
}

/* The flow up to a payload, of which so many bytes are there. */
static uint8_t
replay(const struct talk *talk, uint16_t port, int count, size_t cut,
    bool is_snapped)
{
	const struct said *last = &talk->said[count - 1];

	dissected_restart(&d, talk->first.protocol == PROTOCOL_UDP, port);
	d.client_port = talk->first.src_port;
	for (const struct said *said = talk->said; said < last; said++)
		(void)say_cut(&d, said->side, said->bytes, said->captured,
		    said->size);
	if (cut > 0)
		(void)say_cut(&d, last->side, last->bytes, cut,
		    is_snapped ? last->size : cut);
	return d.flow.outer;
}

static void
cut_payload(const struct talk *talk, int count, uint8_t whole,
    const char *path)
{
	const struct said *last = &talk->said[count - 1];
	bool is_datagram = talk->first.protocol == PROTOCOL_UDP;

	for (size_t cut = 0; cut < last->captured; cut++) {
		for (int is_snapped = 0; is_snapped <= is_datagram;
		    is_snapped++) {
			uint8_t name = replay(talk, talk->first.dst_port,
			    count, cut, is_snapped == 1);

			cuts++;
			if (name != 0 && name != whole)
				fail_msg("%s: payload %d of a flow to port "
				    "%u, cut at %zu: %s in place of %s", path,
				    count, (unsigned int)talk->first.dst_port,
				    cut, applications_at(name)->name,
				    whole == 0 ? "none" :
				    applications_at(whole)->name);
		}
	}
	applications_forget(d.applications, &d.flow);
	assert_int_equal(dissected_live(&d), 0);
}

/*
 * Nothing but the port tells apart what has the messages of DNS, nor text that
 * is a protocol's only because of where it is said.
 */
static bool
is_alike(uint8_t one, uint8_t other)
{
	static const char *const dns[] = { "dns", "mdns", "llmnr", "netbios" };
	static const char *const text[] = { "finger", "whois", "telnet" };

	return is_among(one, dns, 4) ? is_among(other, dns, 4) :
	    one == 0 || is_among(one, text, 3);
}

static bool
is_among(uint8_t number, const char *const *names, int count)
{
	for (int i = 0; i < count; i++) {
		if (number != 0 && strcmp(applications_at(number)->name,
		    names[i]) == 0)
			return true;
	}
	return false;
}

/* The same where somebody else is at home. */
static void
move_talk(const struct talk *talk, uint8_t whole, const char *path)
{
	bool is_datagram = talk->first.protocol == PROTOCOL_UDP;

	for (int i = 0; registry_applications[i] != NULL; i++) {
		const struct application *host = registry_applications[i];
		const uint16_t *port = is_datagram ? host->udp_ports :
		    host->tcp_ports;

		for (; *port != 0; port++) {
			uint8_t name = replay(talk, *port, talk->count,
			    talk->said[talk->count - 1].captured, true);

			moves++;
			if (name != 0 && name != whole &&
			    !is_alike(whole, name))
				fail_msg("%s: a flow to port %u is %s, and %s "
				    "on port %u", path,
				    (unsigned int)talk->first.dst_port,
				    whole == 0 ? "unknown" :
				    applications_at(whole)->name,
				    applications_at(name)->name,
				    (unsigned int)*port);
		}
	}
}

static void
cut_talk(struct talk *talk, const char *path)
{
	uint8_t whole;

	if (talk->count == 0)
		return;
	whole = replay(talk, talk->first.dst_port, talk->count,
	    talk->said[talk->count - 1].captured, true);
	if (alike[whole]++ < ALIKE_MAX) {
		for (int count = 1; count <= talk->count; count++)
			cut_payload(talk, count, whole, path);
	}
	move_talk(talk, whole, path);
	for (int i = 0; i < talk->count; i++)
		free(talk->said[i].bytes);
}

static void
test_samples(void **state)
{
	const char *top = getenv("top_srcdir");
	char folder[1024];
	char path[2048];
	struct dirent *entry;
	DIR *dir;
	int samples = 0;

	(void)state;
	(void)snprintf(folder, sizeof(folder), "%s/samples",
	    top != NULL ? top : ".");
	dir = opendir(folder);
	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		if (strstr(entry->d_name, ".pcap") == NULL)
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", folder,
		    entry->d_name);
		talk_count = 0;
		memset(alike, 0, sizeof(alike));
		read_talks(path);
		for (int i = 0; i < talk_count; i++)
			cut_talk(&talks[i], path);
		samples++;
	}
	(void)closedir(dir);
	assert_true(samples >= 7);
	assert_true(cuts > 1000);
	assert_true(taken > 50);
	assert_true(moves > 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_samples)
	};
	int failed;

	registry_init();
	dissected_init(&d, false, 0);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	dissected_release(&d);
	return failed;
}
