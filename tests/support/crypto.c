/* See crypto.h. */
#include "crypto.h"

#include "check.h"
#include "ss/openssl.h"

const ss_crypto *test_crypto(void)
{
    static ss_openssl *openssl;
    static ss_crypto crypto;
    if (openssl == NULL) {
        openssl = ss_openssl_new();
        CHECK_NOT_NULL(openssl);
        crypto = ss_openssl_crypto(openssl);
    }
    return &crypto;
}
