/* sn/capture.h: packets to pcapng and back (draft-ietf-opsawg-pcapng), and the words that choose which.
 *
 * The capture is an observer: it writes each packet once, as it leaves its origin, with virtual nanoseconds on the
 * plan's epoch. A packet is held until its fate is known, or until too many are held, so that its comment can say
 * where it was lost. The bytes depend on the facts alone.
 */
#ifndef SN_CAPTURE_H
#define SN_CAPTURE_H

#include "sn/facts.h"

/* ---- which packets ------------------------------------------------------------------------------------------------- */

typedef enum sn_capture_kind {
    SN_CAPTURE_OFF,
    SN_CAPTURE_ALL,
    SN_CAPTURE_FIRST, /* the first `count` packets */
    SN_CAPTURE_CALLS, /* what belongs to the first `count` Call-IDs of an INVITE */
    SN_CAPTURE_CALL,  /* to call `count` of the simulator, or to `call_id` */
    SN_CAPTURE_NODE,  /* what a node sends, and what is addressed to it */
    SN_CAPTURE_LINK   /* what goes over the link that leads up from a node, as it is there */
} sn_capture_kind;

/* At which end of a link: bits. */
enum { SN_CAPTURE_TX = 1, SN_CAPTURE_RX = 2 };

/* Kinds of events, as people ask for them: bits. */
enum {
    SN_EVENTS_MESSAGE = 1,
    SN_EVENTS_PACKET = 2,
    SN_EVENTS_LINK = 4,
    SN_EVENTS_NOTE = 8,
    SN_EVENTS_TIMER = 16,
    SN_EVENTS_STATE = 32,
    SN_EVENTS_CALL = 64,
    SN_EVENTS_CONNECTION = 128,
    SN_EVENTS_ICMP = 256
};

typedef struct sn_capture_filter {
    sn_capture_kind kind;
    uint64_t count;
    uint64_t call_id; /* hash as in ss_summary; 0: by number */
    char node[48];
    uint8_t at;         /* of a link: SN_CAPTURE_TX, SN_CAPTURE_RX, or both */
    uint8_t directions; /* of a link: bit 0 up, bit 1 down, as in SN_UP and SN_DOWN */
    /* of events: from that instant on, and before this one (0: to the end); of which kinds, SN_EVENTS_*, 0: all */
    ss_time from, to;
    uint32_t kinds;
} sn_capture_filter;

/**
 * "off", "all", "first:N", "calls:N", "call:c17", "call:CALL-ID", "node:NAME", "link:NAME" and behind it ",at:tx|rx|both"
 * and ",dir:up|down", in any order.
 *
 * SS_ERR_SYNTAX  *why says what is wrong; static.
 */
SS_MUST_USE ss_status sn_capture_filter_parse(ss_slice text, sn_capture_filter *filter,
                                              const char **why);
/** The same of events, and behind it, or alone, ",kind:KIND" (one or more), ",from:TIME" and ",to:TIME". */
SS_MUST_USE ss_status sn_events_filter_parse(ss_slice text, sn_capture_filter *filter,
                                             const char **why);
/** Whether kind and instant of a fact are among those of the filter. */
bool sn_events_filter_takes(const sn_capture_filter *filter, const sn_fact *fact);
/** The node of a name; SN_NOBODY when nobody has it. */
uint32_t sn_capture_node(const sn_cast *cast, const char *name);
/** True of the facts whose packets a filter chooses among: of a link those at the ends it means, else as they leave their
 *  origin. `node`: the filter's. */
bool sn_capture_is_place(const sn_capture_filter *filter, uint32_t node, const sn_fact *fact);

/** Follows the facts and knows which Call-IDs a filter means. */
typedef struct sn_selection sn_selection;
/** NULL without memory. */
sn_selection *sn_selection_new(const sn_capture_filter *filter);
void sn_selection_free(sn_selection *s);
/** To be shown every fact, in order. */
void sn_selection_fact(sn_selection *s, const sn_fact *fact);
/** The Call-ID that a fact shown last belongs to; 0 when it belongs to none, or is not known. */
uint64_t sn_selection_call_of(const sn_selection *s, const sn_fact *fact);
/** True when the filter does not choose by call, or chooses this one. */
bool sn_selection_takes_call(const sn_selection *s, uint64_t call_id);

/* ---- writing ------------------------------------------------------------------------------------------------------------- */

/** "at/step/tie/receiver/sender/counter": what comments and events.jsonl know an event by. */
void sn_capture_put_event(ss_buffer *b, const sn_key *key);
/** "p1 -> core", as the link direction leads. */
void sn_capture_put_link(ss_buffer *b, const sn_cast *cast, uint32_t link);
const char *sn_capture_name(const sn_cast *cast, uint32_t node);

typedef struct sn_capture_options {
    sn_capture_filter filter;
    uint64_t epoch_s; /* seconds since 1970 of instant 0 */
    void *self;
    void (*write)(void *self, ss_slice bytes); /* bytes borrowed for the call */
} sn_capture_options;

typedef struct sn_capture sn_capture;
/** Writes the section header. `cast` is borrowed for its life. NULL without memory. */
sn_capture *sn_capture_new(const sn_cast *cast, const sn_capture_options *options);
void sn_capture_free(sn_capture *c);
void sn_capture_fact(sn_capture *c, const sn_fact *fact, ss_slice packet);
/** What is still held is written; `interrupted` is said in a statistics block of the first interface. */
void sn_capture_finish(sn_capture *c, ss_time end, bool interrupted);
/** Packets written. */
uint64_t sn_capture_count(const sn_capture *c);
/** False when memory ran out on the way: packets are missing. */
bool sn_capture_is_whole(const sn_capture *c);

/* ---- the blocks themselves ------------------------------------------------------------------------------------------- */

#define SN_PCAPNG_RAW 101u /* LINKTYPE_RAW: begins with the IP header */

void sn_pcapng_put_section(ss_buffer *b);
void sn_pcapng_put_interface(ss_buffer *b, ss_slice name);
/** `at_ns` since 1970. */
void sn_pcapng_put_packet(ss_buffer *b, uint32_t interface, uint64_t at_ns, ss_slice packet,
                          ss_slice comment);
void sn_pcapng_put_statistics(ss_buffer *b, uint32_t interface, uint64_t at_ns, ss_slice comment);

/* ---- reading, strictly: what the writer writes, and nothing doubtful ---------------------------------------------------------- */

typedef struct sn_pcapng_packet {
    uint32_t interface;      /* number, from 0 */
    uint64_t at_ns;          /* since 1970 */
    ss_slice bytes, comment; /* borrowed from the file's bytes */
} sn_pcapng_packet;

typedef struct sn_pcapng_reader {
    ss_slice rest;         /* borrowed */
    uint32_t interfaces;   /* seen so far */
    ss_slice names[64];    /* of the first ones */
    ss_slice last_comment; /* of the last statistics block */
    bool started;
    const char *why; /* after SS_ERR_SYNTAX: what is wrong; static */
} sn_pcapng_reader;

sn_pcapng_reader sn_pcapng_reader_on(ss_slice file);
/** SS_OK with a packet, SS_NONE at the end, SS_ERR_SYNTAX with r->why. */
SS_MUST_USE ss_status sn_pcapng_next(sn_pcapng_reader *r, sn_pcapng_packet *packet);

#endif
