/* sl/users.h: the users of a live registrar: no password, but the hash that stands for it in digest (RFC 7616 3.4.2), which is as
 * secret within its realm. One line for each user and algorithm:
 *
 *     # comment
 *     alice:example.com:SHA-256:<64 hexadecimal digits>
 *     alice:example.com:MD5:<32>
 */
#ifndef SL_USERS_H
#define SL_USERS_H

#include "ss/auth.h"

typedef struct sl_users sl_users;

/** Reads the text; borrowed for the call. NULL: *line (0: no memory) and *why, static, say what is wrong. */
sl_users *sl_users_read(ss_slice text, uint32_t *line, const char **why);
void sl_users_free(sl_users *u);
uint32_t sl_users_count(const sl_users *u);
/** The hash of a user, in hexadecimal; empty when there is none. Borrowed as long as the users are. */
ss_slice sl_users_find(const sl_users *u, ss_slice name, ss_slice realm, ss_slice algorithm);
/** Whether anybody has a line of that algorithm. */
bool sl_users_have(const sl_users *u, ss_algorithm algorithm);
/** Both lines of a user. */
void sl_users_put(ss_buffer *b, const ss_crypto *crypto, ss_slice name, ss_slice realm,
                  ss_slice password);

#endif
