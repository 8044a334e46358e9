/*
 * VNC's Remote Framebuffer protocol (RFC 6143): both sides say a version, the
 * server first, and then it offers its types of security (7.1.2).
 *
 *   "RFB 003.008\n"
 *   count, types      from version 3.7 on
 *   type (4)          before
 */
#include <string.h>

#include "dissect/application.h"

enum {
	VNC_VERSION_SIZE = 12,
	VNC_VERSION_AT = 4,	/* of "003.008" */
	VNC_NUMBER_SIZE = 7
};

enum vnc_fact {
	VNC_VERSION,
	VNC_CLIENT_VERSION,
	VNC_SECURITY
};

struct vnc_state {
	bool	has_version[2];		/* by role less one */
	bool	is_old;			/* the client wants 3.3 */
};

struct vnc_type {
	uint8_t		 type;
	const char	*name;
};

static const struct fact_field fields[] = {
	[VNC_VERSION] = { "version", FACT_TEXT, false, NULL,
	    "Highest version that the server speaks." },
	[VNC_CLIENT_VERSION] = { "client_version", FACT_TEXT, false, NULL,
	    "Version that the client chose." },
	[VNC_SECURITY] = { "security", FACT_LIST, false, NULL,
	    "Types of security that the server offers." },
	{ NULL, FACT_TEXT, false, NULL, NULL }
};

/* IANA's registry of RFB security types, those met in practice. */
static const struct vnc_type types[] = {
	{ 0, "invalid" }, { 1, "none" }, { 2, "vnc" }, { 5, "ra2" },
	{ 6, "ra2ne" }, { 13, "ra2-256" }, { 16, "tight" }, { 17, "ultra" },
	{ 18, "tls" }, { 19, "vencrypt" }, { 20, "sasl" }, { 21, "md5" },
	{ 22, "xvp" }, { 30, "apple" }, { 35, "apple-account" }
};

static enum probe_score	probe(struct probe *);
static void		feed(struct dissection *);
static void		take_security(struct dissection *,
			    const struct vnc_state *);
static void		note_type(struct dissection *, uint8_t);

static enum probe_score
probe(struct probe *p)
{
	static const char form[VNC_VERSION_SIZE + 1] = "RFB 000.000\n";
	size_t size = cursor_left(&p->own);

	for (size_t i = 0; i < size && i < VNC_VERSION_SIZE; i++) {
		uint8_t byte = p->own.at[i];

		if (form[i] == '0' ? byte < '0' || byte > '9' :
		    byte != (uint8_t)form[i])
			return PROBE_NO;
	}
	return size < VNC_VERSION_SIZE ? PROBE_MORE : PROBE_SURE;
}

static void
feed(struct dissection *d)
{
	struct vnc_state *state = d->state;
	bool *has_version = &state->has_version[d->sender - ROLE_CLIENT];
	bool is_client = d->sender == ROLE_CLIENT;
	const uint8_t *version;

	if (!*has_version) {
		version = cursor_peek(&d->bytes, VNC_VERSION_SIZE);
		if (version == NULL)
			return;
		cursor_skip(&d->bytes, VNC_VERSION_SIZE);
		*has_version = true;
		dissection_text(d, is_client ? VNC_CLIENT_VERSION :
		    VNC_VERSION, version + VNC_VERSION_AT, VNC_NUMBER_SIZE);
		if (is_client)
			state->is_old = memcmp(version + VNC_VERSION_AT,
			    "003.007", VNC_NUMBER_SIZE) < 0;
		d->is_side_done = is_client;
	}
	if (!is_client && cursor_left(&d->bytes) > 0)
		take_security(d, state);
}

static void
take_security(struct dissection *d, const struct vnc_state *state)
{
	struct cursor c = d->bytes;
	struct cursor offered;
	uint32_t type;

	if (state->is_old) {
		type = cursor_be32(&c);
		if (!cursor_ok(&c))
			return;
		if (type <= UINT8_MAX)
			note_type(d, (uint8_t)type);
	} else {
		offered = cursor_sub(&c, cursor_u8(&c));
		if (!cursor_ok(&c))
			return;
		while (cursor_left(&offered) > 0)
			note_type(d, cursor_u8(&offered));
	}
	d->bytes = c;
	d->is_done = true;
}

static void
note_type(struct dissection *d, uint8_t type)
{
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		if (types[i].type == type)
			dissection_item(d, VNC_SECURITY, types[i].name,
			    strlen(types[i].name));
	}
}

const struct application application_vnc = {
	.name = "vnc",
	.title = "Virtual Network Computing (RFB)",
	.source = "RFC 6143",
	.transports = APPLICATION_TCP,
	.tcp_ports = { 5900, 5901, 5902 },
	.state_size = sizeof(struct vnc_state),
	.probe = probe,
	.feed = feed,
	.fields = fields
};
