/* ss/openssl.h: the hashes of ss_crypto over OpenSSL 3, in a library of its own beside libss. */
#ifndef SS_OPENSSL_H
#define SS_OPENSSL_H

#include "ss/auth.h"

/** Fetched algorithms and their contexts: of one thread at a time. It allocates here, and not while it hashes. */
typedef struct ss_openssl ss_openssl;

/** NULL without memory, or when OpenSSL lacks an algorithm. No configuration file and no environment is read. */
ss_openssl *ss_openssl_new(void);
void ss_openssl_free(ss_openssl *o);
/** Valid as long as `o` is. */
ss_crypto ss_openssl_crypto(ss_openssl *o);

#endif
