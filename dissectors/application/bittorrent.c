/*
 * BitTorrent: the handshake of peers over TCP and over uTP (BEP 3, BEP 29),
 * the messages of the distributed hash table (BEP 5), of trackers over UDP
 * (BEP 15) and of local discovery (BEP 14).
 *
 *   19, "BitTorrent protocol", reserved (8), info hash (20), peer (20)
 *   uTP: type and version 1, extension, connection (2), time (4),
 *        difference (4), window (4), sequence (2), acknowledgement (2)
 *   "d1:ad2:id20:..." and its like
 *   0x41727101980 (8), action 0 (4), transaction (4)
 */
#include <string.h>

#include "dissect/application.h"

enum {
	BITTORRENT_NAME_SIZE = 20,
	BITTORRENT_HASH_AT = 28,
	BITTORRENT_HASH_SIZE = 20,
	BITTORRENT_PEER_SIZE = 8,	/* "-UT3550-", then random bytes */
	BITTORRENT_SHAKE_SIZE = 68,
	UTP_SIZE = 20,
	UTP_SYN = 0x41,
	TRACKER_SIZE = 16
};

enum bittorrent_fact {
	BITTORRENT_KIND,
	BITTORRENT_HASH,
	BITTORRENT_CLIENT,
	BITTORRENT_SERVER
};

static const struct fact_field fields[] = {
	[BITTORRENT_KIND] = { "kind", FACT_TEXT, false, NULL,
	    "peer, utp, dht, tracker or local." },
	[BITTORRENT_HASH] = { "info_hash", FACT_TEXT, false, NULL,
	    "SHA-1 of what is shared, as it identifies it." },
	[BITTORRENT_CLIENT] = { "client", FACT_TEXT, false, NULL,
	    "Program of the client, as its peer id begins." },
	[BITTORRENT_SERVER] = { "server", FACT_TEXT, false, NULL,
	    "The same of the server." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

static const uint8_t shake[BITTORRENT_NAME_SIZE + 1] =
    "\023BitTorrent protocol";

static enum probe_score	probe(struct probe *);
static const char	*kind_of(const struct cursor *, uint32_t);
static bool		is_hash_table(const struct cursor *);
static void		feed(struct dissection *);
static void		note_handshake(struct dissection *, const uint8_t *);

static enum probe_score
probe(struct probe *p)
{
	size_t size = cursor_left(&p->own);

	if (p->is_datagram)
		return kind_of(&p->own, p->size) == NULL ? PROBE_NO :
		    PROBE_SURE;
	if (memcmp(p->own.at, shake, size < BITTORRENT_NAME_SIZE ? size :
	    BITTORRENT_NAME_SIZE) != 0)
		return PROBE_NO;
	return size < BITTORRENT_NAME_SIZE ? PROBE_MORE : PROBE_SURE;
}

/* What a datagram is; NULL when it is nothing of BitTorrent's. */
static const char *
kind_of(const struct cursor *c, uint32_t size)
{
	static const uint8_t no_peer[8];
	const uint8_t *at = c->at;
	size_t left = cursor_left(c);

	if (left < TRACKER_SIZE)
		return NULL;
	if (at[0] == 'd')
		return is_hash_table(c) ? "dht" : NULL;
	if (size == TRACKER_SIZE && bytes_be64(at) == 0x41727101980 &&
	    bytes_be32(at + 8) == 0)
		return "tracker";
	if (memcmp(at, "BT-SEARCH * HTTP", TRACKER_SIZE) == 0)
		return "local";
	if (left >= UTP_SIZE + BITTORRENT_NAME_SIZE && (at[0] & 15) == 1 &&
	    memcmp(at + UTP_SIZE, shake, BITTORRENT_NAME_SIZE) == 0)
		return "utp";
	/* A first packet has answered none: no difference, number 1, nothing
	   acknowledged. */
	return at[0] == UTP_SYN && at[1] == 0 && size == UTP_SIZE &&
	    left == UTP_SIZE && memcmp(at + 8, no_peer, 4) == 0 &&
	    bytes_be32(at + 16) == 0x00010000 ? "utp" : NULL;
}

/* A dictionary whose first key is one that a message of BEP 5 has. */
static bool
is_hash_table(const struct cursor *c)
{
	static const char *const starts[] = {
		"d1:ad2:id20:", "d1:rd2:id20:", "d2:ip6:", "d2:ip4:",
		"d1:eli", "d2:ip18:"
	};

	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
		size_t size = strlen(starts[i]);

		if (cursor_left(c) > size &&
		    memcmp(c->at, starts[i], size) == 0)
			return true;
	}
	return false;
}

static void
feed(struct dissection *d)
{
	const uint8_t *at;
	const char *kind = "peer";

	if (d->is_datagram) {
		kind = kind_of(&d->bytes, d->size);
		if (kind == NULL) {
			d->is_done = true;
			return;
		}
		if (strcmp(kind, "utp") == 0)
			cursor_skip(&d->bytes, UTP_SIZE);
	}
	dissection_word(d, BITTORRENT_KIND, kind);
	at = cursor_peek(&d->bytes, BITTORRENT_SHAKE_SIZE);
	if (at == NULL) {
		d->is_done = d->is_datagram && strcmp(kind, "utp") != 0;
		return;
	}
	if (memcmp(at, shake, BITTORRENT_NAME_SIZE) == 0)
		note_handshake(d, at);
	cursor_skip(&d->bytes, cursor_left(&d->bytes));
	d->is_side_done = true;
}

static void
note_handshake(struct dissection *d, const uint8_t *at)
{
	static const char digits[] = "0123456789abcdef";
	char text[BITTORRENT_HASH_SIZE * 2];

	for (int i = 0; i < BITTORRENT_HASH_SIZE; i++) {
		text[i * 2] = digits[at[BITTORRENT_HASH_AT + i] >> 4];
		text[i * 2 + 1] = digits[at[BITTORRENT_HASH_AT + i] & 15];
	}
	dissection_text(d, BITTORRENT_HASH, text, sizeof text);
	dissection_text(d, d->sender == ROLE_CLIENT ? BITTORRENT_CLIENT :
	    BITTORRENT_SERVER, at + BITTORRENT_HASH_AT + BITTORRENT_HASH_SIZE,
	    BITTORRENT_PEER_SIZE);
}

const struct application application_bittorrent = {
	.name = "bittorrent",
	.title = "BitTorrent",
	.source = "BEP 3, BEP 5, BEP 14, BEP 15, BEP 29",
	.transports = APPLICATION_TCP | APPLICATION_UDP,
	.tcp_ports = { 6881, 6882, 6883, 6884, 6885, 6886, 6887, 6889,
	    51413 },
	.udp_ports = { 6881, 51413 },
	.starts = { { 0, 2 }, { 0x11, 0x12 }, { 0x21, 0x22 },
	    { 0x31, 0x32 }, { 0x41, 0x43 }, { 0x64, 0x65 } },
	.probe = probe,
	.feed = feed,
	.fields = fields
};
