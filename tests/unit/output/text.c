/*
 * Text output: what a person sees, at any width, and that nothing from
 * outside moves the cursor.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "../../lib/sample.h"
#include "output/output.h"

static struct format *
open_text(const struct output_options *options)
{
	struct error error;
	struct format *format = format_text.open(options, &error);

	if (format == NULL)
		fail_msg("%s", error.text);
	return format;
}

static struct buffer
write_one(const struct output_options *options, const struct record *record)
{
	struct format *format = open_text(options);
	struct buffer b;

	buffer_init(&b, 1);
	format_text.head(format, &b);
	format_text.record(format, record, &b);
	format_text.free(format);
	buffer_char(&b, '\0');
	return b;
}

static void
expect(const struct output_options *options, const struct record *record,
    const char *wanted)
{
	struct buffer b = write_one(options, record);

	assert_string_equal(b.data, wanted);
	buffer_release(&b);
}

/* Only what these tests look at is found in the second line. */
static void
expect_says(const struct output_options *options,
    const struct record *record, const char *words)
{
	struct buffer b = write_one(options, record);

	if (strstr(strchr(b.data, '\n'), words) == NULL)
		fail_msg("'%s' is not in\n%s", words, b.data);
	buffer_release(&b);
}

static void
test_table(void **state)
{
	const struct output_options options = { 0 };
	struct record r = sample_tcp();

	(void)state;
	expect(&options, &r,
	    "start         proto  from                   to               "
	    "      service                 packets           bytes      time"
	    "     rtt  end     notes\n"
	    "05:06:07.123  tcp    10.0.0.5:49822         10.0.0.9:443     "
	    "      tls                12 →    12 ←    1.4k    1.4k     31 ms"
	    "   12 ms  fin\n");
}

static void
test_quiet_and_macs(void **state)
{
	const struct output_options options = { .is_quiet = true,
		.has_macs = true };
	struct record r = sample_tcp();

	(void)state;
	r.has &= ~RECORD_DST_MAC;
	expect(&options, &r,
	    "start         proto  from                   from mac         "
	    "  to                     to mac             service          "
	    "       packets           bytes\n"
	    "05:06:07.123  tcp    10.0.0.5:49822         02:42:ac:11:00:02"
	    "  10.0.0.9:443           -                  tls            "
	    "    12 →    12 ←    1.4k    1.4k\n");
}

/* This machine's end, or both; a name is foreign bytes. */
static void
test_programs(void **state)
{
	const struct output_options options = { .has_programs = true };
	struct record r = sample_tcp();

	(void)state;
	expect_says(&options, &r, "tls             -   ");
	r.has |= RECORD_SRC_PROGRAM;
	r.src.process = (struct record_process){ .pid = 4242,
	    .name = "fire\033[31mfox" };
	expect_says(&options, &r, " fire\\x1b[31mfox[4242] ");
	r.has |= RECORD_DST_PROGRAM;
	r.src.process.name = "curl";
	r.dst.process = (struct record_process){ .pid = 7, .name = "nginx" };
	expect_says(&options, &r, " curl[4242] → nginx[7] ");
}

static void
test_eighty_columns(void **state)
{
	const struct output_options options = { .columns = 80 };
	struct record r = sample_tcp();

	(void)state;
	expect(&options, &r,
	    "proto  from                   to                     service "
	    "              bytes\n"
	    "tcp    10.0.0.5:49822         10.0.0.9:443           tls     "
	    "       1.4k    1.4k\n");
}

/* The start comes back before packets do, then the rest. */
static void
test_columns_by_need(void **state)
{
	static const char *const titles[] = { "time", "notes", "start",
		"packets", "rtt", "end" };
	static const int widths[] = { 90, 105, 119, 136, 144, 152 };
	struct record r = sample_tcp();

	(void)state;
	for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++) {
		for (size_t j = 0; j <= i; j++) {
			struct output_options o = { .columns = widths[i] };
			struct buffer b = write_one(&o, &r);

			*strchr(b.data, '\n') = '\0';
			assert_non_null(strstr(b.data, titles[j]));
			assert_int_equal(strlen(b.data) <= (size_t)widths[i],
			    true);
			buffer_release(&b);
		}
	}
	for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++) {
		struct output_options o = { .columns = widths[i] - 1 };
		struct buffer b = write_one(&o, &r);

		*strchr(b.data, '\n') = '\0';
		assert_null(strstr(b.data, titles[i]));
		buffer_release(&b);
	}
}

