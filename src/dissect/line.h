/*
 * Protocols that speak in lines of text: one line at a time, the words of a
 * line, and how the first lines tell protocols apart whose servers greet
 * alike. Letters are compared without case.
 */
#ifndef TALLYMAN_DISSECT_LINE_H
#define TALLYMAN_DISSECT_LINE_H

#include "dissect/application.h"

/* Bytes without the end of the line, borrowed; a word is one, too. */
struct line {
	const uint8_t	*at;
	size_t		 size;
};

/*
 * How a protocol begins in which the server greets and the client then
 * commands. Lists end with NULL.
 */
struct line_greeting {
	const char *const	*greetings;	/* "220 ", "220-" */
	const char *const	*names;		/* what its servers alone say
						   behind that */
	const char *const	*commands;	/* with which clients begin */
	const char *const	*own_commands;	/* those nobody else has */
	bool			 has_status;	/* replies are three digits */
};

/* Takes a whole line, ended by LF or CR LF; false when there is none. */
bool	line_take(struct cursor *, struct line *);

/* The same of what is fed. One that is too long ends the dissection. */
bool	line_next(struct dissection *, struct line *);

/* Gives all whole lines to who knows what the client or the server says. */
typedef void line_taker(struct dissection *, struct line);
void	line_feed(struct dissection *, line_taker *command, line_taker *reply);

/*
 * Protocols in which the client asks with one line and the server answers with
 * text: any line would do, so the port tells. The field is the question's.
 */
enum probe_score line_probe_question(struct probe *, bool may_be_empty);
void	line_feed_question(struct dissection *, unsigned int field);

/* Takes the next word, which blanks part; empty at the end. */
struct line line_word(struct line *rest);

/* Takes what stands before the byte, and the byte; all without it. */
struct line line_until(struct line *rest, uint8_t end);

/* Without the blanks at both ends. */
struct line line_trimmed(struct line);

bool	line_is(const struct line *, const char *text);
bool	line_begins(const struct line *, const char *text);
bool	line_has(const struct line *, const char *text);
bool	line_is_text(const struct line *);

/* Decimal digits and nothing else, at most max. */
bool	line_number(const struct line *, uint32_t max, uint32_t *value);

/* The number of "220 text" or "220-text"; 0 for another line. */
unsigned int line_status(const struct line *);

/* The value of "name: value"; false for another line. */
bool	line_field(const struct line *, const char *name,
	    struct line *value);

/* Whether the line begins with one of the list. */
bool	line_begins_any(const struct line *, const char *const *list);

/*
 * Whether bytes begin with one of the list: PROBE_SURE, or PROBE_MORE when
 * they are too few to tell, or PROBE_NO.
 */
enum probe_score line_begin(const struct cursor *, const char *const *list);

enum probe_score line_probe(struct probe *, const struct line_greeting *);

/* The text as a fact, and one more item of a list. */
void	line_note(struct dissection *, unsigned int field, struct line);
void	line_note_item(struct dissection *, unsigned int field, struct line);

#endif
