/*
 * ONC RPC; see onc_rpc.h. Numbers and sizes are those of XDR (RFC 4506).
 *
 *   stream   uint32 size, with the highest bit in the last part of a record
 *   call     uint32 xid, uint32 0, uint32 2, uint32 program, uint32 version,
 *            uint32 procedure, credential, verifier
 *   reply    uint32 xid, uint32 1, uint32 0 (accepted), verifier, uint32 how
 *   credential, verifier: uint32 flavor, uint32 size, bytes
 */
#include <string.h>

#include "base/spell.h"
#include "dissect/framing.h"
#include "dissect/onc_rpc.h"

enum {
	ONC_RPC_MARK_SIZE = 4,
	ONC_RPC_LAST = 0x7fffffff,	/* the mark without its bit */
	ONC_RPC_CALL_SIZE = 40,		/* with empty credentials */
	ONC_RPC_REPLY_SIZE = 24,
	ONC_RPC_SIZE_MAX = 1 << 22,
	ONC_RPC_PROTOCOL = 2,		/* the version of RPC itself */
	ONC_RPC_VERSION_MAX = 15,
	ONC_RPC_PROCEDURE_MAX = 255,
	ONC_RPC_CREDENTIAL_MAX = 400,	/* RFC 5531, 8.2 */
	ONC_RPC_AUTH_SYS = 1,
	ONC_RPC_AUTH_GSS = 6,
	ONC_RPC_HOW_MAX = 5,
	ONC_RPC_GETPORT = 3,		/* of the port mapper, RFC 1833 3 */
	ONC_RPC_TCP = 6,
	ONC_RPC_UDP = 17,
	ONC_RPC_CALLS_MAX = 16		/* then all is said */
};

struct call {
	uint32_t	xid;
	uint32_t	program;
	uint32_t	version;
	uint32_t	procedure;
	struct cursor	credential;	/* of AUTH_SYS, or empty */
};

struct program_name {
	uint32_t	 program;
	const char	*name;
};

struct procedure_names {
	uint32_t	 program;
	uint32_t	 version;
	const char	*names[22];
};

static const struct program_name program_names[] = {
	{ ONC_RPC_PORTMAP, "portmap" }, { 100001, "rstat" },
	{ 100002, "rusers" }, { ONC_RPC_NFS, "nfs" }, { 100004, "ypserv" },
	{ ONC_RPC_MOUNT, "mount" }, { 100007, "ypbind" },
	{ 100009, "yppasswd" }, { 100011, "rquota" }, { 100020, "llock" },
	{ 100021, "nlm" }, { 100024, "status" }, { 100068, "cmsd" },
	{ 100083, "ttdb" }, { 100227, "nfs-acl" }, { 100232, "sadmind" },
	{ 150001, "pcnfsd" }, { 300019, "amd" }
};

/* RFC 1094, RFC 1813, RFC 7530, RFC 1833. */
static const struct procedure_names procedure_names[] = {
	{ ONC_RPC_NFS, 2, { "null", "getattr", "setattr", "root", "lookup",
	    "readlink", "read", "writecache", "write", "create", "remove",
	    "rename", "link", "symlink", "mkdir", "rmdir", "readdir",
	    "statfs" } },
	{ ONC_RPC_NFS, 3, { "null", "getattr", "setattr", "lookup", "access",
	    "readlink", "read", "write", "create", "mkdir", "symlink",
	    "mknod", "remove", "rmdir", "rename", "link", "readdir",
	    "readdirplus", "fsstat", "fsinfo", "pathconf", "commit" } },
	{ ONC_RPC_NFS, 4, { "null", "compound" } },
	{ ONC_RPC_PORTMAP, 2, { "null", "set", "unset", "getport", "dump",
	    "callit" } },
	{ ONC_RPC_PORTMAP, 3, { "null", "set", "unset", "getaddr", "dump",
	    "callit", "gettime", "uaddr2taddr", "taddr2uaddr" } },
	{ ONC_RPC_PORTMAP, 4, { "null", "set", "unset", "getaddr", "dump",
	    "bcast", "gettime", "uaddr2taddr", "taddr2uaddr" } },
	{ ONC_RPC_MOUNT, 1, { "null", "mnt", "dump", "umnt", "umntall",
	    "export" } },
	{ ONC_RPC_MOUNT, 3, { "null", "mnt", "dump", "umnt", "umntall",
	    "export" } }
};

const struct fact_field onc_rpc_fields[ONC_RPC_FACTS + 1] = {
	[ONC_RPC_PROGRAM_NAME] = { "program", FACT_TEXT, false, NULL,
	    "Program that is called, by name or number." },
	[ONC_RPC_VERSION] = { "version", FACT_NUMBER, false, NULL,
	    "Its version in the first call." },
	[ONC_RPC_PROCEDURES] = { "procedures", FACT_LIST, false, NULL,
	    "What is called, by name or number, in the first 16 calls." },
	[ONC_RPC_MACHINE] = { "machine", FACT_TEXT, false, NULL,
	    "What the client calls its host." },
	[ONC_RPC_CALLS] = { "calls", FACT_NUMBER, false, "messages",
	    "Calls that were read, at most 16." }
};

