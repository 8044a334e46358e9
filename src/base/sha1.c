/*
 * SHA-1 as RFC 3174 defines it. Two ways to fold a block: plain C, and the
 * SHA instructions of x86 where the processor has them, which are asked for
 * once. What is hashed here fits one block nearly always, so there is no
 * state that is fed bit by bit.
 */
#include "base/sha1.h"

#include <stdatomic.h>
#include <string.h>

#include "base/cursor.h"

#if defined(__x86_64__) || defined(__i386__)
#define SHA1_ON_X86 1
#include <cpuid.h>
#include <immintrin.h>
#else
#define SHA1_ON_X86 0
#endif

enum {
	LENGTH_AT = SHA1_BLOCK_SIZE - 8	/* RFC 3174, 4: the length's place */
};

static sha1_compress	*compress_chosen(void);
static void		 words_mix(uint32_t s[5], const uint32_t w[20],
			    unsigned int function);
static void		 word_mix(uint32_t s[5], unsigned int first,
			    uint32_t w, unsigned int function);
static uint32_t		 word_rotate(uint32_t, unsigned int);
static void		 be32_store(uint8_t *, uint32_t);

/* RFC 3174, 6.1: the state before the first block. */
static const uint32_t initial_state[5] = {
	0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0
};

void
sha1_digest(const void *data, size_t size, uint8_t digest[SHA1_DIGEST_SIZE])
{
	sha1_compress *compress = compress_chosen();
	uint8_t block[SHA1_BLOCK_SIZE];
	const uint8_t *bytes = data;
	uint64_t bits = (uint64_t)size * 8;
	uint32_t state[5];
	size_t done = 0;

	memcpy(state, initial_state, sizeof state);
	for (; size - done >= SHA1_BLOCK_SIZE; done += SHA1_BLOCK_SIZE)
		compress(state, &bytes[done]);

	memset(block, 0, sizeof block);
	if (size > done)
		memcpy(block, &bytes[done], size - done);
	block[size - done] = 0x80;
	if (size - done >= LENGTH_AT) {
		compress(state, block);
		memset(block, 0, sizeof block);
	}
	be32_store(&block[LENGTH_AT], (uint32_t)(bits >> 32));
	be32_store(&block[LENGTH_AT + 4], (uint32_t)bits);
	compress(state, block);

	for (int i = 0; i < 5; i++)
		be32_store(&digest[4 * i], state[i]);
}

void
sha1_digest_block(uint8_t block[SHA1_BLOCK_SIZE], size_t size,
    uint8_t digest[SHA1_DIGEST_SIZE])
{
	uint32_t state[5];

	memcpy(state, initial_state, sizeof state);
	block[size] = 0x80;
	be32_store(&block[LENGTH_AT + 4], (uint32_t)size * 8);
	compress_chosen()(state, block);
	for (int i = 0; i < 5; i++)
		be32_store(&digest[4 * i], state[i]);
}

/* RFC 3174, 6.1: 80 rounds, four functions and constants for 20 each. */
void
sha1_compress_portable(uint32_t state[5], const uint8_t block[SHA1_BLOCK_SIZE])
{
	uint32_t w[80], s[5];

	for (int t = 0; t < 16; t++)
		w[t] = bytes_be32(&block[4 * t]);
	for (int t = 16; t < 80; t++)
		w[t] = word_rotate(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^
		    w[t - 16], 1);

	memcpy(s, state, sizeof s);
	words_mix(s, &w[0], 0);
	words_mix(s, &w[20], 1);
	words_mix(s, &w[40], 2);
	words_mix(s, &w[60], 3);
	for (int i = 0; i < 5; i++)
		state[i] += s[i];
}

/*
 * 20 rounds with one function. Five at a time, so that each word is back in
 * its place and none has to be moved.
 */
__attribute__((always_inline)) static inline void
words_mix(uint32_t s[5], const uint32_t w[20], unsigned int function)
{
	for (int t = 0; t < 20; t += 5) {
		word_mix(s, 0, w[t], function);
		word_mix(s, 4, w[t + 1], function);
		word_mix(s, 3, w[t + 2], function);
		word_mix(s, 2, w[t + 3], function);
		word_mix(s, 1, w[t + 4], function);
	}
}

/* One round; first says which word of the state is A, RFC 3174, 5. */
__attribute__((always_inline)) static inline void
word_mix(uint32_t s[5], unsigned int first, uint32_t w, unsigned int function)
{
	uint32_t b = s[(first + 1) % 5], c = s[(first + 2) % 5];
	uint32_t d = s[(first + 3) % 5], f;

	if (function == 0)
		f = ((b & c) | (~b & d)) + 0x5a827999;
	else if (function == 1)
		f = (b ^ c ^ d) + 0x6ed9eba1;
	else if (function == 2)
		f = ((b & c) | (d & (b | c))) + 0x8f1bbcdc;
	else
		f = (b ^ c ^ d) + 0xca62c1d6;
	s[(first + 4) % 5] += word_rotate(s[first], 5) + f + w;
	s[(first + 1) % 5] = word_rotate(b, 30);
}

#if SHA1_ON_X86

#define SHA1_TARGET __attribute__((target("sha,sse4.1,ssse3")))

/* What goes from round to round: the state, and 16 words of the message. */
struct rounds {
	__m128i	abcd;
	__m128i	e;
	__m128i	w[4];
};

