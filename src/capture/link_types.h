/*
 * The two numberings of link types: LINKTYPE_ values, which files hold and
 * which are the same everywhere (tcpdump.org's registry), and DLT_ values,
 * which libpcap uses and which differ from system to system.
 */
#ifndef TALLYMAN_CAPTURE_LINK_TYPES_H
#define TALLYMAN_CAPTURE_LINK_TYPES_H

int	link_types_to_dlt(int link_type);
int	link_types_from_dlt(int dlt);

#endif
