/* What three parsers read in one message: ours, libosip2's and libsofia-sip's. Private to fuzz/differential. */
#ifndef DIFFERENTIAL_READING_H
#define DIFFERENTIAL_READING_H

#include <stdbool.h>
#include <stddef.h>

#define READ_FIELD_LIST(X)                             \
    X(METHOD, "method")                                \
    X(STATUS, "status")                                \
    X(URI_SCHEME, "scheme of the Request-URI")         \
    X(URI_USER, "user of the Request-URI")             \
    X(URI_HOST, "host of the Request-URI")             \
    X(URI_PORT, "port of the Request-URI")             \
    X(VIAS, "number of Vias")                          \
    X(VIA_TRANSPORT, "transport of the top Via")       \
    X(VIA_HOST, "host of the top Via")                 \
    X(VIA_PORT, "port of the top Via")                 \
    X(VIA_BRANCH, "branch of the top Via")             \
    X(FROM_USER, "user of From")                       \
    X(FROM_HOST, "host of From")                       \
    X(FROM_TAG, "tag of From")                         \
    X(TO_USER, "user of To")                           \
    X(TO_HOST, "host of To")                           \
    X(TO_TAG, "tag of To")                             \
    X(CALL_ID, "Call-ID")                              \
    X(CSEQ, "number of CSeq")                          \
    X(CSEQ_METHOD, "method of CSeq")                   \
    X(MAX_FORWARDS, "Max-Forwards")                    \
    X(ROUTES, "number of Routes")                      \
    X(RECORD_ROUTES, "number of Record-Routes")        \
    X(CONTACTS, "number of Contacts")                  \
    X(CONTENT_LENGTH, "Content-Length")                \
    X(CONTENT_TYPE, "whether there is a Content-Type") \
    X(BODY, "bytes of the body")
#define READ_FIELD_ID(id, name) READ_##id,
typedef enum read_field { READ_FIELD_LIST(READ_FIELD_ID) READ_FIELDS } read_field;

enum { READ_TEXT_MAX = 300 };

typedef struct reading {
    bool is_read; /* else the parser refused the message */
    struct {
        char text[READ_TEXT_MAX]; /* empty: not there; cut where it is longer */
        size_t len;               /* of all of it */
    } field[READ_FIELDS];
} reading;

void read_text(reading *r, read_field field, const char *at, size_t len);
void read_string(reading *r, read_field field, const char *text); /* NULL: not there */
void read_number(reading *r, read_field field, unsigned long number);

typedef struct peer {
    const char *name;
    void (*read)(const char *bytes, size_t len, reading *out);
} peer;

extern const peer peer_osip2, peer_sofia;
void read_ours(const char *bytes, size_t len, reading *out);

/** Two readings of one field of one message. */
typedef struct difference {
    read_field field;
    const char *ours, *theirs; /* texts */
    const reading *us, *them;
    const char *bytes;
    size_t len;
} difference;

/** A difference that is no mistake of ours: of whose, in which fields, when, and why. */
typedef struct explanation {
    const char *peer, *name, *why;
    unsigned long fields; /* bits of read_field */
    bool (*holds)(const difference *d);
} explanation;

extern const explanation explanations[];
extern const size_t explanation_count;
const char *read_field_name(read_field field);

/** The first difference that nothing explains, or READ_FIELDS; `used` counts the explanations that were of use. */
read_field compare_readings(const peer *whose, const reading *ours, const reading *theirs,
                            const char *bytes, size_t len, unsigned *used);

#endif
