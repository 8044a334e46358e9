/*
 * SMB, the Server Message Block protocol, version 1 (MS-CIFS) and versions 2
 * and 3 (MS-SMB2), over TCP: the dialect that was agreed, and which shares
 * the client opens. All numbers but the first are little endian.
 *
 *   uint8 0, uint24 size (big endian), then of version 1: "\xffSMB", uint8
 *   command, uint32 status, uint8 flags, ..., at 32 uint8 words, uint16[],
 *   uint16 bytes, ..., and of the others: "\xfeSMB", uint16 64, ..., at 12
 *   uint16 command, at 16 uint32 flags, at 20 uint32 next, at 64 the body
 */
#include <string.h>

#include "dissect/framing.h"
#include "dissect/utf16.h"

enum {
	SMB_FRAME_SIZE = 4,
	SMB_MAGIC_SIZE = 4,
	SMB_KEEPALIVE = 0x85,		/* RFC 1002, 4.3.6 */
	SMB1_HEADER_SIZE = 32,
	SMB1_NEGOTIATE = 0x72,
	SMB1_TREE_CONNECT = 0x75,
	SMB1_TREE_WORDS = 4,
	SMB1_REPLY = 0x80,		/* in the flags */
	SMB1_UNICODE = 0x8000,		/* in the second flags */
	SMB1_DIALECT = 2,		/* before each name of a dialect */
	SMB1_DIALECTS_MAX = 32,
	SMB2_HEADER_SIZE = 64,
	SMB2_NEGOTIATE = 0,
	SMB2_TREE_CONNECT = 3,
	SMB2_COMMAND_MAX = 19,
	SMB2_REPLY = 1,			/* in the flags */
	SMB2_WILDCARD = 0x2ff,		/* the client is to ask again */
	SMB2_SIGNING_REQUIRED = 2,
	SMB_MESSAGES_MAX = 24		/* of a side, then all is said */
};

enum smb_fact {
	SMB_DIALECT,
	SMB_SIGNING,
	SMB_SHARES
};

struct smb_state {
	uint8_t	messages[2];	/* by role less one */
	uint8_t	count;		/* of dialects that the client offers, */
	uint8_t	offered[SMB1_DIALECTS_MAX];	/* index in the names + 1 */
};

/* MS-CIFS 1.7, MS-SMB2 3.3.5.3.1 */
static const char *const dialect_names[] = {
	"PC NETWORK PROGRAM 1.0", "MICROSOFT NETWORKS 1.03",
	"MICROSOFT NETWORKS 3.0", "LANMAN1.0", "Windows for Workgroups 3.1a",
	"LM1.2X002", "DOS LM1.2X002", "DOS LANMAN2.1", "LANMAN2.1", "Samba",
	"NT LANMAN 1.0", "NT LM 0.12", "SMB 2.002", "SMB 2.???"
};

static enum probe_score	probe(struct probe *);
static void		feed(struct dissection *);
static void		read_message(struct dissection *, struct cursor);
static void		read_1(struct dissection *, struct cursor);
static void		read_dialects(struct dissection *, struct cursor *);
static void		read_choice(struct dissection *, struct cursor *);
static void		read_tree_1(struct dissection *, struct cursor,
			    bool);
static void		read_2(struct dissection *, struct cursor);
static void		read_negotiated(struct dissection *, struct cursor);
static void		read_tree_2(struct dissection *, struct cursor);

