/*
 * FTP, a data connection (RFC 959): a file or a listing and nothing else, so
 * that no byte tells. It is known by what the control connection announced
 * (ftp.c), or by the port from which servers send.
 */
#include "dissect/application.h"

static enum probe_score	probe(struct probe *);

static enum probe_score
probe(struct probe *p)
{
	return p->is_on_port ? PROBE_WEAK : PROBE_NO;
}

const struct application application_ftp_data = {
	.name = "ftp-data",
	.title = "File Transfer Protocol, data",
	.source = "RFC 959",
	.transports = APPLICATION_TCP,
	.tcp_ports = { 20 },
	.probe = probe
};