static sha1_compress	compress_x86;
static void		rounds_step(struct rounds *, unsigned int step)
			    SHA1_TARGET;
static __m128i		rounds_four(__m128i abcd, __m128i word,
			    unsigned int function) SHA1_TARGET;

SHA1_TARGET static void
compress_x86(uint32_t state[5], const uint8_t block[SHA1_BLOCK_SIZE])
{
	const __m128i swap = _mm_set_epi64x(0x0001020304050607,
	    0x08090a0b0c0d0e0f);
	struct rounds r, before;

	r.abcd = _mm_loadu_si128((const void *)state);
	r.abcd = _mm_shuffle_epi32(r.abcd, 0x1b);
	r.e = _mm_set_epi32((int)state[4], 0, 0, 0);
	for (int i = 0; i < 4; i++)
		r.w[i] = _mm_shuffle_epi8(_mm_loadu_si128(
		    (const void *)&block[16 * i]), swap);
	before = r;

	/* Written out, so that every place in the message is a register. */
	rounds_step(&r, 0);
	rounds_step(&r, 1);
	rounds_step(&r, 2);
	rounds_step(&r, 3);
	rounds_step(&r, 4);
	rounds_step(&r, 5);
	rounds_step(&r, 6);
	rounds_step(&r, 7);
	rounds_step(&r, 8);
	rounds_step(&r, 9);
	rounds_step(&r, 10);
	rounds_step(&r, 11);
	rounds_step(&r, 12);
	rounds_step(&r, 13);
	rounds_step(&r, 14);
	rounds_step(&r, 15);
	rounds_step(&r, 16);
	rounds_step(&r, 17);
	rounds_step(&r, 18);
	rounds_step(&r, 19);

	r.e = _mm_sha1nexte_epu32(r.e, before.e);
	r.abcd = _mm_add_epi32(r.abcd, before.abcd);
	r.abcd = _mm_shuffle_epi32(r.abcd, 0x1b);
	_mm_storeu_si128((void *)state, r.abcd);
	state[4] = (uint32_t)_mm_extract_epi32(r.e, 3);
}

/*
 * Four rounds. SHA1NEXTE adds the rotated word of four rounds ago to the
 * message; SHA1MSG1, XOR and SHA1MSG2 make the message's words that come 16
 * rounds later (Intel Software Developer's Manual, volume 2).
 */
__attribute__((always_inline)) SHA1_TARGET static inline void
rounds_step(struct rounds *r, unsigned int step)
{
	__m128i kept = r->abcd, word = r->w[step % 4], more;

	word = step == 0 ? _mm_add_epi32(r->e, word) :
	    _mm_sha1nexte_epu32(r->e, word);
	r->abcd = rounds_four(r->abcd, word, step / 5);
	r->e = kept;
	if (step >= 16)
		return;
	more = _mm_sha1msg1_epu32(r->w[step % 4], r->w[(step + 1) % 4]);
	more = _mm_xor_si128(more, r->w[(step + 2) % 4]);
	more = _mm_sha1msg2_epu32(more, r->w[(step + 3) % 4]);
	r->w[step % 4] = more;
}

/* The instruction holds the function's number, so it must be a constant. */
__attribute__((always_inline)) SHA1_TARGET static inline __m128i
rounds_four(__m128i abcd, __m128i word, unsigned int function)
{
	switch (function) {
	case 0:
		return _mm_sha1rnds4_epu32(abcd, word, 0);
	case 1:
		return _mm_sha1rnds4_epu32(abcd, word, 1);
	case 2:
		return _mm_sha1rnds4_epu32(abcd, word, 2);
	default:
		return _mm_sha1rnds4_epu32(abcd, word, 3);
	}
}

/*
 * CPUID leaf 7, EBX bit 29: SHA; leaf 1, ECX bits 9 and 19: SSSE3, SSE4.1.
 * The compilers' own question knows of SHA only in their newest versions.
 */
sha1_compress *
sha1_compress_native(void)
{
	unsigned int a, b, c, d;

	if (!__get_cpuid(1, &a, &b, &c, &d) ||
	    (c & (1U << 9)) == 0 || (c & (1U << 19)) == 0)
		return NULL;
	if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || (b & (1U << 29)) == 0)
		return NULL;
	return compress_x86;
}

#else

sha1_compress *
sha1_compress_native(void)
{
	return NULL;
}

#endif

/* CPUID may cost microseconds in a virtual machine: it is asked once. */
static sha1_compress *
compress_chosen(void)
{
	static _Atomic(sha1_compress *) chosen;
	sha1_compress *compress;

	compress = atomic_load_explicit(&chosen, memory_order_relaxed);
	if (compress == NULL) {
		compress = sha1_compress_native();
		if (compress == NULL)
			compress = sha1_compress_portable;
		atomic_store_explicit(&chosen, compress, memory_order_relaxed);
	}
	return compress;
}

static uint32_t
word_rotate(uint32_t word, unsigned int bits)
{
	return word << bits | word >> (32 - bits);
}

static void
be32_store(uint8_t *to, uint32_t value)
{
	to[0] = (uint8_t)(value >> 24);
	to[1] = (uint8_t)(value >> 16);
	to[2] = (uint8_t)(value >> 8);
	to[3] = (uint8_t)value;
}
