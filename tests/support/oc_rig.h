/* A proxy that knows overload control (RFC 7339, RFC 7415) between Alice, its client, and Bob, its server. */
#ifndef OC_RIG_H
#define OC_RIG_H

#include "proxy_rig.h"

/** It knows `first`, and `second` if that is not SS_OC_NONE. */
proxy_rig *oc_client(ss_oc_algorithm first, ss_oc_algorithm second);
/** It has a queue too: one worker, 10 ms for a message, 1 ms for a refusal, no limits to speak of. */
proxy_rig *oc_server(ss_oc_algorithm first, ss_oc_algorithm second);
/** A request of Alice's to Bob, the nth; `via` is what stands at the end of its Via. */
ss_slice oc_request(proxy_rig *rig, const char *method, unsigned nth, const char *to_tag,
                    const char *via);
/** Another number for each call. */
unsigned oc_next(void);
/** Bob's answer, with these parameters in place of those that the proxy wrote. */
ss_slice oc_answer(proxy_rig *rig, const px_sent *to, unsigned status, const char *params);
/** A new request of Alice's: false when she is told 503 at once. */
bool oc_goes(proxy_rig *rig, const char *method, const char *to_tag);
/** A MESSAGE to Bob, answered 200 by that host with these parameters. */
void oc_told_by(proxy_rig *rig, const char *host, const char *params);
void oc_told(proxy_rig *rig, const char *params);
bool oc_contains(ss_slice text, const char *what);

#endif
