/*
 * The rarer links, what a wireless card says before a frame, the tags between
 * switches, and the tunnels of mobile and wireless networks and of dial-in.
 */
#include "../../lib/walked.h"

/* 10.0.0.1:1000 -> 10.0.0.2:2000, 2 bytes of payload. */
#define UDP4 "4500001e 00000000 4011 0000 " IPV4_ADDRESSES		\
	"03e8 07d0 000a 0000 abcd"
#define UDP6 "60000000 000a 1140 " IPV6_ADDRESSES "03e8 07d0 000a 0000 abcd"
#define SNAP "aaaa03 000000 0800"

/* Data from the access point: to 02..02 from 02..01, sequence 1. */
#define WIRELESS "0802 0000 020000000002 020000000009 020000000001 1000"
#define WIRELESS_QOS							\
	"8802 0000 020000000002 020000000009 020000000001 1000"
#define FCS "deadbeef"

/* A datagram of the carrier: 192.168.0.1:49152 -> 192.168.0.2:port. */
#define CARRIER(total, length, port) ETHERNET("0800")			\
	"4500" total "00000000 4011 0000 c0a80001 c0a80002"		\
	"c000" port length "0000"

/* The newest of so many conversations must be the UDP datagram above. */
static const struct conversation *
assert_udp(int count, int version)
{
	const struct conversation *t = walked_conversation(&w, count);

	assert_int_equal(t->ip_version, version);
	assert_int_equal(t->protocol, PROTOCOL_UDP);
	assert_int_equal(t->src_port, 1000);
	assert_int_equal(t->dst_port, 2000);
	assert_int_equal(t->payload_bytes, 2);
	assert_memory_equal(t->payload, "\xab\xcd", 2);
	assert_int_equal(t->frame_bytes, w.packet.frame.length);
	assert_int_equal(w.packet.anomalies, 0);
	return t;
}

static void
assert_macs(void)
{
	assert_true(w.packet.has_src_mac);
	assert_true(w.packet.has_dst_mac);
	assert_memory_equal(w.packet.src_mac, "\2\0\0\0\0\1", 6);
	assert_memory_equal(w.packet.dst_mac, "\2\0\0\0\0\2", 6);
}

static void
assert_not_ip(const char *hex)
{
	walked_hex(&w, hex);
	assert_int_equal(w.packet.outcome, PACKET_NOT_IP);
	assert_int_equal(w.packet.conversation_count, 0);
}

static void
assert_malformed(const char *hex, enum anomaly what)
{
	walked_hex(&w, hex);
	assert_int_equal(w.packet.outcome, PACKET_MALFORMED);
	assert_int_equal(w.packet.malformed_by, what);
}

/* The datagram on the port stays a flow of its own and nothing is wrong. */
static void
assert_plain(const char *hex)
{
	walked_hex(&w, hex);
	(void)walked_conversation(&w, 1);
	assert_int_equal(w.packet.anomalies, 0);
}

/* The frame is the datagram above, and may be cut anywhere. */
static void
assert_link(int link_type, const char *hex, int version)
{
	walked_init(&w, link_type);
	walked_every_cut(&w, hex);
	walked_hex(&w, hex);
	(void)assert_udp(1, version);
	walked_release(&w);
}

static const struct conversation *
assert_tunnel(const char *hex, int version, enum tunnel tunnel)
{
	const struct conversation *t;

	walked_every_cut(&w, hex);
	walked_hex(&w, hex);
	t = assert_udp(2, version);
	assert_int_equal(w.conversations[0].tunnel, TUNNEL_NONE);
	assert_int_equal(t->tunnel, tunnel);
	return t;
}

static void
assert_id(const struct conversation *t, uint32_t id)
{
	assert_true(t->has_tunnel_id);
	assert_int_equal(t->tunnel_id, id);
}

