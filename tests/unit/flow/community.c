/*
 * Community ID: the reference data that its authors publish beside the
 * specification (seeds 0 and 1), and what the specification says in words.
 */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "flow/community.h"

struct vector {
	uint8_t		 protocol;
	const char	*src;
	const char	*dst;
	uint16_t	 src_port;
	uint16_t	 dst_port;
	const char	*seed0;
	const char	*seed1;
};

static int	address_parse(const char *, struct address *);
static void	id_make(uint16_t seed, const struct vector *,
		    char text[COMMUNITY_ID_SIZE]);
static void	test_reference(void);
static void	test_without_ports(void);
static void	test_same_address(void);
static void	test_one_way(void);
static void	expect(const char *what, const char *got, const char *wanted);

static int	failures;

static const struct vector reference[] = {
	{ 58, "fe80::200:86ff:fe05:80da", "fe80::260:97ff:fe07:69ea",
	    135, 136, "1:dGHyGvjMfljg6Bppwm3bg0LO8TY=",
	    "1:kHa1FhMYIT6Ym2Vm2AOtoOARDzY=" },
	{ 58, "fe80::260:97ff:fe07:69ea", "fe80::200:86ff:fe05:80da",
	    136, 135, "1:dGHyGvjMfljg6Bppwm3bg0LO8TY=",
	    "1:kHa1FhMYIT6Ym2Vm2AOtoOARDzY=" },
	{ 58, "fe80::260:97ff:fe07:69ea", "fe80::200:86ff:fe05:80da",
	    135, 136, "1:zavyT/cezQr1fmImYCwYnMXbgck=",
	    "1:2hSqmsDZ2kdcY9kbiUzOEBic0iM=" },
	{ 58, "fe80::200:86ff:fe05:80da", "fe80::260:97ff:fe07:69ea",
	    136, 135, "1:zavyT/cezQr1fmImYCwYnMXbgck=",
	    "1:2hSqmsDZ2kdcY9kbiUzOEBic0iM=" },
	{ 58, "3ffe:501:1800:2345::2", "3ffe:507:0:1:200:86ff:fe05:80da",
	    3, 0, "1:2ObVBgIn28oZvibYZhZMBgh7WdQ=",
	    "1:lVEtCZpYu84Xqaa++3lXFyuu2n4=" },
	{ 58, "3ffe:501:410:0:2c0:dfff:fe47:33e",
	    "3ffe:507:0:1:200:86ff:fe05:80da",
	    1, 4, "1:hLZd0XGWojozrvxqE0dWB1iM6R0=",
	    "1:W8MHwXpWzpoSTD+cGcaJr4u0ys8=" },
	{ 58, "3ffe:507:0:1:200:86ff:fe05:80da", "3ffe:501:0:1001::2",
	    128, 129, "1:+TW+HtLHvV1xnGhV1lv7XoJrqQg=",
	    "1:GfZxjAkDk2MkegpBYHV6tadtFXQ=" },
	{ 58, "3ffe:501:0:1001::2", "3ffe:507:0:1:200:86ff:fe05:80da",
	    129, 128, "1:+TW+HtLHvV1xnGhV1lv7XoJrqQg=",
	    "1:GfZxjAkDk2MkegpBYHV6tadtFXQ=" },
	{ 58, "fe80::200:86ff:fe05:80da", "ff02::2",
	    133, 134, "1:hO+sN4H+MG5MY/8hIrXPqc4ZQz0=",
	    "1:L7Ka0ZMYu+J3bL4ulW2PrqyXNo8=" },
	{ 58, "fe80::260:97ff:fe07:69ea", "ff02::1",
	    134, 133, "1:pkvHqCL88/tg1k4cPigmZXUtL00=",
	    "1:K/ee5UCqAMAQXDorP5nSa2CGLjc=" },
	{ 1, "192.168.0.89", "192.168.0.1",
	    8, 0, "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=",
	    "1:03g6IloqVBdcZlPyX8r0hgoE7kA=" },
	{ 1, "192.168.0.1", "192.168.0.89",
	    0, 8, "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=",
	    "1:03g6IloqVBdcZlPyX8r0hgoE7kA=" },
	{ 1, "10.0.0.1", "10.0.0.2",
	    11, 0, "1:YHxtAirCG//0OzkcVAukqKQN9xM=",
	    "1:XjUibYHaafLQ3pxQeiMI8g25q20=" },
	{ 6, "2001:470:e5bf:dead:4957:2174:e82c:4887", "2607:f8b0:400c:c03::1a",
	    63943, 25, "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4=",
	    "1:eJYTW6AOzFLlSUoESovMjnu7rMw=" },
	{ 6, "2607:f8b0:400c:c03::1a", "2001:470:e5bf:dead:4957:2174:e82c:4887",
	    25, 63943, "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4=",
	    "1:eJYTW6AOzFLlSUoESovMjnu7rMw=" },
	{ 132, "192.168.170.8", "192.168.170.56",
	    7, 7, "1:MP2EtRCAUIZvTw6MxJHLV7N7JDs=",
	    "1:5w3ZRjeKBzqT3zsaEECDGjUbYeg=" },
	{ 132, "192.168.170.56", "192.168.170.8",
	    7, 7, "1:MP2EtRCAUIZvTw6MxJHLV7N7JDs=",
	    "1:5w3ZRjeKBzqT3zsaEECDGjUbYeg=" },
	{ 6, "128.232.110.120", "66.35.250.204",
	    34855, 80, "1:LQU9qZlK+B5F3KDmev6m5PMibrg=",
	    "1:3V71V58M3Ksw/yuFALMcW0LAHvc=" },
	{ 6, "66.35.250.204", "128.232.110.120",
	    80, 34855, "1:LQU9qZlK+B5F3KDmev6m5PMibrg=",
	    "1:3V71V58M3Ksw/yuFALMcW0LAHvc=" },
	{ 17, "192.168.1.52", "8.8.8.8",
	    54585, 53, "1:d/FP5EW3wiY1vCndhwleRRKHowQ=",
	    "1:Q9We8WO3piVF8yEQBNJF4uiSVrI=" },
	{ 17, "8.8.8.8", "192.168.1.52",
	    53, 54585, "1:d/FP5EW3wiY1vCndhwleRRKHowQ=",
	    "1:Q9We8WO3piVF8yEQBNJF4uiSVrI=" },
	{ 46, "10.1.12.1", "10.1.12.2",
	    0, 0, "1:KHlLkgoJW7ifUTyTSgyVfkFHzKw=",
	    "1:rYir8gphR31noO9iDRQmF/BteEI=" },
	{ 46, "10.1.12.2", "10.1.12.1",
	    0, 0, "1:KHlLkgoJW7ifUTyTSgyVfkFHzKw=",
	    "1:rYir8gphR31noO9iDRQmF/BteEI=" },
};

