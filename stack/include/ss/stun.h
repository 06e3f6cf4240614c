/* ss/stun.h: STUN as far as it shares the socket of SIP (RFC 8489; RFC 5626 section 8): the Binding method over UDP, without
 * authentication. Messages are read and written, nothing is kept. */
#ifndef SS_STUN_H
#define SS_STUN_H

#include "ss/transport.h"

enum { SS_STUN_HEADER_BYTES = 20, SS_STUN_ID_BYTES = 12, SS_STUN_BINDING = 1 };

/** As the two class bits say. RFC 8489 5. */
typedef enum ss_stun_class {
    SS_STUN_REQUEST,
    SS_STUN_INDICATION,
    SS_STUN_SUCCESS,
    SS_STUN_ERROR
} ss_stun_class;

typedef struct ss_stun_id {
    unsigned char bytes[SS_STUN_ID_BYTES];
} ss_stun_id;

/** A message of STUN, borrowing the datagram that it was read from. */
typedef struct ss_stun {
    ss_stun_class class;
    uint16_t method;
    ss_stun_id id;
    ss_slice attributes; /* whole, each in its bounds */
} ss_stun;

/** Whether a datagram of a port that SIP shares is for STUN: by its first octet, with which no message of SIP begins (RFC 5626 8). */
static inline bool ss_stun_is(ss_slice datagram)
{
    return datagram.len > 0 && (unsigned char)datagram.at[0] <= 3;
}
/** SS_ERR_SYNTAX: not what RFC 8489 5 and 14 say. */
SS_MUST_USE ss_status ss_stun_parse(ss_slice datagram, ss_stun *out);
/** An attribute that RFC 8489 14 says has to be understood, and that it does not know. */
bool ss_stun_has_unknown(const ss_stun *message);
/** XOR-MAPPED-ADDRESS. SS_NONE: there is none that could be read. */
SS_MUST_USE ss_status ss_stun_mapped(const ss_stun *message, ss_address *out);

/** A Binding request without attributes. */
void ss_stun_put_request(ss_buffer *b, const ss_stun_id *id);
/** The answer to a Binding request that came from there: success, or 420. */
void ss_stun_put_answer(ss_buffer *b, const ss_stun *request, const ss_address *from);

#endif
