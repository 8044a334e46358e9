/*
 * Finding out who speaks: the dissectors by port and by transport, and the
 * contest between those that fit.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "dissect/applications_state.h"

/*
 * Who did not know so many datagrams of a side, or segments of one whose start
 * was not seen, will hardly know the next; only who is at home goes on to be
 * asked.
 */
enum { TRIES_OF_ALL = 2 };

/* Who knows a stream well does so by its first bytes, about so many. */
enum { WEAK_WAIT = 128 };

enum { PORTS = 65536, TRANSPORTS = 2, HOMES_MAX = 2048 };

/* A port and who is at home there. */
struct home {
	uint16_t	port;
	uint8_t		number;
};

struct candidates {
	uint8_t	numbers[APPLICATIONS_MAX];
	int	count;
};

/*
 * Those that take what begins with a byte, over a transport, and who is first
 * at home on a port. Of TCP a dissector that does not want to see more after
 * one byte never will; of datagrams it says what they begin with.
 */
struct transport_index {
	struct candidates	by_byte[UINT8_MAX + 1];
	struct home		homes[HOMES_MAX];	/* by port */
	int			home_count;
	uint16_t		by_port[PORTS];	/* its first home, plus one */
};

/* Who was asked as one at home on a port of the flow: bit n of word n / 64. */
struct asked_set {
	uint64_t	words[(APPLICATIONS_MAX + 64) / 64];
};

struct contest {
	enum probe_score	best;
	bool			is_home;	/* the best is on its port */
	uint8_t			winner;
	uint8_t			second;
	enum application_role	sender;		/* as the winner says */
	bool			wants_more;
};

static struct transport_index	indexes[TRANSPORTS];
static int			application_count;

static void	index_transport(uint8_t, const struct application *,
		    enum application_transport);
static void	index_homes(struct transport_index *);
static int	compare_homes(const void *, const void *);
static inline bool is_in(const struct asked_set *, uint8_t);
static void	add_candidate(struct candidates *, uint8_t);
static bool	takes_byte(const struct application *, uint8_t);
static const struct transport_index *index_of(bool);
static inline bool is_whole_stream(const struct application_input *);
static bool	may_wait(const struct application_input *, size_t);
static bool	ask_homes(struct contest *, const struct probe *,
		    const struct transport_index *, uint16_t,
		    struct asked_set *);
static void	ask_others(struct contest *, const struct probe *,
		    const struct transport_index *,
		    const struct asked_set *);
static bool	ask(struct contest *, const struct probe *, uint8_t, bool);
static void	enter(struct contest *, enum probe_score, bool, uint8_t,
		    enum application_role);
static void	settle(struct application_flow *, const struct contest *,
		    const struct application_input *);
static void	give_up(struct applications *, struct application_flow *,
		    const struct application_input *, bool, size_t);

void
applications_index(void)
{
	memset(indexes, 0, sizeof indexes);
	application_count = 0;
	while (registry_applications[application_count] != NULL) {
		const struct application *one =
		    registry_applications[application_count++];

		assert(application_count <= APPLICATIONS_MAX);
		index_transport((uint8_t)application_count, one,
		    APPLICATION_TCP);
		index_transport((uint8_t)application_count, one,
		    APPLICATION_UDP);
	}
	index_homes(&indexes[0]);
	index_homes(&indexes[1]);
}

static void
index_transport(uint8_t number, const struct application *one,
    enum application_transport transport)
{
	bool is_datagram = transport == APPLICATION_UDP;
	struct transport_index *index = &indexes[is_datagram];
	const uint16_t *ports = is_datagram ? one->udp_ports :
	    one->tcp_ports;

	if ((one->transports & transport) == 0)
		return;
	for (int byte = 0; byte <= UINT8_MAX; byte++) {
		if (is_datagram ?
		    application_takes_datagram(one, (uint8_t)byte) :
		    takes_byte(one, (uint8_t)byte))
			add_candidate(&index->by_byte[byte], number);
	}
	for (int i = 0; i < APPLICATION_PORTS_MAX && ports[i] != 0; i++) {
		assert(index->home_count < HOMES_MAX);
		index->homes[index->home_count++] = (struct home){
			ports[i], number
		};
	}
}

