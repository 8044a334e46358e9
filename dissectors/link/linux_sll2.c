/*
 * Linux cooked capture, version 2, which knows the interface of each frame.
 * LINKTYPE_LINUX_SLL2 of the tcpdump.org registry.
 *
 *   +-------------------------------+-------------------------------+
 *   |           protocol            |           reserved            |
 *   +-------------------------------+-------------------------------+
 *   |                        interface index                        |
 *   +-------------------------------+---------------+---------------+
 *   |       ARPHRD_ of device       |  packet type  | addr. length  |
 *   +-------------------------------+---------------+---------------+
 *   |                       address (8 bytes)                       |
 *   +---------------------------------------------------------------+
 */
#include "dissect/sll.h"

enum { LINUX_SLL2_HEADER_SIZE = 20 };

static void	linux_sll2_dissect(struct walk *, struct cursor *);

static void
linux_sll2_dissect(struct walk *w, struct cursor *c)
{
	const uint8_t *head = cursor_take(c, LINUX_SLL2_HEADER_SIZE);

	if (head == NULL) {
		walk_malformed(w, ANOMALY_LINK_SHORT);
		return;
	}
	sll_address(w->packet, head[11], &head[12]);
	sll_follow(w, bytes_be16(&head[8]), bytes_be16(&head[0]));
}

const struct dissector dissector_linux_sll2 = {
	.name = "linux_sll2",
	.title = "Linux cooked capture, version 2",
	.source = "tcpdump.org LINKTYPE_LINUX_SLL2",
	.layer = LAYER_LINK,
	.keys = { { KEY_LINK, 276 } },
	.dissect = linux_sll2_dissect,
};
