/*
 * Names and meanings of anomalies, from the one list in anomaly.h.
 */
#include <assert.h>

#include "packet/anomaly.h"

static const struct {
	const char	*name;
	const char	*meaning;
} anomalies[ANOMALY_COUNT] = {
#define ANOMALY_TEXT(id, name, meaning) [id] = { name, meaning },
	ANOMALIES(ANOMALY_TEXT)
#undef ANOMALY_TEXT
};

/* struct packet keeps one bit for each. */
_Static_assert(ANOMALY_COUNT <= 64, "anomalies must fit 64 bits");

const char *
anomaly_name(enum anomaly what)
{
	assert(what < ANOMALY_COUNT);
	return anomalies[what].name;
}

const char *
anomaly_meaning(enum anomaly what)
{
	assert(what < ANOMALY_COUNT);
	return anomalies[what].meaning;
}
