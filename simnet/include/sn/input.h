/* sn/input.h: a session input: a few bytes that say a whole run, made for fuzzing: a small network, what its users do, what is said
 * in their names, what the network does to what they say.
 *
 * Every string of bytes is an input and has one plan. It is records, each from SN_RECORD_MARK and a letter up to the next mark; a
 * mark and a 0 are the byte itself. A record's arguments are a byte each; one that is not there is 0, and 0 is always benign: so
 * what is cut away takes trouble away. docs/fuzzing.md has the table.
 */
#ifndef SN_INPUT_H
#define SN_INPUT_H

#include "sn/plan.h"

#define SN_RECORD_MARK       0xfeu
#define SN_INPUT_BYTES_MAX   (1u << 16) /* what comes behind is not read */
#define SN_INPUT_RECORDS_MAX 128u
#define SN_RECORD_ARGS       9u
#define SN_INPUT_EVENTS_MAX  60000u

/** Letter, word, its arguments, whether bytes follow them, what it says. */
#define SN_RECORD_LIST(X)                                                                         \
    X('H', "head", "profile,order,drain", false,                                                  \
      "which network, and in what order an instant goes")                                         \
    X('T', "time", "by,fine", false, "what follows happens so much later")                        \
    X('L', "link", "node,delay,mtu,rate,queue,mask", false, "the uplink of a node")               \
    X('Q', "quota", "node,txns,dialogs,bytes", false, "what a node may have at once")             \
    X('U', "user", "node,reliable,timer,lines,refresher,expires,listens", false,                  \
      "a user agent's ways")                                                                      \
    X('B', "behaviour", "node", true, "what a callee does: op, wait, value, and so on")           \
    X('C', "call", "at,fine,from,to,hold,how,patience,media,timer", false,                        \
      "a call, and who ends it")                                                                  \
    X('A', "act", "at,fine,node,op,call,value,other,how", false, "a user agent does something")   \
    X('M', "message", "at,fine,as,to", true, "bytes in a node's name; they may name live things") \
    X('F', "forge", "at,fine,as,to,what,who,twist,value,lacks", false,                            \
      "a message that a live call could have")                                                    \
    X('D', "decision", "from,to,method,status,nth,times,act,delay", false,                        \
      "what becomes of a message")                                                                \
    X('N', "numbered", "node,dir", true,                                                          \
      "packets of a link that are lost: how many pass in between")                                \
    X('W', "weather", "at,fine,node,kind,dir,lasts,value", false,                                 \
      "a link is otherwise for a while")                                                          \
    X('K', "crash", "at,fine,node,lasts,keeps", false, "a node forgets everything")

typedef struct sn_input_kind {
    char letter;
    const char *word, *args; /* args: names, commas in between; static */
    bool has_bytes;
    const char *sentence;
} sn_input_kind;
extern const sn_input_kind sn_input_kinds[];
extern const unsigned sn_input_kind_count;

/** A record as it was read. */
typedef struct sn_input_record {
    unsigned kind; /* index into sn_input_kinds; sn_input_kind_count: of none, and without effect */
    uint8_t args[SN_RECORD_ARGS];
    ss_slice bytes; /* behind the arguments, marks as they are themselves; in the reader's memory */
    ss_slice whole; /* of the input: from its mark to the next */
} sn_input_record;

typedef struct sn_input_records {
    sn_input_record at[SN_INPUT_RECORDS_MAX];
    unsigned count;
    char bytes[SN_INPUT_BYTES_MAX];
    size_t used;
} sn_input_records;
/** All of them; what is beyond the limits is left out. `records` holds all that it needs but the input's bytes. */
void sn_input_records_read(sn_input_records *records, ss_slice input);
/** Back to bytes: what is read from them is the same record. Trailing zeros are left out. */
void sn_input_record_put(ss_buffer *b, const sn_input_record *record);
/** A line of text without its end: word name=value … "bytes". Of arguments that are 0 nothing is said. */
void sn_input_record_put_text(ss_buffer *b, const sn_input_record *record);
/** Such a line, back to bytes. *why, static, when it is none. */
SS_MUST_USE ss_status sn_input_record_parse_text(ss_slice line, ss_buffer *b, const char **why);

/** A span as a byte says it, and the byte that moves it by a little: 0 is none; the rest is T1 times a power of two, and eighths
 *  in between. */
ss_span sn_input_span(uint8_t code, uint8_t fine);

/** Names and sentences of the networks. NULL past the last. */
const char *sn_input_profile(unsigned number);

/** The plan that an input is, finished. NULL without memory. */
sn_plan *sn_input_plan(ss_slice input);

/** The same happens otherwise: what becomes of the calls should be the same. All zero: as it is. */
typedef struct sn_input_variation {
    uint32_t spelling; /* as plan.spelling */
    unsigned scale;    /* T1, T2, T4 and all spans are 1 + so many times as long */
    bool doubles;      /* every request but ACK goes twice */
    bool has_idler;    /* somebody more, who does nothing, in the middle of the others */
    bool
        has_noise; /* what is no message, or is none that counts, comes to everybody now and then */
    bool by_connections; /* everybody sends by TCP */
} sn_input_variation;
sn_plan *sn_input_plan_varied(ss_slice input, const sn_input_variation *variation);

#endif
