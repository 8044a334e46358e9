/*
 * Frames by the names of link types and of anomalies; see json_counts.h.
 */
#include <stdio.h>
#include <string.h>

#include <pcap/pcap.h>

#include "output/json_counts.h"

static void	put_member(struct buffer *, const char *, uint64_t);
static void	put_end(struct buffer *);
static void	link_name(const struct stats *, int, char *, size_t);

/* The names are ours or libpcap's, and have no character to escape. */
static void
put_member(struct buffer *b, const char *name, uint64_t value)
{
	buffer_char(b, '"');
	buffer_text(b, name);
	buffer_text(b, "\":");
	buffer_u64(b, value);
	buffer_char(b, ',');
}

/* In place of the last comma. */
static void
put_end(struct buffer *b)
{
	b->data[b->size - 1] = '}';
}

bool
json_counts_has_anomalies(const struct stats *stats)
{
	for (int i = 0; i < ANOMALY_COUNT; i++) {
		if (stats->anomalies[i] > 0)
			return true;
	}
	return false;
}

void
json_counts_anomalies(const struct stats *stats, struct buffer *b)
{
	buffer_char(b, '{');
	for (int i = 0; i < ANOMALY_COUNT; i++) {
		if (stats->anomalies[i] > 0)
			put_member(b, anomaly_name((enum anomaly)i),
			    stats->anomalies[i]);
	}
	put_end(b);
}

/*
 * Names of libpcap, which knows DLT_ values: those that differ from the
 * LINKTYPE_ value of the files are translated (tcpdump.org/linktypes.html).
 */
static void
link_name(const struct stats *stats, int which, char *name, size_t size)
{
	static const struct {
		int	link_type;
		int	dlt;
	} translations[] = {
		{ 50, DLT_PPP_SERIAL },
		{ 51, DLT_PPP_ETHER },
		{ 100, DLT_ATM_RFC1483 },
		{ 101, DLT_RAW },
		{ 102, DLT_SLIP_BSDOS },
		{ 103, DLT_PPP_BSDOS },
		{ 104, DLT_C_HDLC },
		{ 106, DLT_ATM_CLIP },
		{ 107, DLT_FRELAY },
		{ 108, DLT_LOOP },
		{ 109, DLT_ENC },
		{ 246, DLT_PFSYNC }
	};
	int link_type = stats->links[which].link_type;
	int dlt = link_type;
	const char *known;

	for (size_t i = 0; i < sizeof translations / sizeof translations[0];
	    i++) {
		if (translations[i].link_type == link_type)
			dlt = translations[i].dlt;
	}
	known = pcap_datalink_val_to_name(dlt);
	if (which == STATS_LINKS_MAX - 1)
		(void)snprintf(name, size, "other");
	else if (known != NULL)
		(void)snprintf(name, size, "%s", known);
	else
		(void)snprintf(name, size, "LINKTYPE_%d", link_type);
}

/* Two link types can have one name; their frames are added. */
void
json_counts_links(const struct stats *stats, struct buffer *b)
{
	char names[STATS_LINKS_MAX][48];

	for (int i = 0; i < stats->link_count; i++)
		link_name(stats, i, names[i], sizeof names[i]);
	buffer_char(b, '{');
	for (int i = 0; i < stats->link_count; i++) {
		uint64_t frames = 0;

		if (names[i][0] == '\0')
			continue;
		for (int j = i; j < stats->link_count; j++) {
			if (strcmp(names[i], names[j]) != 0)
				continue;
			frames += stats->links[j].frames;
			if (j > i)
				names[j][0] = '\0';
		}
		put_member(b, names[i], frames);
	}
	put_end(b);
}
