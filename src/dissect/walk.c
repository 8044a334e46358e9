/*
 * The walk over a frame's layers; see walk.h.
 */
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
	w->newest = NULL;
	w->tunnel = TUNNEL_NONE;
	w->has_tunnel_id = false;
	w->cut_off = p->frame.length < p->frame.captured ? 0 :
	    p->frame.length - p->frame.captured;
	w->is_rerouted = false;
	if (link_type < 0 || link_type > UINT16_MAX)
		return;
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
	struct packet *p = w->packet;

	p->conversation_count--;
	w->newest = p->conversation_count == 0 ? NULL : w->newest - 1;
	walk_malformed(w, what);
}