/* What -v has below the row goes on at blanks, indented further. */
static void
test_lines_below(void **state)
{
	static const char *const below[] = {
		"\n    from the originator: 50 % sent again: 6 of 12 packets; "
		    "the receiver's window was zero 2 times\n    from the "
		    "responder:",
		"\n    from the originator: 50 % sent again:\n"
		    "        6 of 12 packets; the receiver's\n"
		    "        window was zero 2 times\n    from the responder:",
		"\nfrom the originator: 50 % sent\nagain: 6 of 12 packets; "
		    "the\nreceiver's window was zero 2\ntimes\nfrom the "
		    "responder:"
	};
	static const int widths[] = { 0, 41, 30 };
	struct record r = sample_tcp();

	(void)state;
	for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++) {
		struct output_options o = { .columns = widths[i],
			.is_verbose = true };

		expect_says(&o, &r, below[i]);
	}
}

/* No line is wider than the terminal, however narrow, nor ends in blanks. */
static void
test_never_wider(void **state)
{
	struct record r = sample_nameless();

	(void)state;
	r.service_verdict = "disagree";
	for (int version = 4; version <= 6; version += 2) {
		r.ip_version = (uint8_t)version;
		memset(&r.src.ip, 0xee, sizeof r.src.ip);
		for (int width = 1; width < 260; width++) {
			struct output_options o = { .columns = width,
				.is_verbose = true, .has_macs = true };
			struct buffer b = write_one(&o, &r);
			int at = 0;

			for (size_t i = 0; b.data[i] != '\0'; i++) {
				if (b.data[i] == '\n') {
					assert_true(i == 0 ||
					    b.data[i - 1] != ' ');
					at = 0;
					continue;
				}
				at += (b.data[i] & 0xc0) != 0x80;
				assert_true(at <= width);
			}
			buffer_release(&b);
		}
	}
}

static void
test_cut(void **state)
{
	struct output_options options = { .columns = 40 };
	struct record r = sample_tcp();

	(void)state;
	expect(&options, &r, "proto  from                   to\n"
	    "tcp    10.0.0.5:49822         10.0.0.9:…\n");
	options.columns = 79;	/* half a number is left out */
	expect_says(&options, &r, "tls          …\n");
}

static void
test_addresses(void **state)
{
	const struct output_options options = { 0 };
	struct record r = sample_tcp();

	(void)state;
	r.ip_version = 6;
	r.src.ip = (struct address){ { 0x20, 0x01, 0x0d, 0xb8, [15] = 5 } };
	r.dst.ip = (struct address){ { [15] = 1 } };
	expect_says(&options, &r, "[2001:db8::5]:49822    [::1]:443  ");
	r.has = 0;
	expect_says(&options, &r, "2001:db8::5            ::1  ");
}

static void
test_icmp(void **state)
{
	const struct output_options options = { 0 };
	struct record r = sample_sparse();

	(void)state;
	r.has = RECORD_ICMP;
	r.protocol = "icmp";
	r.protocol_number = PROTOCOL_ICMP;
	r.icmp_type = 8;
	expect_says(&options, &r, "10.0.0.5               10.0.0.9 echo  ");
	r.icmp_type = 3;
	expect_says(&options, &r, "10.0.0.9 unreachable  ");
	r.icmp_type = 99;
	expect_says(&options, &r, "10.0.0.9 type 99  ");
	r.protocol_number = PROTOCOL_ICMPV6;
	r.icmp_type = 135;
	expect_says(&options, &r, "10.0.0.9 neighbor solicitation ");
}

static void
test_counts_and_times(void **state)
{
	const struct output_options options = { 0 };
	struct record r = sample_tcp();

	(void)state;
	r.src.counts.packets = 9999;
	r.dst.counts.packets = 12345678;
	r.src.counts.bytes = 72;
	expect_says(&options, &r, " 9999 → 12.3M ←    72 B    1.4k  ");
	r.duration_ns = 0;
	r.syn_synack_ns = -5000000;
	r.synack_ack_ns = 0;
	expect_says(&options, &r, "1.4k         -       -  fin");
	r.has = RECORD_UDP | RECORD_FIRST_EXCHANGE;
	r.udp_first_exchange_ns = 500000;
	expect_says(&options, &r, "-   <1 ms  fin");
	r.protocol = NULL;
	r.protocol_number = 253;
	expect_says(&options, &r, "  253    10.0.0.5  ");
}