static enum probe_score	probe_message(struct probe *, struct cursor, uint32_t,
			    bool);
static bool		may_begin(struct cursor);
static bool		take_call(struct cursor *, struct call *);
static bool		take_reply(struct cursor *, uint32_t *);
static bool		take_proof(struct cursor *, struct cursor *);
static bool		is_program(uint32_t);
static void		read_stream(struct dissection *);
static void		read_message(struct dissection *, struct cursor);
static void		read_call(struct dissection *, const struct call *,
			    struct cursor);
static void		note_number(struct dissection *, unsigned int,
			    const char *, uint32_t);
static const char	*name_of(uint32_t);
static const char	*procedure_of(const struct call *);
static void		read_port(struct dissection *, uint32_t,
			    struct cursor);

enum probe_score
onc_rpc_probe(struct probe *p, bool is_nfs)
{
	struct cursor c = p->own;
	uint32_t size = p->size;
	enum probe_score score;

	if (!p->is_datagram) {
		size = cursor_be32(&c);
		/* The first part of a first record is all of it. */
		if (!cursor_ok(&c))
			return p->is_start && p->own.at[0] == 0x80 ?
			    PROBE_MORE : PROBE_NO;
		if (size <= ONC_RPC_LAST)
			return PROBE_NO;
		size &= ONC_RPC_LAST;
	}
	score = probe_message(p, c, size, is_nfs);
	return score == PROBE_NO && !p->is_datagram && p->is_start &&
	    size <= ONC_RPC_SIZE_MAX && cursor_left(&c) < size &&
	    may_begin(c) ? PROBE_MORE : score;
}

/* Whether more bytes may yet make it a call. */
static bool
may_begin(struct cursor c)
{
	size_t left = cursor_left(&c);

	return left < ONC_RPC_CALL_SIZE || (left < ONC_RPC_CALL_SIZE +
	    2 * ONC_RPC_CREDENTIAL_MAX && bytes_be32(c.at + 4) == 0 &&
	    bytes_be32(c.at + 8) == ONC_RPC_PROTOCOL);
}

static enum probe_score
probe_message(struct probe *p, struct cursor c, uint32_t size, bool is_nfs)
{
	struct cursor reply = c;
	struct call call;
	uint32_t xid;

	if (size % 4 != 0 || size < ONC_RPC_REPLY_SIZE ||
	    size > ONC_RPC_SIZE_MAX)
		return PROBE_NO;
	if (take_call(&c, &call) && is_program(call.program)) {
		p->sender = ROLE_CLIENT;
		return (call.program == ONC_RPC_NFS) == is_nfs ? PROBE_SURE :
		    PROBE_NO;
	}
	/* A reply does not say whose it is. */
	p->sender = ROLE_SERVER;
	return p->is_on_port && take_reply(&reply, &xid) ? PROBE_WEAK :
	    PROBE_NO;
}

/* Up to its arguments. */
static bool
take_call(struct cursor *c, struct call *call)
{
	const uint8_t *fixed = cursor_take(c, 24);
	struct cursor verifier;

	if (fixed == NULL || bytes_be32(fixed + 4) != 0 ||
	    bytes_be32(fixed + 8) != ONC_RPC_PROTOCOL)
		return false;
	call->xid = bytes_be32(fixed);
	call->program = bytes_be32(fixed + 12);
	call->version = bytes_be32(fixed + 16);
	call->procedure = bytes_be32(fixed + 20);
	return call->version <= ONC_RPC_VERSION_MAX &&
	    call->procedure <= ONC_RPC_PROCEDURE_MAX &&
	    take_proof(c, &call->credential) && take_proof(c, &verifier);
}

/* One that was accepted, up to its results. */
static bool
take_reply(struct cursor *c, uint32_t *xid)
{
	struct cursor verifier;
	uint32_t type;
	uint32_t status;

	*xid = cursor_be32(c);
	type = cursor_be32(c);
	status = cursor_be32(c);
	return cursor_ok(c) && type == 1 && status == 0 &&
	    take_proof(c, &verifier) && cursor_be32(c) <= ONC_RPC_HOW_MAX &&
	    cursor_ok(c);
}

