/* Hashes for tests: one ss_openssl for the life of the program. */
#ifndef CRYPTO_H
#define CRYPTO_H

#include "ss/auth.h"

const ss_crypto *test_crypto(void);

#endif