static void
test_notes(void **state)
{
	struct output_options options = { 0 };
	struct record r = sample_tcp();

	(void)state;
	r.tcp_conn_state = "REJ";
	expect_says(&options, &r, "fin     refused\n");
	r.tcp_conn_state = "S0";
	expect_says(&options, &r, "fin     no answer\n");
	r.tcp_conn_state = "SF";
	r.service_verdict = "disagree";
	expect_says(&options, &r, "  tls !  ");
	expect_says(&options, &r, "fin     port says https\n");
	r.has |= RECORD_TUNNEL | RECORD_TUNNEL_ID | RECORD_VLAN |
	    RECORD_MPLS | RECORD_ICMP_ERRORS | RECORD_CHECKSUMS;
	expect_says(&options, &r, "port says https, 1 ICMP error, "
	    "4 bad checksums, in vxlan 42, vlan 10.20, mpls 16\n");
	r = sample_tcp();
	r.has = RECORD_UDP | RECORD_SRC_RTP | RECORD_DST_RTP |
	    RECORD_SRC_RTP_JITTER | RECORD_DST_RTP_JITTER;
	r.dst.rtp.jitter_ns = 9000000;
	expect_says(&options, &r, "fin     3 bad lengths, rtp, 6 lost, "
	    "jitter 9 ms\n");
	r.ip_version = 6;
	r.src.rtp.lost = 0;
	r.has = RECORD_UDP | RECORD_SRC_RTP;
	expect_says(&options, &r, "fin     3 bad lengths, 1 missing checksum, "
	    "rtp\n");
	r = sample_tcp();
	r.part = 2;
	expect_says(&options, &r, "fin     last part, 2\n");
	r.is_final = false;
	expect_says(&options, &r, "fin     part 2\n");
	options.is_verbose = true;
	expect_says(&options, &r, "2026-03-04 05:06:07.123  tcp");
	expect_says(&options, &r, "part 2, ShADadFf, "
	    "1:wCb3OG7yAFWelaUydu0D+125CLM=\n");
}

static void
test_colors(void **state)
{
	struct output_options options = { .is_colored = true };
	struct record r = sample_tcp();
	struct buffer b = write_one(&options, &r);

	(void)state;
	assert_null(strchr(b.data, '\033'));
	buffer_release(&b);
	r.service_verdict = "disagree";
	r.end_reason = "rst";
	expect_says(&options, &r, "  \033[33mtls !\033[0m              12 →");
	expect_says(&options, &r, "  \033[31mrst\033[0m     port says");
	options.is_colored = false;
	b = write_one(&options, &r);
	assert_null(strchr(b.data, '\033'));
	buffer_release(&b);
}

/* With every byte in every name, in both kinds of table. */
static void
test_no_control_byte(void **state)
{
	const struct output_options options[] = {
		{ .is_verbose = true },
		{ .fields = "input,interface,service" }
	};
	struct record r = sample_full();
	char all[256];

	(void)state;
	for (int byte = 1; byte < 256; byte++)
		all[byte - 1] = (char)byte;
	all[255] = '\0';
	r.input = r.interface = r.service_name = r.service_port = all;
	r.service_verdict = "disagree";
	r.src.name = r.dst.name = all;
	for (size_t i = 0; i < 2; i++) {
		struct buffer b = write_one(&options[i], &r);
		int lines = 0;

		for (size_t j = 0; b.data[j] != '\0'; j++) {
			unsigned char c = (unsigned char)b.data[j];

			lines += c == '\n';
			assert_true(c == '\n' || (c >= ' ' && c != 0x7f));
			assert_false(c == 0xc2 &&
			    (unsigned char)b.data[j + 1] < 0xa0);
		}
		assert_int_equal(lines, options[i].is_verbose ? 4 : 2);
		assert_non_null(strstr(b.data, "\\x1b"));
		buffer_release(&b);
	}
}