/* The homes in the order of their ports, and where each port's begin. */
static void
index_homes(struct transport_index *index)
{
	qsort(index->homes, (size_t)index->home_count, sizeof *index->homes,
	    compare_homes);
	for (int i = index->home_count - 1; i >= 0; i--)
		index->by_port[index->homes[i].port] = (uint16_t)(i + 1);
}

static int
compare_homes(const void *x, const void *y)
{
	const struct home *a = x;
	const struct home *b = y;

	return a->port != b->port ? a->port - b->port :
	    a->number - b->number;
}

static inline bool
is_in(const struct asked_set *set, uint8_t number)
{
	return (set->words[number / 64] >> number % 64 & 1) != 0;
}

static void
add_candidate(struct candidates *candidates, uint8_t number)
{
	candidates->numbers[candidates->count++] = number;
}

/* Whether it wants to see more, away from its ports. */
static bool
takes_byte(const struct application *one, uint8_t byte)
{
	for (int is_start = 0; is_start < 2; is_start++) {
		struct probe probe = {
			.own = cursor_over(&byte, 1),
			.size = 1,
			.is_start = is_start != 0
		};

		if (one->probe(&probe) != PROBE_NO)
			return true;
	}
	return false;
}

bool
application_takes_datagram(const struct application *one, uint8_t byte)
{
	const struct application_bytes *starts = one->starts;

	if (one->is_settled || starts[0].behind == 0)
		return !one->is_settled;
	for (int i = 0; i < APPLICATION_STARTS_MAX; i++) {
		if (byte >= starts[i].from && byte < starts[i].behind)
			return true;
	}
	return false;
}

const struct application *
applications_at(uint8_t number)
{
	return number == 0 ? NULL : registry_applications[number - 1];
}

uint8_t
applications_number(const char *name)
{
	for (int i = 0; i < application_count; i++) {
		if (strcmp(registry_applications[i]->name, name) == 0)
			return (uint8_t)(i + 1);
	}
	return 0;
}

bool
application_has_port(const struct application *one,
    enum application_transport transport, uint16_t port)
{
	const uint16_t *ports = transport == APPLICATION_UDP ?
	    one->udp_ports : one->tcp_ports;

	for (int i = 0; i < APPLICATION_PORTS_MAX && ports[i] != 0; i++) {
		if (ports[i] == port)
			return true;
	}
	return false;
}

static inline const struct transport_index *
index_of(bool is_datagram)
{
	return &indexes[is_datagram];
}

bool
applications_search(struct applications *a,
    const struct application_input *in, const uint8_t *bytes, size_t size)
{
	struct application_flow *flow = in->flow;
	const struct transport_index *index = index_of(in->is_datagram);
	uint16_t peer_buffer = flow->buffer[!in->side];
	struct contest contest = { 0 };
	struct asked_set homes = { 0 };
	struct probe probe = {
		.own = cursor_over(bytes, size < APPLICATION_HELD_MAX ?
		    size : APPLICATION_HELD_MAX),
		.size = applications_size_of(in, size),
		.own_port = in->port[in->side],
		.peer_port = in->port[!in->side],
		.is_datagram = in->is_datagram,
		.is_start = in->is_datagram || is_whole_stream(in)
	};

	if (peer_buffer != 0) {
		const struct held_bytes *b = held_at(&a->held, peer_buffer);

		probe.peer = cursor_over(b->at, b->size);
	}
	if (!ask_homes(&contest, &probe, index, in->port[!in->src_side],
	    &homes) && !ask_homes(&contest, &probe, index,
	    in->port[in->src_side], &homes) &&
	    (is_whole_stream(in) || flow->tries[in->side] < TRIES_OF_ALL))
		ask_others(&contest, &probe, index, &homes);
	flow->tries[in->side]++;
	if (contest.best == PROBE_WEAK && contest.wants_more &&
	    may_wait(in, size)) {
		flow->weak = (flow->weak | 1 << in->side) & 3;
		return false;
	}
	if (contest.winner == 0) {
		give_up(a, flow, in, contest.wants_more, size);
		return false;
	}
	settle(flow, &contest, in);
	return true;
}