static void
test_tags(void **state)
{
	(void)state;
	assert_link(1, "0200000000f2 0200000000f1 8903 0a20"
	    ETHERNET("0800") UDP4, 4);
	assert_link(1, ETHERNET("8926") "c0010002 0800" UDP4, 4);
	assert_link(1, ETHERNET("893f") "000000010000 8100 000a 86dd" UDP6,
	    6);
	walked_init(&w, 1);
	/* The hosts' addresses, not those of the switches. */
	walked_hex(&w, "0200000000f2 0200000000f1 8903 0a20"
	    ETHERNET("0800") UDP4);
	assert_macs();
	walked_hex(&w, ETHERNET("893f") "000000010000 8100 000a 0800" UDP4);
	assert_int_equal(w.packet.vlan_count, 1);
	assert_int_equal(w.packet.vlan[0], 10);
	assert_malformed("0200000000f2 0200000000f1 8903 0a",
	    ANOMALY_LINK_SHORT);
	assert_malformed(ETHERNET("8926") "c0010002 08", ANOMALY_LINK_SHORT);
	assert_malformed(ETHERNET("893f") "000000010000 81",
	    ANOMALY_LINK_SHORT);
	walked_release(&w);
}

static void
test_wireless(void **state)
{
	(void)state;
	assert_link(105, WIRELESS SNAP UDP4, 4);
	assert_link(105, WIRELESS_QOS "0000" SNAP UDP4, 4);
	/* Between two access points, with QoS and HT control. */
	assert_link(105, "8883 0000 020000000008 020000000009 020000000002"
	    "1000 020000000001 0000 00000000" SNAP UDP4, 4);
	/* An aggregate: the first frame in it, then another one. */
	assert_link(105, WIRELESS_QOS "8000 020000000002 020000000001 0026"
	    SNAP UDP4 "0000 020000000002 020000000001 0026" SNAP UDP4, 4);
	walked_init(&w, 105);
	walked_hex(&w, WIRELESS SNAP UDP4);
	assert_macs();
	walked_hex(&w, "0801 0000 020000000009 020000000001 020000000002"
	    "1000" SNAP UDP4);
	(void)assert_udp(1, 4);
	assert_macs();
	walked_hex(&w, "0800 0000 020000000002 020000000001 020000000009"
	    "1000" SNAP UDP4);
	(void)assert_udp(1, 4);
	assert_macs();
	walked_hex(&w, "8883 0000 020000000008 020000000009 020000000002"
	    "1000 020000000001 0000 00000000" SNAP UDP4);
	assert_macs();
	walked_release(&w);
}

/* A beacon, an acknowledgement, no data, protected, a later fragment. */
static void
test_wireless_other(void **state)
{
	(void)state;
	walked_init(&w, 105);
	assert_not_ip("8000 0000 ffffffffffff 020000000009 020000000009"
	    "1000" "0000000000000000");
	assert_not_ip("d400 0000 020000000002");
	assert_not_ip("4801 0000 020000000009 020000000001 020000000002"
	    "1000" SNAP UDP4);
	assert_not_ip("0842 0000 020000000002 020000000009 020000000001"
	    "1000" SNAP UDP4);
	assert_not_ip("0802 0000 020000000002 020000000009 020000000001"
	    "1100" UDP4);
	assert_not_ip("0806 0000 020000000002 020000000009 020000000001"
	    "1100" SNAP UDP4);
	assert_int_equal(w.packet.anomalies, 0);
	/* A whole frame with a fragment number. */
	walked_hex(&w, "0802 0000 020000000002 020000000009 020000000001"
	    "1100" SNAP UDP4);
	(void)assert_udp(1, 4);
	assert_malformed("0802 0000 020000000002 020000000009 0200000000",
	    ANOMALY_LINK_SHORT);
	assert_malformed("08", ANOMALY_LINK_SHORT);
	walked_hex(&w, WIRELESS_QOS "8000 020000000002 020000000001 0126"
	    SNAP UDP4);
	assert_true(walked_has(&w, ANOMALY_LINK_LENGTH));
	walked_release(&w);
}

