/* A generator of what RFC 3261 allows: values of every grammar of headers.def, and whole messages, in all their spellings
 * (compact names, folds, comma lists, quoted pairs, comments, escapes, IPv6, parameters). Everything is a function of a seed,
 * so that a number finds a message again. What it makes must be accepted; what it means is said beside it. */
#ifndef GEN_H
#define GEN_H

#include "ss/msg.h"

typedef struct gen {
    ss_entropy entropy;
    ss_buffer *b;       /* where the text goes */
    unsigned spacing;   /* percent of the places for white space that have more than the least */
    unsigned breadth;   /* percent of what is optional that is there */
    ss_slice method;    /* of the message in work: CSeq and Contact ask for it */
    size_t body_bytes;  /* of the message in work */
    ss_slice body_type; /* its Content-Type; empty draws one */
} gen;

/** The generator number `seed`, writing to `b`. */
gen gen_start(uint64_t seed, ss_buffer *b);
/** 0..n-1. */
unsigned gen_pick(gen *g, unsigned n);
bool gen_chance(gen *g, unsigned percent);
/** Something optional is there. */
bool gen_has(gen *g);

/* ---- the basic rules of 25.1 ---- */

void gen_put(gen *g, const char *text);
/** In any case of its letters. */
void gen_put_cased(gen *g, const char *text);
void gen_one_of(gen *g, const char *const *words, unsigned count);
#define GEN_ONE_OF(g, ...)                                \
    gen_one_of((g), (const char *const[]){ __VA_ARGS__ }, \
               (unsigned)(sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *)))
/** 1 to `most` characters of an alphabet. */
void gen_run(gen *g, const char *alphabet, unsigned most);
void gen_sws(gen *g); /* perhaps white space, perhaps a fold */
void gen_lws(gen *g); /* some */
void gen_mark(gen *g, char c);
void gen_token(gen *g);
void gen_name(gen *g); /* letters and digits, a letter first */
void gen_call_id(gen *g);
void gen_quoted(gen *g);
void gen_comment(gen *g);
void gen_text(gen *g); /* TEXT-UTF8-TRIM, not empty */
/** A number from low to high, often one of the edges, perhaps with zeros before it. */
void gen_number(gen *g, uint64_t low, uint64_t high);
void gen_digits(gen *g, unsigned count);
void gen_hex(gen *g, unsigned count);
void gen_host(gen *g);
void gen_ipv6(gen *g); /* without brackets */
void gen_port(gen *g);
/** ;name=value of a rule that the caller prints. */
void gen_param(gen *g, const char *name);
/** *( SEMI generic-param ), each with another name. */
void gen_params(gen *g);

/* ---- addresses ---- */

/** Any URI that may stand in angle brackets; a bare one holds no comma, semicolon or question mark. */
void gen_uri(gen *g, bool is_bare);
void gen_sip_uri(gen *g, bool is_bare);
/** name-addr, or addr-spec where it may be. */
void gen_address(gen *g, bool may_be_bare);

/* ---- header fields ---- */

/** One value of a field, as its row in headers.def says; may be empty where that means something. */
void gen_value(gen *g, ss_hdr id);
/** The name as it may be written, the colon and white space. */
void gen_field_name(gen *g, ss_hdr id);

/* ---- messages ---- */

enum { GEN_MESSAGE_MAX = 1 << 16 };

/** What a generated message means. */
typedef struct gen_message {
    ss_slice bytes;
    size_t length; /* of it: what follows is no part of the message */
    bool is_request;
    unsigned status;
    ss_slice method, call_id, request_uri,
        body; /* slices of bytes; `method` of the start line or of CSeq */
    unsigned fields;
    unsigned values[SS_HDR_COUNT]; /* of a list its values, of another field its lines */
} gen_message;

/** Message number `seed` into the buffer, GEN_MESSAGE_MAX bytes at least. */
void gen_message_make(gen_message *m, uint64_t seed, ss_buffer *b);

#endif
