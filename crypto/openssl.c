/* ss_crypto over OpenSSL 3: algorithms are fetched once, from a library context of our own, so that neither openssl.cnf nor the
 * environment has a say in what a run does. */
#include "ss/openssl.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdlib.h>

struct ss_openssl {
    OSSL_LIB_CTX *library;
    EVP_MD *hashes[SS_HASH_COUNT];
    EVP_MD_CTX *contexts[SS_HASH_COUNT];
    EVP_MAC *mac;
    EVP_MAC_CTX *mac_context;
};

static bool fetch_hashes(ss_openssl *o)
{
    static const char *const names[SS_HASH_COUNT] = { "MD5", "SHA2-256", "SHA2-512/256" };
    for (unsigned i = 0; i < SS_HASH_COUNT; i++) {
        o->hashes[i] = EVP_MD_fetch(o->library, names[i], NULL);
        o->contexts[i] = EVP_MD_CTX_new();
        if (o->hashes[i] == NULL || o->contexts[i] == NULL ||
            EVP_DigestInit_ex2(o->contexts[i], o->hashes[i], NULL) != 1) {
            return false;
        }
    }
    return true;
}

static bool fetch_mac(ss_openssl *o)
{
    char digest[] = "SHA2-256";
    const OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest,
                                                                   0),
                                  OSSL_PARAM_construct_end() };
    static const unsigned char no_key[32] = { 0 };
    o->mac = EVP_MAC_fetch(o->library, "HMAC", NULL);
    o->mac_context = o->mac == NULL ? NULL : EVP_MAC_CTX_new(o->mac);
    return o->mac_context != NULL &&
           EVP_MAC_init(o->mac_context, no_key, sizeof no_key, params) == 1;
}

ss_openssl *ss_openssl_new(void)
{
    ss_openssl *o = calloc(1, sizeof *o);
    if (o == NULL) {
        return NULL;
    }
    o->library = OSSL_LIB_CTX_new();
    if (o->library == NULL || !fetch_hashes(o) || !fetch_mac(o)) {
        ss_openssl_free(o);
        return NULL;
    }
    return o;
}

void ss_openssl_free(ss_openssl *o)
{
    if (o == NULL) {
        return;
    }
    EVP_MAC_CTX_free(o->mac_context);
    EVP_MAC_free(o->mac);
    for (unsigned i = 0; i < SS_HASH_COUNT; i++) {
        EVP_MD_CTX_free(o->contexts[i]);
        EVP_MD_free(o->hashes[i]);
    }
    OSSL_LIB_CTX_free(o->library);
    free(o);
}

/* The contexts have their algorithm, so nothing here allocates; what fails all the same is a broken library. */
static void hash(void *self, ss_hash which, const ss_slice *parts, size_t count, unsigned char *out)
{
    const ss_openssl *o = self;
    EVP_MD_CTX *context = o->contexts[which];
    bool ok = EVP_DigestInit_ex2(context, NULL, NULL) == 1;
    for (size_t i = 0; i < count; i++) {
        ok = ok && EVP_DigestUpdate(context, parts[i].at, parts[i].len) == 1;
    }
    ok = ok && EVP_DigestFinal_ex(context, out, NULL) == 1;
    SS_ASSERT(ok);
}

static void hmac(void *self, ss_slice key, const ss_slice *parts, size_t count, unsigned char *out)
{
    const ss_openssl *o = self;
    size_t len = 0;
    bool ok = EVP_MAC_init(o->mac_context, (const unsigned char *)key.at, key.len, NULL) == 1;
    for (size_t i = 0; i < count; i++) {
        ok = ok &&
             EVP_MAC_update(o->mac_context, (const unsigned char *)parts[i].at, parts[i].len) == 1;
    }
    ok = ok && EVP_MAC_final(o->mac_context, out, &len, SS_HASH_BYTES_MAX) == 1;
    SS_ASSERT(ok);
}

ss_crypto ss_openssl_crypto(ss_openssl *o)
{
    return (ss_crypto){ .self = o, .hash = hash, .hmac = hmac };
}