static void
test_radiotap(void **state)
{
	(void)state;
	/* No field; flags; clock and flags; more words of present fields. */
	assert_link(127, "0000 0800 00000000" WIRELESS SNAP UDP4, 4);
	assert_link(127, "0000 0900 02000000 10" WIRELESS SNAP UDP4 FCS, 4);
	assert_link(127, "0000 1100 03000000 0000000000000000 10"
	    WIRELESS SNAP UDP4 FCS, 4);
	assert_link(127, "0000 1900 03000080 00000000 00000000"
	    "0000000000000000 30" WIRELESS_QOS "0000 0000" SNAP UDP4 FCS, 4);
	assert_link(127, "0000 1900 030000a0 00000000 00000000"
	    "0000000000000000 20" WIRELESS SNAP UDP4, 4);
	walked_init(&w, 127);
	assert_malformed("0000 0700 00000000" WIRELESS, ANOMALY_LINK_LENGTH);
	assert_malformed("0000 ff00 00000000" WIRELESS, ANOMALY_LINK_LENGTH);
	assert_malformed("0000 0800 000000", ANOMALY_LINK_SHORT);
	/* The present fields run past the header: there are no flags. */
	walked_hex(&w, "0000 0c00 02000080 02000080" WIRELESS SNAP UDP4);
	(void)assert_udp(1, 4);
	walked_release(&w);
}

/* What is cut off the end may or may not be the check sequence. */
static void
test_radiotap_fcs(void **state)
{
	(void)state;
	walked_init(&w, 127);
	/* No IP length to fall back on: the FCS would be payload of ESP. */
	walked_hex(&w, "0000 0900 02000000 10" WIRELESS SNAP
	    "4500001c 00000000 4032 0000 " IPV4_ADDRESSES
	    "00000001 00000001" FCS);
	assert_int_equal(walked_conversation(&w, 1)->payload_bytes, 8);
	walked_hex(&w, "0000 0900 02000000 10" WIRELESS SNAP
	    "45000020 00000000 4032 0000 " IPV4_ADDRESSES
	    "00000001 00000001" FCS);
	assert_true(walked_has(&w, ANOMALY_IPV4_TOTAL_LENGTH));
	walked_release(&w);
}

static void
test_ppi(void **state)
{
	(void)state;
	assert_link(192, "00 00 0800 69000000" WIRELESS SNAP UDP4, 4);
	assert_link(192, "00 00 0800 01000000" ETHERNET("0800") UDP4, 4);
	assert_link(192, "00 00 2000 69000000 0200 1400 0000000000000000"
	    "0100 0000 00000000 00000000" WIRELESS SNAP UDP4 FCS, 4);
	/* Another field first, filled up to 4 bytes. */
	assert_link(192, "00 01 1e00 69000000 0500 0100 ff000000 0200 0a00"
	    "0000000000000000 0100" WIRELESS SNAP UDP4 FCS, 4);
	walked_init(&w, 192);
	assert_malformed("00 00 0700 69000000" WIRELESS, ANOMALY_LINK_LENGTH);
	assert_malformed("00 00 0001 69000000" WIRELESS, ANOMALY_LINK_LENGTH);
	assert_malformed("00 00 0800 690000", ANOMALY_LINK_SHORT);
	assert_not_ip("00 00 0800 69000100" WIRELESS SNAP UDP4);
	/* One in another without end. */
	walked_hex(&w, "0000 0800c0000000 0000 0800c0000000"
	    "0000 0800c0000000 0000 0800c0000000 0000 0800c0000000"
	    "0000 0800c0000000 0000 0800c0000000 0000 0800c0000000"
	    "0000 0800c0000000 0000 0800c0000000 0000 0800c0000000"
	    "0000 0800c0000000 0000 0800c0000000 0000 0800c0000000"
	    "0000 0800c0000000 0000 0800c0000000 0000 0800c0000000");
	assert_true(walked_has(&w, ANOMALY_LAYERS));
	walked_release(&w);
}