/* Few bytes from a stream's start, behind which more may come. */
static bool
may_wait(const struct application_input *in, size_t size)
{
	return is_whole_stream(in) && !in->is_last && size < WEAK_WAIT &&
	    in->flow->tries[in->side] < APPLICATION_TRIES_MAX;
}

/* The bytes are a stream's from its start on, not one of many pieces. */
static inline bool
is_whole_stream(const struct application_input *in)
{
	return !in->is_datagram && (in->is_start || in->flow->switches > 0);
}

/*
 * Asks who is at home on the port and was not asked before. True when one fits
 * so well that nobody else need be asked.
 */
static bool
ask_homes(struct contest *contest, const struct probe *probe,
    const struct transport_index *index, uint16_t port,
    struct asked_set *asked)
{
	int i = index->by_port[port] - 1;

	for (; i >= 0 && i < index->home_count &&
	    index->homes[i].port == port; i++) {
		uint8_t number = index->homes[i].number;

		if (is_in(asked, number))
			continue;
		asked->words[number / 64] |= UINT64_C(1) << number % 64;
		if (ask(contest, probe, number, true))
			return true;
	}
	return false;
}

static void
ask_others(struct contest *contest, const struct probe *probe,
    const struct transport_index *index, const struct asked_set *asked)
{
	const struct candidates *candidates =
	    &index->by_byte[cursor_left(&probe->own) > 0 ?
	    *probe->own.at : 0];

	for (int i = 0; i < candidates->count; i++) {
		if (!is_in(asked, candidates->numbers[i]))
			(void)ask(contest, probe, candidates->numbers[i],
			    false);
	}
}

/* True when the fit is so good that nobody else need be asked. */
static bool
ask(struct contest *contest, const struct probe *probe, uint8_t number,
    bool is_at_home)
{
	struct probe copy = *probe;
	enum probe_score score;

	copy.is_on_port = is_at_home;
	score = applications_at(number)->probe(&copy);
	if (score == PROBE_MORE)
		contest->wants_more = true;
	if (score <= PROBE_MORE || (score == PROBE_WEAK && !copy.is_on_port))
		return false;
	enter(contest, score, copy.is_on_port, number, copy.sender);
	return score == PROBE_SURE && copy.is_on_port;
}

static void
enter(struct contest *contest, enum probe_score score, bool is_home,
    uint8_t number, enum application_role sender)
{
	if (contest->winner != 0 && (score < contest->best ||
	    (score == contest->best && is_home <= contest->is_home))) {
		if (score == contest->best && is_home == contest->is_home &&
		    contest->second == 0)
			contest->second = number;
		return;
	}
	contest->second = 0;
	contest->best = score;
	contest->is_home = is_home;
	contest->winner = number;
	contest->sender = sender;
}

static void
settle(struct application_flow *flow, const struct contest *contest,
    const struct application_input *in)
{
	if (flow->is_searching) {
		flow->inner = contest->winner;
		flow->is_searching = false;
	} else {
		flow->outer = contest->winner;
		flow->other = contest->second;
	}
	if (contest->sender != ROLE_UNKNOWN)
		flow->client = ((contest->sender == ROLE_CLIENT) ==
		    (in->side == 0) ? ROLE_CLIENT : ROLE_SERVER) & 3;
}

/* Nobody knows these bytes. */
static void
give_up(struct applications *a, struct application_flow *flow,
    const struct application_input *in, bool wants_more, size_t size)
{
	bool may_try = flow->tries[in->side] < APPLICATION_TRIES_MAX;

	if (may_try && (!is_whole_stream(in) ||
	    (wants_more && size < APPLICATION_HELD_MAX)))
		return;
	flow->side_done = (flow->side_done | 1 << in->side) & 3;
	if (flow->side_done == 3)
		applications_end(a, flow);
}

bool
applications_is_holding(const struct application_input *in)
{
	const struct application_flow *flow = in->flow;

	return is_whole_stream(in) && !flow->is_done &&
	    (flow->side_done >> in->side & 1) == 0;
}
