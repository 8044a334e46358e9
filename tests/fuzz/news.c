/*
 * Fuzz target: news of the collector, taken by the meter's table, and the
 * table asked in between. The bytes are a datagram.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "host/programs_table.h"

enum { FUZZ_ENTRIES = 32 };

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void	ask(const struct programs_table *, const struct news *);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct hash_secret secret;
	struct programs_table *table = programs_table_new(&secret,
	    FUZZ_ENTRIES);
	struct cursor c = cursor_over(data, size);
	struct news *news = calloc(1, sizeof *news);

	if (news == NULL)
		abort();
	programs_table_set_netns(table, 1);
	while (news_read(&c, news)) {
		programs_table_take(table, news, news->end_ns / 2);
		if (programs_table_count(table) > FUZZ_ENTRIES)
			abort();
		ask(table, news);
	}
	free(news);
	programs_table_free(table);
	return 0;
}

/* For the ends that were told of last. */
static void
ask(const struct programs_table *table, const struct news *news)
{
	const struct news_socket *s = &news->socket;
	struct programs_question q = {
		.protocol = s->protocol,
		.family = s->family == 0 ? 4 : s->family,
		.local_port = s->local_port,
		.remote_port = s->remote_port == 0 ? 1 : s->remote_port,
		.begin_ns = news->begin_ns,
		.end_ns = news->begin_ns + 1
	};
	struct process process;
	enum news_by by;

	memcpy(q.local, s->local, sizeof q.local);
	memcpy(q.remote, s->remote, sizeof q.remote);
	if (programs_table_find(table, &q, &process, &by) &&
	    memchr(process.name, '\0', sizeof process.name) == NULL)
		abort();
}
