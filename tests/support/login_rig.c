/* See login_rig.h. */
#include "login_rig.h"

#include <stdio.h>

ss_ua_auth login_auth;
ss_credential login_credential;
static ss_ua_profile login_profile;
static char texts[64][512];
static size_t text_count;
static unsigned char parsed[65536];
static ss_arena parsed_arena;

ua_rig *login_start(void)
{
    static const ss_slice hosts[] = { SS_LIT_INIT("example.com"), SS_LIT_INIT("10.0.0.9") };
    ua_rig *rig = ua_start();
    text_count = 0;
    parsed_arena = (ss_arena){ .base = parsed, .cap = sizeof parsed };
    login_credential = (ss_credential){ .realm = SS_LIT("example.com"),
                                        .username = SS_LIT("u7"),
                                        .password = SS_LIT("pw7"),
                                        .hosts = hosts,
                                        .host_count = SS_COUNT(hosts) };
    login_auth = (ss_ua_auth){ .crypto = test_crypto(),
                               .credentials = &login_credential,
                               .credential_count = 1 };
    login_profile = (ss_ua_profile){ .auth = &login_auth };
    rig->identities[ALICE].profile = &login_profile;
    return rig;
}

const char *login_challenge(const char *field, const char *realm, const char *nonce,
                            const char *more)
{
    CHECK(text_count < SS_COUNT(texts));
    char *text = texts[text_count++];
    const int len = snprintf(text, sizeof texts[0], "%s: Digest realm=\"%s\", nonce=\"%s\"%s\r\n",
                             field, realm, nonce, more);
    CHECK(len > 0 && (size_t)len < sizeof texts[0]);
    return text;
}

bool login_credentials(const ua_message *request, ss_hdr field, unsigned nth, ss_credentials *out)
{
    CHECK_NOT_NULL(request);
    const ss_slice value = ss_msg_value(ua_parse(request), field, nth);
    return value.at != NULL && ss_credentials_parse(value, &parsed_arena, out) == SS_OK;
}

bool login_is_right(const ua_message *request, const ss_credentials *c)
{
    const ss_digest_hex ha1 = ss_digest_ha1(test_crypto(), ss_algorithm_hash(c->algorithm),
                                            SS_LIT("u7"), c->realm, SS_LIT("pw7"));
    return ss_slice_eq(c->username, SS_LIT("u7")) &&
           ss_protection_verify(test_crypto(), c, ua_parse(request), ss_digest_hex_slice(&ha1));
}

void login_register(ua_rig *rig, uint32_t expires_s)
{
    ss_command command = { .kind = SS_CMD_REGISTER, .cookie = 11, .expires_s = expires_s };
    CHECK_OK(ua_command(rig, ALICE, &command));
}

uint32_t login_cseq(const ua_message *message)
{
    ss_cseq cseq;
    CHECK_NOT_NULL(message);
    CHECK_OK(ss_msg_cseq(ua_parse(message), &cseq));
    return cseq.number;
}
