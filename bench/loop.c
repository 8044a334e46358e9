/*
 * The measure of all times: libpcap's own loop over a capture, which does
 * nothing but add up what it is given. Prints frames and bytes.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>

#include <pcap/pcap.h>

int
main(int argc, char **argv)
{
	char message[PCAP_ERRBUF_SIZE];
	struct pcap_pkthdr *header;
	const u_char *data;
	uint64_t frames = 0, bytes = 0;
	pcap_t *capture;
	int result;

	if (argc != 2) {
		fputs("usage: loop FILE\n", stderr);
		return 2;
	}
	capture = pcap_open_offline(argv[1], message);
	if (capture == NULL) {
		fprintf(stderr, "loop: cannot open '%s': %s\n", argv[1],
		    message);
		return 1;
	}
	while ((result = pcap_next_ex(capture, &header, &data)) == 1) {
		frames++;
		bytes += header->len;
	}
	if (result != PCAP_ERROR_BREAK)
		fprintf(stderr, "loop: %s: %s\n", argv[1],
		    pcap_geterr(capture));
	pcap_close(capture);
	printf("%" PRIu64 " %" PRIu64 "\n", frames, bytes);
	return result == PCAP_ERROR_BREAK ? 0 : 1;
}