static void
test_prism(void **state)
{
	(void)state;
	assert_link(119, "44000000 18000000 61746830000000000000000000000000"
	    WIRELESS SNAP UDP4, 4);
	assert_link(119, "00000044 00000018 61746830000000000000000000000000"
	    WIRELESS SNAP UDP4, 4);
	assert_link(119, "80211001 00000010 0000000000000000"
	    WIRELESS SNAP UDP4, 4);
	assert_link(163, "80211002 00000010 0000000000000000"
	    WIRELESS SNAP UDP4, 4);
	walked_init(&w, 119);
	assert_malformed("44000000 00000000" WIRELESS, ANOMALY_LINK_LENGTH);
	assert_malformed("44000000 ff0f0000" WIRELESS, ANOMALY_LINK_LENGTH);
	assert_malformed("44000000 180000", ANOMALY_LINK_SHORT);
	walked_release(&w);
}

static void
test_aruba(void **state)
{
	(void)state;
	walked_init(&w, 1);
	(void)assert_tunnel(ETHERNET("0800") "45000056 00000000 402f 0000"
	    "c0a80001 c0a80002 0000 8240" WIRELESS SNAP UDP4, 4, TUNNEL_GRE);
	walked_hex(&w, ETHERNET("0800") "45000056 00000000 402f 0000"
	    "c0a80001 c0a80002 0000 8241" WIRELESS SNAP UDP4);
	(void)walked_conversation(&w, 1);
	walked_release(&w);
}

static void
test_nflog(void **state)
{
	(void)state;
	assert_link(239, "02 00 0001 0800 0100 08000100 0500 0a00 00000000"
	    "2200 0900" UDP4, 4);
	assert_link(239, "02 00 0001 0008 0001 08000100 0005 000a 00000000"
	    "0022 0009" UDP4, 4);
	assert_link(239, "0a 00 0001 1000 0800 0006 0000 0200000000010000"
	    "3600 0900" UDP6, 6);
	walked_init(&w, 239);
	walked_hex(&w, "0a 00 0001 1000 0800 0006 0000 0200000000010000"
	    "3600 0900" UDP6);
	assert_true(w.packet.has_src_mac);
	assert_false(w.packet.has_dst_mac);
	assert_memory_equal(w.packet.src_mac, "\2\0\0\0\0\1", 6);
	assert_malformed("02 00 0001 0300 0100", ANOMALY_LINK_LENGTH);
	assert_malformed("02 00 0001 0800 0100 08000100", ANOMALY_LINK_SHORT);
	walked_hex(&w, "02 00 0001 2300 0900" UDP4);
	assert_true(walked_has(&w, ANOMALY_LINK_LENGTH));
	walked_release(&w);
}

static void
test_rings(void **state)
{
	(void)state;
	assert_link(10, "50 020000000002 020000000001" SNAP UDP4, 4);
	assert_link(6, "10 40 020000000002 020000000001" SNAP UDP4, 4);
	assert_link(6, "10 40 020000000002 820000000001 0670 00110020"
	    SNAP UDP4, 4);
	walked_init(&w, 10);
	walked_hex(&w, "50 020000000002 020000000001" SNAP UDP4);
	assert_macs();
	assert_not_ip("41 020000000002 020000000001" SNAP UDP4);
	walked_release(&w);
	walked_init(&w, 6);
	walked_hex(&w, "10 40 020000000002 820000000001 0670 00110020"
	    SNAP UDP4);
	assert_macs();
	assert_not_ip("10 00 020000000002 020000000001" SNAP UDP4);
	assert_malformed("10 40 020000000002 820000000001 0070",
	    ANOMALY_LINK_SHORT);
	walked_release(&w);
}

static void
test_frame_relay(void **state)
{
	(void)state;
	assert_link(107, "1841 03 cc" UDP4, 4);
	assert_link(107, "1841 03 8e" UDP6, 6);
	assert_link(107, "1841 0300 80 000000 0800" UDP4, 4);
	assert_link(107, "1841 0300 80 0080c2 0007" ETHERNET("0800") UDP4, 4);
	assert_link(107, "1841 03 cf 0021" UDP4, 4);
	assert_link(107, "18400001 0800" UDP4, 4);
	walked_init(&w, 107);
	assert_not_ip("1841 03 81 8100");
	assert_not_ip("0001 0308 00754551 18");
	assert_malformed("1840 0000 0800" UDP4, ANOMALY_LINK_SHORT);
	assert_malformed("19 cc" UDP4, ANOMALY_LINK_SHORT);
	assert_malformed("1841 03 80 0000", ANOMALY_LINK_SHORT);
	walked_release(&w);
}

