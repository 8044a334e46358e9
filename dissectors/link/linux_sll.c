/*
 * Linux cooked capture, as of the "any" interface. LINKTYPE_LINUX_SLL of the
 * tcpdump.org registry. Only the sender's address is known.
 *
 *   +-------------------------------+-------------------------------+
 *   |          packet type          |      ARPHRD_ of device        |
 *   +-------------------------------+-------------------------------+
 *   |        address length         |                               |
 *   +-------------------------------+       address (8 bytes)       +
 *   |                                                               |
 *   +                               +-------------------------------+
 *   |                               |           protocol            |
 *   +-------------------------------+-------------------------------+
 */
#include "dissect/sll.h"

enum { LINUX_SLL_HEADER_SIZE = 16 };

static void	linux_sll_dissect(struct walk *, struct cursor *);

static void
linux_sll_dissect(struct walk *w, struct cursor *c)
{
	const uint8_t *head = cursor_take(c, LINUX_SLL_HEADER_SIZE);

	if (head == NULL) {
		walk_malformed(w, ANOMALY_LINK_SHORT);
		return;
	}
	sll_address(w->packet, bytes_be16(&head[4]), &head[6]);
	sll_follow(w, bytes_be16(&head[2]), bytes_be16(&head[14]));
}

const struct dissector dissector_linux_sll = {
	.name = "linux_sll",
	.title = "Linux cooked capture",
	.source = "tcpdump.org LINKTYPE_LINUX_SLL",
	.layer = LAYER_LINK,
	.keys = { { KEY_LINK, 113 } },
	.dissect = linux_sll_dissect,
};
