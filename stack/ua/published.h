/* published.h: event state as its compositor keeps it (RFC 3903 section 6): one record for each publication of a resource. */
#ifndef SS_UA_PUBLISHED_H
#define SS_UA_PUBLISHED_H

#include "events.h"

typedef struct ss_published {
    ss_timer timer; /* expiry */
    ss_ref next;
    uint64_t etag;     /* 0: what the user agent says of itself, which does not expire */
    uint64_t resource; /* hash of its address-of-record */
    ss_blob note;
    uint8_t package;
    bool is_open;
} ss_published;

const ss_published *ss_published_first(const ss_visit *v);
const ss_published *ss_published_next(const ss_visit *v, const ss_published *p);
/** The resource that a request is about: the Request-URI at a compositor, else ourselves. `entity` is its address-of-record, in
 *  the arena; SS_EMPTY when that is full. */
uint64_t ss_resource_of(const ss_visit *v, const ss_msg *request, ss_slice *entity);
void ss_published_forget_all(const ss_visit *v);
void ss_published_quiet(const ss_visit *v);
void ss_published_timer(const ss_visit *v, ss_timer *timer);
/** The application's own state: SS_CMD_STATE. */
SS_MUST_USE ss_status ss_published_set_own(const ss_visit *v, const ss_command *command);
/** PUBLISH: RFC 3903 section 6. */
void ss_published_serve(const ss_visit *v, const ss_incoming *in);

#endif