static void
test_atm(void **state)
{
	(void)state;
	assert_link(100, SNAP UDP4, 4);
	assert_link(100, "fefe03 cc" UDP4, 4);
	assert_link(106, UDP4, 4);
	assert_link(106, SNAP UDP4, 4);
	assert_link(123, "02 00 0020" SNAP UDP4, 4);
	assert_link(123, "81 00 0020 0001" ETHERNET("0800") UDP4, 4);
	walked_init(&w, 123);
	assert_not_ip("05 00 0010" UDP4);
	assert_not_ip("01 00 0020 ff00" ETHERNET("0800") UDP4);
	assert_malformed("02 00 00", ANOMALY_LINK_SHORT);
	walked_release(&w);
	walked_init(&w, 100);
	assert_malformed("", ANOMALY_LINK_SHORT);
	walked_release(&w);
}

static void
test_juniper(void **state)
{
	(void)state;
	assert_link(178, "4d4743 01" ETHERNET("0800") UDP4, 4);
	assert_link(178, "4d4743 80 0003 030101" ETHERNET("86dd") UDP6, 6);
	assert_link(178, "4d4743 02 02000000" UDP4, 4);
	assert_link(137, "4d4743 01 00000000" SNAP UDP4, 4);
	assert_link(137, "4d4743 01 00000000 03 cc" UDP4, 4);
	assert_link(137, "4d4743 01 00000000" UDP6, 6);
	walked_init(&w, 137);
	assert_not_ip("4d4743 01 80000000" SNAP UDP4);
	assert_not_ip("4d4744 01 00000000" SNAP UDP4);
	assert_malformed("4d4743 80 0100 030101", ANOMALY_LINK_SHORT);
	walked_release(&w);
}

static void
test_solaris_and_bsd(void **state)
{
	(void)state;
	assert_link(226, "01 02 0000 0000001e 00000002 00000000 ffffffff"
	    "00000000" UDP4, 4);
	assert_link(226, "01 1a 0000 00000032 00000002 00000000 ffffffff"
	    "00000000" UDP6, 6);
	assert_link(109, "02000000 00000001 00000002" UDP4, 4);
	assert_link(109, "00000018 00000001 00000002" UDP6, 6);
	assert_link(117, "3d020000" "00000000000000000000000000000000"
	    "00000000000000000000000000000000"
	    "00000000000000000000000000000000 000000000000000000000000" UDP4,
	    4);
	walked_init(&w, 117);
	assert_malformed("2c020000", ANOMALY_LINK_LENGTH);
	assert_malformed("3d020000", ANOMALY_LINK_SHORT);
	walked_release(&w);
	walked_init(&w, 226);
	assert_not_ip("01 07 0000 0000001e 00000002 00000000 ffffffff"
	    "00000000" UDP4);
	walked_release(&w);
}

static void
test_serial_and_others(void **state)
{
	(void)state;
	assert_link(8, "00 40 0000000000000000000000000000" UDP4, 4);
	assert_link(51, "1100 0001 0020 0021" UDP4, 4);
	assert_link(129, "0102 0000 f0" UDP4, 4);
	assert_link(129, "0102 0000 d4 00 0001" UDP4, 4);
	assert_link(129, "0102 0000 c4 05 0001" UDP6, 6);
	walked_init(&w, 129);
	assert_not_ip("0102 0000 d4 02 0001" UDP4);
	assert_not_ip("0102 0000 d5 00 0001" UDP4);
	assert_malformed("0102 0000 d4 00 00", ANOMALY_LINK_SHORT);
	walked_release(&w);
	walked_init(&w, 8);
	assert_not_ip("00 80 0000000000000000000000000000 0b12");
	assert_malformed("00 40", ANOMALY_LINK_SHORT);
	walked_release(&w);
}

