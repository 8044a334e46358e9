/*
 * From the link to the innermost transport: one call a frame.
 */
#ifndef TALLYMAN_DISSECT_WALK_H
#define TALLYMAN_DISSECT_WALK_H

#include "dissect/dissector.h"

/*
 * Decodes w->packet, whose frame and conversations pointer (room for
 * PACKET_CONVERSATIONS_MAX) are set; everything else in the packet is
 * overwritten. The outcome says where the frame counts.
 */
void	walk_frame(struct walk *);

#endif
