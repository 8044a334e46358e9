/*
 * LINKTYPE_ values to DLT_ values and back. They are the same number but for
 * those that systems had numbered differently before there was a registry.
 */
#include "capture/link_types.h"

#include <pcap/pcap.h>
#include <stddef.h>

struct link_type_pair {
	int	link_type;
	int	dlt;
};

/* The first row of a DLT is the one that is used for it. */
static const struct link_type_pair link_types_pairs[] = {
	{ 100, DLT_ATM_RFC1483 },
	{ 101, DLT_RAW },
	{ 102, DLT_SLIP_BSDOS },
	{ 103, DLT_PPP_BSDOS },
	{ 106, DLT_ATM_CLIP },
	{ 109, DLT_ENC },
	{ 112, DLT_HDLC },
	{ 246, DLT_PFSYNC },
	{ 258, DLT_PKTAP },
	{ 12, DLT_RAW },		/* old writers stored their own DLT: */
	{ 14, DLT_RAW }			/* OpenBSD's number for it */
};

int
link_types_to_dlt(int link_type)
{
	size_t i, count = sizeof(link_types_pairs) / sizeof(*link_types_pairs);

	for (i = 0; i < count; i++)
		if (link_types_pairs[i].link_type == link_type)
			return link_types_pairs[i].dlt;
	return link_type;
}

int
link_types_from_dlt(int dlt)
{
	size_t i, count = sizeof(link_types_pairs) / sizeof(*link_types_pairs);

	for (i = 0; i < count; i++)
		if (link_types_pairs[i].dlt == dlt)
			return link_types_pairs[i].link_type;
	return dlt;
}
