/*
 * The walk over a frame's layers; see walk.h.
 */
#include <string.h>

#include "dissect/registry.h"
#include "dissect/walk.h"

void
walk_frame(struct walk *w)
{
	struct packet *p = w->packet;
	struct cursor c = cursor_over(p->frame.data, p->frame.captured);
	const struct dissector *dissector;
	int link_type = p->frame.interface->link_type;

	p->outcome = PACKET_NOT_IP;
	p->anomalies = 0;
	p->frames = 1;
	p->has_src_mac = false;
	p->has_dst_mac = false;
	p->vlan_count = 0;
	p->mpls_count = 0;
	p->conversation_count = 0;
	w->tunnel = TUNNEL_NONE;
	w->has_tunnel_id = false;
	w->cut_off = p->frame.length < p->frame.captured ? 0 :
	    p->frame.length - p->frame.captured;
	w->is_rerouted = false;
	w->next = (struct dissector_key){ KEY_NONE, 0 };
	if (link_type >= 0 && link_type <= UINT16_MAX)
		walk_next(w, KEY_LINK, (uint16_t)link_type);

	for (int layer = 0; w->next.space != KEY_NONE; layer++) {
		if (layer == PACKET_LAYERS_MAX) {
			packet_note(p, ANOMALY_LAYERS);
			break;
		}
		/*
		 * By its members: a load of the whole key would wait for the
		 * two stores that made it, a third of the walk's time.
		 */
		dissector = registry_at(w->next.space, w->next.value);
		if (dissector == NULL)
			break;
		w->next.space = KEY_NONE;
		dissector->dissect(w, &c);
	}
	if (p->conversation_count > 0)
		p->outcome = PACKET_IN_FLOW;
}

struct conversation *
walk_converse(struct walk *w)
{
	struct packet *p = w->packet;
	struct conversation *t;

	if (p->conversation_count == PACKET_CONVERSATIONS_MAX) {
		packet_note(p, ANOMALY_LAYERS);
		return NULL;
	}
	t = &p->conversations[p->conversation_count++];
	memset(t, 0, sizeof *t);
	t->fragments = 1;
	t->frame_bytes = p->frame.length;
	t->start_ns = p->frame.ts_ns;
	t->tunnel = w->tunnel;
	t->has_tunnel_id = w->has_tunnel_id;
	t->tunnel_id = w->tunnel_id;
	w->tunnel = TUNNEL_NONE;
	w->has_tunnel_id = false;
	return t;
}

void
walk_malformed(struct walk *w, enum anomaly what)
{
	packet_note(w->packet, what);
	w->next.space = KEY_NONE;
	if (w->packet->conversation_count == 0) {
		w->packet->outcome = PACKET_MALFORMED;
		w->packet->malformed_by = what;
	}
}

void
walk_abandon(struct walk *w, enum anomaly what)
{
	w->packet->conversation_count--;
	walk_malformed(w, what);
}
