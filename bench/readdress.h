/*
 * Gives the hosts of a frame other addresses and keeps its checksums as right,
 * or as wrong, as they were.
 */
#ifndef READDRESS_H
#define READDRESS_H

#include <stddef.h>
#include <stdint.h>

/*
 * Changes the IPv4 or IPv6 addresses of an Ethernet frame in place. One key
 * gives one address always the same other, and no two the same; groups,
 * loopback and the unspecified address stay, as do ARP, what a tunnel carries
 * and addresses in payload.
 */
void	readdress_frame(uint8_t *frame, size_t size, uint64_t key);

#endif