static void
test_nsh(void **state)
{
	(void)state;
	assert_link(1, ETHERNET("894f") "0006 01 01 000001 ff"
	    "00000000 00000000 00000000 00000000" UDP4, 4);
	assert_link(1, ETHERNET("894f") "0002 02 03 000001 ff"
	    ETHERNET("86dd") UDP6, 6);
	assert_link(1, ETHERNET("894f") "0002 02 04 000001 ff"
	    "0002 02 05 000001 ff 00014140" UDP4, 4);
	walked_init(&w, 1);
	assert_not_ip(ETHERNET("894f") "4002 02 01 000001 ff" UDP4);
	assert_not_ip(ETHERNET("894f") "0002 02 06 000001 ff" UDP4);
	assert_malformed(ETHERNET("894f") "0001 02 01 000001 ff" UDP4,
	    ANOMALY_LINK_LENGTH);
	assert_malformed(ETHERNET("894f") "003f 02 01 000001 ff" UDP4,
	    ANOMALY_LINK_LENGTH);
	assert_malformed(ETHERNET("894f") "0002 02 01", ANOMALY_LINK_SHORT);
	/* In VXLAN-GPE: the network's identifier stays. */
	assert_id(assert_tunnel(CARRIER("004a", "0036", "12b6")
	    "0c000004 00002a00 0002 02 01 000001 ff" UDP4, 4, TUNNEL_VXLAN),
	    42);
	walked_release(&w);
}

static void
test_gtp_u(void **state)
{
	(void)state;
	walked_init(&w, 1);
	assert_id(assert_tunnel(CARRIER("0042", "002e", "0868")
	    "30 ff 001e 01020304" UDP4, 4, TUNNEL_GTP_U), 0x01020304);
	assert_id(assert_tunnel(CARRIER("005a", "0046", "0868")
	    "32 ff 0036 80000001 0001 00 00" UDP6, 6, TUNNEL_GTP_U),
	    0x80000001);
	/* Two extension headers. */
	(void)assert_tunnel(CARRIER("0052", "003e", "0868")
	    "34 ff 002e 00000001 0000 00 85 01 0001 c0"
	    "02 000000000000 00" UDP4, 4, TUNNEL_GTP_U);
	/* An echo request; another version; GTP'; a length too long. */
	assert_plain(CARRIER("0042", "002e", "0868")
	    "30 01 001e 01020304" UDP4);
	assert_plain(CARRIER("0042", "002e", "0868")
	    "50 ff 001e 01020304" UDP4);
	assert_plain(CARRIER("0042", "002e", "0868")
	    "20 ff 001e 01020304" UDP4);
	assert_plain(CARRIER("0042", "002e", "0868")
	    "30 ff 001f 01020304" UDP4);
	assert_plain(CARRIER("0026", "0012", "0868") "30 ff 0002 01020304"
	    "5555");
	assert_plain(CARRIER("001e", "000a", "0868") "30 ff");
	/* An extension header that says it has no length. */
	walked_hex(&w, CARRIER("0046", "0032", "0868")
	    "34 ff 0022 01020304 0000 00 85 00" UDP4);
	(void)walked_conversation(&w, 1);
	assert_true(walked_has(&w, ANOMALY_TUNNEL_SHORT));
	walked_release(&w);
}

