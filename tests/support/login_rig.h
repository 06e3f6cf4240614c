/* A user agent with a password on the bench of ua_rig.h: Alice is u7 of realm example.com, whose hosts are example.com and Carol's
 * 10.0.0.9; Carol challenges. */
#ifndef LOGIN_RIG_H
#define LOGIN_RIG_H

#include "crypto.h"
#include "ua_rig.h"

/** ua_start, and Alice has a password: "pw7". `auth` may be changed before the first challenge. */
ua_rig *login_start(void);
extern ss_ua_auth login_auth;
extern ss_credential login_credential;

/** A challenge line: "WWW-Authenticate: Digest realm=…" with CRLF, in memory of its own until login_start. */
const char *login_challenge(const char *field, const char *realm, const char *nonce,
                            const char *more);
/** The nth credentials that a request carries in a field; false when there are none. */
bool login_credentials(const ua_message *request, ss_hdr field, unsigned nth, ss_credentials *out);
/** They are those of u7 with pw7. */
bool login_is_right(const ua_message *request, const ss_credentials *c);
void login_register(ua_rig *rig, uint32_t expires_s);
uint32_t login_cseq(const ua_message *message);

#endif