static const struct fact_field fields[] = {
	[SMB_DIALECT] = { "dialect", FACT_TEXT, false, NULL,
	    "Dialect that the server chose." },
	[SMB_SIGNING] = { "signing_required", FACT_BOOL, false, NULL,
	    "Whether the server insists on signed messages (from 2.0.2 "
	    "on)." },
	[SMB_SHARES] = { "shares", FACT_LIST, false, NULL,
	    "Shares that the client opens, as \\\\server\\share." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

/* Messages may be encrypted (0xfd) or compressed (0xfc) from the first on
   that was seen. */
static enum probe_score
probe(struct probe *p)
{
	struct cursor c = p->own;
	uint32_t size = cursor_be32(&c);
	const uint8_t *magic = cursor_take(&c, SMB_MAGIC_SIZE);
	const uint8_t *next = cursor_take(&c, 2);

	if (p->own.at[0] != 0)
		return PROBE_NO;
	if (next == NULL)
		return p->is_start ? PROBE_MORE : PROBE_NO;
	if (size >> 24 != 0 || size < SMB1_HEADER_SIZE || magic[0] < 0xfc ||
	    memcmp(magic + 1, "SMB", 3) != 0)
		return PROBE_NO;
	if (magic[0] == 0xff)
		cursor_skip(&c, 3);
	else if (magic[0] == 0xfe)
		cursor_skip(&c, 10);
	else
		return PROBE_SURE;
	if (magic[0] == 0xfe && bytes_le16(next) != SMB2_HEADER_SIZE)
		return PROBE_NO;
	/* Flags tell who answers. */
	if (cursor_left(&c) > 0)
		p->sender = (*c.at & (magic[0] == 0xff ? SMB1_REPLY :
		    SMB2_REPLY)) != 0 ? ROLE_SERVER : ROLE_CLIENT;
	return PROBE_SURE;
}

static void
feed(struct dissection *d)
{
	struct smb_state *state = d->state;
	uint8_t *messages = &state->messages[d->sender - ROLE_CLIENT];
	struct cursor message;
	const uint8_t *frame;

	while ((frame = cursor_peek(&d->bytes, SMB_FRAME_SIZE)) != NULL) {
		if (frame[0] != 0 && frame[0] != SMB_KEEPALIVE) {
			d->is_done = true;
			return;
		}
		if (!framing_take(d, SMB_FRAME_SIZE + bytes_be24(frame + 1),
		    &message))
			return;
		cursor_skip(&message, SMB_FRAME_SIZE);
		read_message(d, message);
		if (++*messages == SMB_MESSAGES_MAX)
			d->is_done = true;
		if (d->is_done)
			return;
	}
}

static void
read_message(struct dissection *d, struct cursor c)
{
	const uint8_t *magic = cursor_peek(&c, SMB_MAGIC_SIZE);

	if (magic == NULL)
		return;
	if (memcmp(magic + 1, "SMB", 3) != 0 || magic[0] < 0xfe)
		d->is_done = true;
	else if (magic[0] == 0xff)
		read_1(d, c);
	else
		read_2(d, c);
}

static void
read_1(struct dissection *d, struct cursor c)
{
	struct cursor body = c;
	const uint8_t *header = cursor_take(&body, SMB1_HEADER_SIZE);
	bool is_reply;

	if (header == NULL)
		return;
	is_reply = (header[9] & SMB1_REPLY) != 0;
	if (header[4] == SMB1_NEGOTIATE && is_reply)
		read_choice(d, &body);
	else if (header[4] == SMB1_NEGOTIATE)
		read_dialects(d, &body);
	else if (header[4] == SMB1_TREE_CONNECT && !is_reply)
		read_tree_1(d, c, (bytes_le16(header + 10) & SMB1_UNICODE) !=
		    0);
}

/* MS-CIFS 2.2.4.52.1: the answer is an index into these. */
static void
read_dialects(struct dissection *d, struct cursor *c)
{
	const size_t names = sizeof dialect_names / sizeof dialect_names[0];
	struct smb_state *state = d->state;
	struct cursor name;

	cursor_skip(c, 1 + 2);
	state->count = 0;
	while (cursor_u8(c) == SMB1_DIALECT && framing_take_text(c, &name) &&
	    state->count < SMB1_DIALECTS_MAX) {
		uint8_t *number = &state->offered[state->count++];

		*number = 0;
		for (size_t i = 0; i < names; i++) {
			if (framing_is(name, dialect_names[i]))
				*number = (uint8_t)(i + 1);
		}
	}
}

/* MS-CIFS 2.2.4.52.2 */
static void
read_choice(struct dissection *d, struct cursor *c)
{
	const struct smb_state *state = d->state;
	uint8_t words = cursor_u8(c);
	uint16_t index = cursor_le16(c);

	if (cursor_ok(c) && words > 0 && index < state->count &&
	    state->offered[index] > 0)
		dissection_word(d, SMB_DIALECT,
		    dialect_names[state->offered[index] - 1]);
}

/* MS-CIFS 2.2.4.55.1: behind a password stands the path. */
static void
read_tree_1(struct dissection *d, struct cursor c, bool is_unicode)
{
	const uint8_t *begin = c.at;
	uint8_t words;
	uint16_t password;
	struct cursor path;
	char text[UTF16_TEXT_MAX];

	cursor_skip(&c, SMB1_HEADER_SIZE);
	words = cursor_u8(&c);
	cursor_skip(&c, 6);
	password = cursor_le16(&c);
	cursor_skip(&c, (size_t)2 + password);
	if (!cursor_ok(&c) || words != SMB1_TREE_WORDS)
		return;
	if (!is_unicode) {
		if (framing_take_text(&c, &path))
			dissection_item(d, SMB_SHARES, path.at,
			    cursor_left(&path));
		return;
	}
	if ((c.at - begin) % 2 != 0)
		cursor_skip(&c, 1);
	dissection_item(d, SMB_SHARES, text, utf16_read(c, text));
}

/* The first of the messages that may stand in one frame (3.2.4.1.4). */
static void
read_2(struct dissection *d, struct cursor c)
{
	const uint8_t *header = cursor_peek(&c, SMB2_HEADER_SIZE);
	bool is_reply;
	uint16_t command;

	if (header == NULL)
		return;
	is_reply = (header[16] & SMB2_REPLY) != 0;
	command = bytes_le16(header + 12);
	if (command >= SMB2_COMMAND_MAX)
		d->is_done = true;
	else if (command == SMB2_NEGOTIATE && is_reply)
		read_negotiated(d, c);
	else if (command == SMB2_TREE_CONNECT && !is_reply)
		read_tree_2(d, c);
}

/* MS-SMB2 2.2.4 */
static void
read_negotiated(struct dissection *d, struct cursor c)
{
	uint16_t signing;
	uint16_t dialect;
	char text[] = "0.0.0";

	cursor_skip(&c, SMB2_HEADER_SIZE + 2);
	signing = cursor_le16(&c);
	dialect = cursor_le16(&c);
	if (!cursor_ok(&c) || dialect == SMB2_WILDCARD)
		return;
	text[0] = (char)('0' + (dialect >> 8 & 7));
	text[2] = (char)('0' + (dialect >> 4 & 7));
	text[4] = (char)('0' + (dialect & 7));
	dissection_word(d, SMB_DIALECT, text);
	dissection_number(d, SMB_SIGNING,
	    (signing & SMB2_SIGNING_REQUIRED) != 0);
}

/* MS-SMB2 2.2.9: the path's place is counted from the header on. */
static void
read_tree_2(struct dissection *d, struct cursor c)
{
	struct cursor place = c;
	struct cursor path = c;
	char text[UTF16_TEXT_MAX];

	cursor_skip(&place, SMB2_HEADER_SIZE + 4);
	cursor_skip(&path, cursor_le16(&place));
	path = cursor_sub(&path, cursor_le16(&place));
	if (cursor_ok(&place) && cursor_ok(&path))
		dissection_item(d, SMB_SHARES, text, utf16_read(path, text));
}

const struct application application_smb = {
	.name = "smb",
	.title = "Server Message Block",
	.source = "MS-SMB2, MS-CIFS",
	.transports = APPLICATION_TCP,
	.tcp_ports = { 445, 139 },
	.state_size = sizeof(struct smb_state),
	.probe = probe,
	.feed = feed,
	.fields = fields
};
