/*
 * Between collector and meter; see news.h. Numbers are in network order, so
 * that the cursor reads them.
 */
#include <string.h>

#include "host/news.h"

/* Which members a kind has, in the order in which they are written. */
enum {
	HAS_SLOT = 1 << 0,
	HAS_BY = 1 << 1,
	HAS_NETNS = 1 << 2,
	HAS_COUNT = 1 << 3,
	HAS_BEGIN = 1 << 4,
	HAS_END = 1 << 5,
	HAS_SOCKET = 1 << 6,
	HAS_PROCESS = 1 << 7,
	HAS_TEXT = 1 << 8
};

static const unsigned int news_members[NEWS_KINDS] = {
	[NEWS_HELLO] = HAS_BY | HAS_NETNS | HAS_TEXT,
	[NEWS_PROCESS] = HAS_SLOT | HAS_PROCESS,
	[NEWS_SOCKET] = HAS_SLOT | HAS_BY | HAS_BEGIN | HAS_END | HAS_SOCKET,
	[NEWS_CLOSE] = HAS_SLOT | HAS_END | HAS_SOCKET,
	[NEWS_EXIT] = HAS_SLOT | HAS_END,
	[NEWS_ADDRESS] = HAS_NETNS | HAS_SOCKET,
	[NEWS_ADDRESSES] = HAS_NETNS,
	[NEWS_LOST] = HAS_COUNT,
	[NEWS_SYNCED] = HAS_COUNT
};

static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

static void	put(struct buffer *, uint64_t, int);
static void	put_text(struct buffer *, const char *, size_t);
static void	put_socket(struct buffer *, const struct news_socket *);
static void	put_process(struct buffer *, const struct process *);
static void	take_text(struct cursor *, char *, size_t);
static bool	take_time(struct cursor *, int64_t *);
static bool	take_socket(struct cursor *, struct news_socket *);
static void	take_process(struct cursor *, struct process *);
static bool	take_members(struct cursor *, unsigned int, struct news *);
static bool	is_mapped(const uint8_t *);

static void
put(struct buffer *b, uint64_t value, int bytes)
{
	while (bytes-- > 0)
		buffer_char(b, (char)(value >> 8 * bytes & 0xff));
}

static void
put_text(struct buffer *b, const char *text, size_t room)
{
	size_t size = strnlen(text, room - 1);

	put(b, size, 2);
	buffer_bytes(b, text, size);
}

static void
put_socket(struct buffer *b, const struct news_socket *s)
{
	put(b, s->protocol, 1);
	put(b, s->family, 1);
	put(b, s->netns, 4);
	put(b, s->local_port, 2);
	put(b, s->remote_port, 2);
	buffer_bytes(b, s->local, sizeof s->local);
	buffer_bytes(b, s->remote, sizeof s->remote);
}

static void
put_process(struct buffer *b, const struct process *p)
{
	put(b, p->pid, 4);
	put(b, p->uid, 4);
	put(b, p->start_ticks, 8);
	put(b, p->is_exe_deleted, 1);
	put_text(b, p->name, sizeof p->name);
	put_text(b, p->exe, sizeof p->exe);
	put_text(b, p->user, sizeof p->user);
	put_text(b, p->unit, sizeof p->unit);
	put_text(b, p->container, sizeof p->container);
}

void
news_write(struct buffer *b, const struct news *n)
{
	unsigned int has = news_members[n->kind];

	put(b, n->kind, 1);
	if (has & HAS_SLOT)
		put(b, n->slot, 4);
	if (has & HAS_BY)
		put(b, n->by, 1);
	if (has & HAS_NETNS)
		put(b, n->netns, 4);
	if (has & HAS_COUNT)
		put(b, n->count, 8);
	if (has & HAS_BEGIN)
		put(b, (uint64_t)n->begin_ns, 8);
	if (has & HAS_END)
		put(b, (uint64_t)n->end_ns, 8);
	if (has & HAS_SOCKET)
		put_socket(b, &n->socket);
	if (has & HAS_PROCESS)
		put_process(b, &n->process);
	if (has & HAS_TEXT)
		put_text(b, n->text, sizeof n->text);
}