/* A credential or verifier. */
static bool
take_proof(struct cursor *c, struct cursor *bytes)
{
	uint32_t flavor = cursor_be32(c);
	uint32_t size = cursor_be32(c);

	if (!cursor_ok(c) || flavor > ONC_RPC_AUTH_GSS ||
	    size > ONC_RPC_CREDENTIAL_MAX)
		return false;
	*bytes = cursor_sub(c, (size + 3) / 4 * 4);
	if (flavor != ONC_RPC_AUTH_SYS)
		cursor_limit(bytes, 0);
	return cursor_ok(c);
}

/* RFC 5531, 8.1: those of the registry, of users, and transient ones. */
static bool
is_program(uint32_t program)
{
	return program >= ONC_RPC_PORTMAP && program < 0x60000000;
}

void
onc_rpc_feed(struct dissection *d)
{
	if (d->is_datagram)
		read_message(d, d->bytes);
	else
		read_stream(d);
}

static void
read_stream(struct dissection *d)
{
	struct cursor c = d->bytes;
	struct cursor message;
	uint32_t size;

	while (!d->is_done) {
		size = cursor_be32(&c) & ONC_RPC_LAST;
		if (!cursor_ok(&c))
			return;
		if (size > ONC_RPC_SIZE_MAX) {
			d->is_done = true;
			return;
		}
		if (!framing_take(d, size + ONC_RPC_MARK_SIZE, &message))
			return;
		cursor_skip(&message, ONC_RPC_MARK_SIZE);
		read_message(d, message);
		c = d->bytes;
	}
}

static void
read_message(struct dissection *d, struct cursor c)
{
	struct onc_rpc_state *state = d->state;
	struct cursor reply = c;
	struct call call;
	uint32_t xid;

	if (take_call(&c, &call)) {
		read_call(d, &call, c);
		d->is_done = ++state->calls == ONC_RPC_CALLS_MAX;
	} else if (state->asked_program != 0 && take_reply(&reply, &xid)) {
		read_port(d, xid, reply);
	}
}

static void
read_call(struct dissection *d, const struct call *call, struct cursor c)
{
	struct onc_rpc_state *state = d->state;
	struct cursor credential = call->credential;
	struct cursor machine;

	dissection_count(d, ONC_RPC_CALLS, 1);
	if (!dissection_has(d, ONC_RPC_PROGRAM_NAME))
		note_number(d, ONC_RPC_PROGRAM_NAME, name_of(call->program),
		    call->program);
	dissection_number(d, ONC_RPC_VERSION, call->version);
	note_number(d, ONC_RPC_PROCEDURES, procedure_of(call),
	    call->procedure);
	cursor_skip(&credential, 4);
	machine = cursor_sub(&credential, cursor_be32(&credential));
	if (cursor_ok(&credential))
		dissection_text(d, ONC_RPC_MACHINE, machine.at,
		    cursor_left(&machine));
	if (call->program != ONC_RPC_PORTMAP || call->version != 2 ||
	    call->procedure != ONC_RPC_GETPORT)
		return;
	state->asked_xid = call->xid;
	state->asked_program = cursor_be32(&c);
	cursor_skip(&c, 4);
	state->asked_protocol = cursor_be32(&c);
}

/* By its name if there is one. */
static void
note_number(struct dissection *d, unsigned int field, const char *name,
    uint32_t number)
{
	char text[SPELL_ROOM];

	if (name == NULL) {
		*spell_u64(text, number) = '\0';
		name = text;
	}
	if (field == ONC_RPC_PROCEDURES)
		dissection_item(d, field, name, strlen(name));
	else
		dissection_word(d, field, name);
}

static const char *
name_of(uint32_t program)
{
	for (size_t i = 0; i < sizeof program_names /
	    sizeof program_names[0]; i++) {
		if (program_names[i].program == program)
			return program_names[i].name;
	}
	return NULL;
}

static const char *
procedure_of(const struct call *call)
{
	for (size_t i = 0; i < sizeof procedure_names /
	    sizeof procedure_names[0]; i++) {
		const struct procedure_names *p = &procedure_names[i];

		if (p->program == call->program &&
		    p->version == call->version && call->procedure <
		    sizeof p->names / sizeof p->names[0])
			return p->names[call->procedure];
	}
	return NULL;
}

/* The port at which the program that was asked for is called. */
static void
read_port(struct dissection *d, uint32_t xid, struct cursor c)
{
	struct onc_rpc_state *state = d->state;
	uint32_t port = cursor_be32(&c);
	bool is_udp = state->asked_protocol == ONC_RPC_UDP;

	if (!cursor_ok(&c) || xid != state->asked_xid || port == 0 ||
	    port > UINT16_MAX || (!is_udp && state->asked_protocol !=
	    ONC_RPC_TCP))
		return;
	dissection_expect(d, state->asked_program == ONC_RPC_NFS ? "nfs" :
	    "rpc", is_udp ? APPLICATION_UDP : APPLICATION_TCP, false,
	    (uint16_t)port);
	state->asked_program = 0;
}