static void
test_fields(void **state)
{
	const struct output_options options = {
		.fields = "protocol,src.bytes,vlan,src.ttl_min,tcp.dst.flags"
	};
	const struct output_options unknown = { .fields = "nonsense" };
	struct record r = sample_nameless();
	struct error error;

	(void)state;
	expect(&options, &r,
	    "protocol   src.bytes  src.ttl_min  vlan    tcp.dst.flags\n"
	    "tcp             1402           57  10 20   FSAN\n");
	r.has = 0;
	expect(&options, &r,
	    "protocol   src.bytes  src.ttl_min  vlan    tcp.dst.flags\n"
	    "tcp             1402            -  -       -\n");
	assert_null(format_text.open(&unknown, &error));
	assert_string_equal(error.text,
	    "unknown field 'nonsense' (--fields help lists them)");
}

static void
expect_closing(const struct stats *stats, bool is_last, const char *wanted)
{
	const struct output_options options = { 0 };
	struct format *format = open_text(&options);
	struct buffer b;

	buffer_init(&b, 1);
	format_text.stats(format, stats, is_last, &b);
	format_text.free(format);
	buffer_char(&b, '\0');
	assert_string_equal(b.data, wanted);
	buffer_release(&b);
}

static void
test_closing(void **state)
{
	struct stats s = sample_stats();

	(void)state;
	expect_closing(&s, true, "\n1,204 frames, 9.0 s: 1,170 in 96 flows "
	    "(61 tcp, 33 udp, 2 other), 24 not IP, 3 malformed, "
	    "2 unfinished fragments, 5 filtered. Every frame accounted for."
	    "\n3 refused connections · 1 evicted flow\n");
	s.record_packets--;
	expect_closing(&s, true, "\n1,204 frames, 9.0 s: 1,170 in 96 flows "
	    "(61 tcp, 33 udp, 2 other), 24 not IP, 3 malformed, "
	    "2 unfinished fragments, 5 filtered. The sums do not agree: an "
	    "error of tallyman's, please report it."
	    "\n3 refused connections · 1 evicted flow\n");
	s.refused = 0;
	s.flows_evicted = 0;
	s.has_kernel = true;
	s.interface_dropped = 1;
	s.unanswered = 1;
	expect_closing(&s, false, "\n1,204 frames, 9.0 s: 1,170 in 96 flows "
	    "(61 tcp, 33 udp, 2 other), 24 not IP, 3 malformed, "
	    "2 unfinished fragments, 5 filtered.\n1 unanswered connection · "
	    "0 packets dropped by the kernel · 1 dropped by the interface"
	    "\n");
	memset(&s, 0, sizeof s);
	expect_closing(&s, true, "\n0 frames: 0 in 0 flows, 0 not IP, "
	    "0 malformed. Every frame accounted for.\n");
	s.read = 1;
	expect_closing(&s, true, "\n1 frame, <1 ms: 0 in 0 flows, 0 not IP, "
	    "0 malformed. The sums do not agree: an error of tallyman's, "
	    "please report it.\n");
}

/* The parts of one flow are one service, and one transfer. */
static void
test_records_are_counted(void **state)
{
	const struct output_options options = { 0 };
	struct format *format = open_text(&options);
	struct record r = sample_tcp();
	struct stats s;
	struct buffer b;

	(void)state;
	memset(&s, 0, sizeof s);
	buffer_init(&b, 1);
	format_text.record(format, &r, &b);
	r.service_verdict = "disagree";
	format_text.record(format, &r, &b);
	format_text.record(format, &r, &b);
	r.dst.tcp.limited_by = "network_loss";
	r.dst.tcp.limited_ns[2] = r.duration_ns = INT64_C(2000000000);
	format_text.record(format, &r, &b);
	r.is_final = false;
	format_text.record(format, &r, &b);
	buffer_reset(&b);
	format_text.stats(format, &s, true, &b);
	buffer_char(&b, '\0');
	/* 5 records, each with 6 packets of 12 sent again on either side. */
	assert_non_null(strstr(b.data, "\n3 services on foreign ports · "
	    "1 slow transfer · 50 % retransmitted\n"));
	format_text.free(format);
	buffer_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_quiet_and_macs),
		cmocka_unit_test(test_programs),
		cmocka_unit_test(test_eighty_columns),
		cmocka_unit_test(test_columns_by_need),
		cmocka_unit_test(test_lines_below),
		cmocka_unit_test(test_never_wider),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_icmp),
		cmocka_unit_test(test_counts_and_times),
		cmocka_unit_test(test_notes),
		cmocka_unit_test(test_colors),
		cmocka_unit_test(test_no_control_byte),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_closing),
		cmocka_unit_test(test_records_are_counted)
	};

	fields_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