/* What does not fit is cut, a zero inside ends it. */
static void
take_text(struct cursor *c, char *text, size_t room)
{
	size_t size = cursor_be16(c);
	const uint8_t *bytes = cursor_take(c, size);

	text[0] = '\0';
	if (bytes == NULL)
		return;
	if (size > room - 1)
		size = room - 1;
	memcpy(text, bytes, size);
	text[size] = '\0';
}

static bool
take_time(struct cursor *c, int64_t *time_ns)
{
	uint64_t value = cursor_be64(c);

	if (value > (uint64_t)NEWS_TIME_MAX && value != (uint64_t)NEWS_OPEN)
		return false;
	*time_ns = (int64_t)value;
	return true;
}

static bool
take_socket(struct cursor *c, struct news_socket *s)
{
	const uint8_t *bytes;

	s->protocol = cursor_u8(c);
	s->family = cursor_u8(c);
	s->netns = cursor_be32(c);
	s->local_port = cursor_be16(c);
	s->remote_port = cursor_be16(c);
	bytes = cursor_take(c, sizeof s->local + sizeof s->remote);
	if (bytes == NULL)
		return false;
	memcpy(s->local, bytes, sizeof s->local);
	memcpy(s->remote, bytes + sizeof s->local, sizeof s->remote);
	return s->family == 0 || s->family == 4 || s->family == 6;
}

static void
take_process(struct cursor *c, struct process *p)
{
	p->pid = cursor_be32(c);
	p->uid = cursor_be32(c);
	p->start_ticks = cursor_be64(c);
	p->is_exe_deleted = cursor_u8(c) != 0;
	take_text(c, p->name, sizeof p->name);
	take_text(c, p->exe, sizeof p->exe);
	take_text(c, p->user, sizeof p->user);
	take_text(c, p->unit, sizeof p->unit);
	take_text(c, p->container, sizeof p->container);
}

static bool
take_members(struct cursor *c, unsigned int has, struct news *n)
{
	if (has & HAS_SLOT)
		n->slot = cursor_be32(c);
	if (has & HAS_BY)
		n->by = (enum news_by)cursor_u8(c);
	if (has & HAS_NETNS)
		n->netns = cursor_be32(c);
	if (has & HAS_COUNT)
		n->count = cursor_be64(c);
	if ((has & HAS_BEGIN) && !take_time(c, &n->begin_ns))
		return false;
	if ((has & HAS_END) && !take_time(c, &n->end_ns))
		return false;
	if ((has & HAS_SOCKET) && !take_socket(c, &n->socket))
		return false;
	if (has & HAS_PROCESS)
		take_process(c, &n->process);
	if (has & HAS_TEXT)
		take_text(c, n->text, sizeof n->text);
	if ((has & HAS_SLOT) && n->slot >= NEWS_SLOTS &&
	    (n->kind != NEWS_CLOSE || n->slot != NEWS_SLOT_ANY))
		return false;
	return !(has & HAS_BY) || n->by < NEWS_BYS;
}

bool
news_read(struct cursor *c, struct news *n)
{
	uint8_t kind;

	if (!cursor_ok(c) || cursor_left(c) == 0)
		return false;
	kind = cursor_u8(c);
	if (kind == 0 || kind >= NEWS_KINDS) {
		c->failed = true;
		return false;
	}
	n->kind = (enum news_kind)kind;
	if (!take_members(c, news_members[kind], n))
		c->failed = true;
	return cursor_ok(c);
}

bool
news_is_any(const uint8_t address[16])
{
	static const uint8_t zeros[16];

	return memcmp(address, zeros, sizeof zeros) == 0;
}

static bool
is_mapped(const uint8_t *address)
{
	return memcmp(address, mapped, sizeof mapped) == 0;
}

void
news_socket_unmap(struct news_socket *s, bool is_v6only)
{
	uint8_t *ends[2] = { s->local, s->remote };

	if (s->family != 6)
		return;
	if (!is_mapped(s->local) && !is_mapped(s->remote)) {
		if (news_is_any(s->local) && news_is_any(s->remote) &&
		    !is_v6only)
			s->family = 0;
		return;
	}
	s->family = 4;
	for (int i = 0; i < 2; i++) {
		if (is_mapped(ends[i]))
			memmove(ends[i], ends[i] + sizeof mapped, 4);
		memset(ends[i] + 4, 0, 12);
	}
}
