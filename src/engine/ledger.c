/*
 * The ledger; see ledger.h.
 */
#include <string.h>

#include "engine/ledger.h"

bool
ledger_count_link(struct stats *s, int link_type)
{
	bool is_new;
	int i = 0;

	while (i < s->link_count && s->links[i].link_type != link_type &&
	    i < STATS_LINKS_MAX - 1)
		i++;
	is_new = i == s->link_count;
	if (is_new) {
		s->links[i].link_type = link_type;
		s->link_count++;
	}
	s->links[i].frames++;
	return is_new;
}

void
ledger_count_packet(struct stats *s, const struct packet *p)
{
	switch (p->outcome) {
	case PACKET_IN_FLOW:
		s->in_flows += p->frames;
		break;
	case PACKET_NOT_IP:
		s->not_ip++;
		break;
	case PACKET_MALFORMED:
		s->malformed += p->frames;
		break;
	case PACKET_FRAGMENT:
		break;		/* counted when whole, or at the end */
	}
	for (uint64_t left = p->anomalies; left != 0; left &= left - 1)
		s->anomalies[__builtin_ctzll(left)]++;
}

void
ledger_record(struct stats *s, const struct record *r)
{
	if (!(r->has & RECORD_PARENT))
		s->record_packets += r->src.counts.packets +
		    r->dst.counts.packets;
	if (!r->is_final || !(r->has & RECORD_TCP))
		return;
	s->refused += strcmp(r->tcp_conn_state, "REJ") == 0;
	s->unanswered += strcmp(r->tcp_conn_state, "S0") == 0;
}

void
ledger_take(struct stats *s, struct stats *from)
{
	s->record_packets += from->record_packets;
	s->refused += from->refused;
	s->unanswered += from->unanswered;
	*from = (struct stats){ 0 };
}

bool
ledger_is_balanced(const struct stats *s)
{
	return s->read == s->in_flows + s->not_ip + s->malformed +
	    s->fragments_unfinished + s->filtered &&
	    s->record_packets == s->in_flows;
}
