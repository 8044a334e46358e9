/*
 * FTP, a data connection (RFC 959): a file or a listing and nothing else, so
 * that no byte tells. It is known by what the control connection announced
 * (ftp.c); where that was not seen, text by the port from which servers send.
 */
#include "dissect/line.h"

enum { FTP_DATA_PORT = 20, FTP_DATA_LOOKED_AT = 16, PORTS_OF_SYSTEM = 1024 };

static enum probe_score	probe(struct probe *);

static enum probe_score
probe(struct probe *p)
{
	struct line line = { p->own.at, cursor_left(&p->own) };
	uint16_t other = p->own_port == FTP_DATA_PORT ? p->peer_port :
	    p->own_port;

	if (!p->is_on_port || other < PORTS_OF_SYSTEM ||
	    line.size < FTP_DATA_LOOKED_AT)
		return PROBE_NO;
	line.size = FTP_DATA_LOOKED_AT;
	line = line_until(&line, '\r');
	return line.size > 0 && line_is_text(&line) ? PROBE_WEAK : PROBE_NO;
}

const struct application application_ftp_data = {
	.name = "ftp-data",
	.title = "File Transfer Protocol, data",
	.source = "RFC 959",
	.transports = APPLICATION_TCP,
	.tcp_ports = { FTP_DATA_PORT },
	.probe = probe
};