static void
test_l2tp(void **state)
{
	(void)state;
	walked_init(&w, 1);
	assert_id(assert_tunnel(CARRIER("0042", "002e", "06a5")
	    "0002 0007 0009 0021" UDP4, 4, TUNNEL_L2TP), 7 << 16 | 9);
	/* Length, sequence numbers, an offset of 2, and bytes behind. */
	assert_id(assert_tunnel(CARRIER("0050", "003c", "06a5")
	    "4a02 0032 0007 0009 0001 0002 0002 0000 ff03 0021" UDP4 "0000",
	    4, TUNNEL_L2TP), 7 << 16 | 9);
	/* Control; versions 1 and 3; a reserved bit; lengths that lie. */
	assert_plain(CARRIER("0028", "0014", "06a5")
	    "c802 000c 0007 0000 0001 0002");
	assert_plain(CARRIER("0042", "002e", "06a5")
	    "0001 0007 0009 0021" UDP4);
	assert_plain(CARRIER("0042", "002e", "06a5")
	    "0003 0007 0009 0021" UDP4);
	assert_plain(CARRIER("0042", "002e", "06a5")
	    "0012 0007 0009 0021" UDP4);
	assert_plain(CARRIER("0028", "0014", "06a5")
	    "4002 000d 0007 0009 0021 4500");
	assert_plain(CARRIER("0028", "0014", "06a5")
	    "4002 0007 0007 0009 0021 4500");
	/* The port's traffic may be of any other kind. */
	assert_plain(CARRIER("0028", "0014", "06a5") "ffffffff 00000000"
	    "00000000");
	walked_hex(&w, CARRIER("0022", "000e", "06a5") "0002 0007 0009");
	(void)walked_conversation(&w, 1);
	assert_int_equal(w.packet.anomalies, 0);
	walked_release(&w);
}

static void
test_capwap(void **state)
{
	const struct conversation *t;

	(void)state;
	walked_init(&w, 1);
	t = assert_tunnel(CARRIER("0062", "004e", "147f")
	    "00 10 0300 0000 0000" WIRELESS SNAP UDP4, 4,
	    TUNNEL_CAPWAP);
	assert_false(t->has_tunnel_id);
	/* Cisco's order of frame control, and wireless information. */
	(void)assert_tunnel(CARRIER("006a", "0056", "147f")
	    "00 20 4320 0000 0000 04 ed4d00 00000000"
	    "0208 0000 020000000002 020000000009 020000000001 1000"
	    SNAP UDP4, 4, TUNNEL_CAPWAP);
	(void)assert_tunnel(CARRIER("0050", "003c", "147f")
	    "00 10 0200 0000 0000" ETHERNET("0800") UDP4, 4, TUNNEL_CAPWAP);
	/* The link's addresses are those of the carrier's frame. */
	assert_macs();
	/* DTLS; keep-alive; a fragment; a header too short, too long. */
	assert_plain(CARRIER("0050", "003c", "147f")
	    "01 10 0200 0000 0000" ETHERNET("0800") UDP4);
	assert_plain(CARRIER("0050", "003c", "147f")
	    "00 10 0208 0000 0000" ETHERNET("0800") UDP4);
	assert_plain(CARRIER("0050", "003c", "147f")
	    "00 10 0280 0000 0000" ETHERNET("0800") UDP4);
	assert_plain(CARRIER("0050", "003c", "147f")
	    "00 08 0200 0000 0000" ETHERNET("0800") UDP4);
	assert_plain(CARRIER("0024", "0010", "147f") "00 f8 0200 0000 0000");
	/* Another kind of radio. */
	assert_plain(CARRIER("0050", "003c", "147f")
	    "00 10 0700 0000 0000" ETHERNET("0800") UDP4);
	walked_release(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tags),
		cmocka_unit_test(test_wireless),
		cmocka_unit_test(test_wireless_other),
		cmocka_unit_test(test_radiotap),
		cmocka_unit_test(test_radiotap_fcs),
		cmocka_unit_test(test_ppi),
		cmocka_unit_test(test_prism),
		cmocka_unit_test(test_aruba),
		cmocka_unit_test(test_nflog),
		cmocka_unit_test(test_rings),
		cmocka_unit_test(test_frame_relay),
		cmocka_unit_test(test_atm),
		cmocka_unit_test(test_juniper),
		cmocka_unit_test(test_solaris_and_bsd),
		cmocka_unit_test(test_serial_and_others),
		cmocka_unit_test(test_nsh),
		cmocka_unit_test(test_gtp_u),
		cmocka_unit_test(test_l2tp),
		cmocka_unit_test(test_capwap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