int
main(void)
{
	test_reference();
	test_without_ports();
	test_same_address();
	test_one_way();
	return failures == 0 ? 0 : 1;
}

/* Returns the version of the address. */
static int
address_parse(const char *text, struct address *address)
{
	memset(address, 0, sizeof *address);
	if (inet_pton(AF_INET, text, address->bytes) == 1)
		return 4;
	if (inet_pton(AF_INET6, text, address->bytes) == 1)
		return 6;
	fprintf(stderr, "not an address: %s\n", text);
	failures++;
	return 4;
}

static void
id_make(uint16_t seed, const struct vector *v, char text[COMMUNITY_ID_SIZE])
{
	struct address src, dst;
	int version = address_parse(v->src, &src);

	address_parse(v->dst, &dst);
	community_id(seed, version, v->protocol, &src, &dst, v->src_port,
	    v->dst_port, community_is_one_way(v->protocol, v->src_port,
	    v->dst_port), text);
}

static void
expect(const char *what, const char *got, const char *wanted)
{
	if (strcmp(got, wanted) == 0)
		return;
	fprintf(stderr, "%s: %s, expected %s\n", what, got, wanted);
	failures++;
}

static void
test_reference(void)
{
	char text[COMMUNITY_ID_SIZE];

	for (size_t i = 0; i < sizeof reference / sizeof reference[0]; i++) {
		id_make(0, &reference[i], text);
		expect(reference[i].src, text, reference[i].seed0);
		id_make(1, &reference[i], text);
		expect(reference[i].src, text, reference[i].seed1);
	}
}

/*
 * A protocol that the specification does not name is hashed without ports:
 * SHA-1 of 0000 0a000001 0a000002 2f 00, by Python's hashlib.
 */
static void
test_without_ports(void)
{
	const struct vector plain = { 47, "10.0.0.1", "10.0.0.2", 0, 0,
	    "", "" };
	const struct vector turned = { 47, "10.0.0.2", "10.0.0.1", 9, 1,
	    "", "" };
	char text[COMMUNITY_ID_SIZE];

	id_make(0, &plain, text);
	expect("GRE", text, "1:+KlEHDT0vJgzs/eNmzHq0aSpRYw=");
	id_make(0, &turned, text);
	expect("GRE, turned", text, "1:+KlEHDT0vJgzs/eNmzHq0aSpRYw=");
}

/* Where the addresses are equal, the ports decide which end is first. */
static void
test_same_address(void)
{
	const struct vector up = { 6, "::1", "::1", 80, 81, "", "" };
	const struct vector down = { 6, "::1", "::1", 81, 80, "", "" };
	const char *wanted = "1:QQyct2VKXZX/W2VJHMclAE1QYoE=";
	char text[COMMUNITY_ID_SIZE];

	id_make(0, &up, text);
	expect("lower port first", text, wanted);
	id_make(0, &down, text);
	expect("higher port first", text, wanted);
}

/* Both ways of a pair, a code in place of a type, and other protocols. */
static void
test_one_way(void)
{
	static const struct {
		uint8_t		protocol;
		uint16_t	src_port;
		uint16_t	dst_port;
		bool		is_one_way;
	} rows[] = {
		{ 1, 8, 0, false }, { 1, 0, 8, false },
		{ 1, 10, 9, false }, { 1, 3, 1, true },
		{ 1, 8, 8, true }, { 1, 11, 0, true },
		{ 1, 128, 129, true }, { 58, 8, 0, true },
		{ 58, 128, 129, false }, { 58, 145, 144, false },
		{ 58, 1, 4, true }, { 58, 143, 0, true },
		{ 6, 3, 1, false }, { 132, 0, 0, false }
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (community_is_one_way(rows[i].protocol, rows[i].src_port,
		    rows[i].dst_port) == rows[i].is_one_way)
			continue;
		fprintf(stderr, "one way: row %zu is wrong\n", i);
		failures++;
	}
}
