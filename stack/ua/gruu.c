/* The GRUUs of a user agent (RFC 5627 4.2, 4.4): what its registrar gave it with the last 2xx, one public URI and one temporary one at
 * most, and the Contact that they make of it. They are kept with the registration and end with it, so that none is used that was
 * learned by another; of several flows any one's will do. Who asks for none has no place for them.
 */
#include "usage.h"

#include <string.h>

enum { GRUU_BYTES_MAX = 512 }; /* of each: more is nothing to keep */

/* The two texts stand behind it. */
typedef struct gruus {
    ss_time until; /* the registration lasts */
    uint16_t public_len, temporary_len;
} gruus;

/* ---- learning ---- */

/* RFC5627:7 What is quoted there is a SIP URI. In the arena; SS_EMPTY: none, or nothing to use. */
static ss_slice read_uri(const ss_visit *v, const ss_name_addr *contact, ss_slice name)
{
    ss_slice text, gr;
    ss_uri uri;
    if (ss_params_get(contact->params, name, &text) != SS_OK || text.len < 2 || text.at[0] != '"' ||
        text.len > GRUU_BYTES_MAX) {
        return SS_EMPTY;
    }
    ss_buffer b = ss_buffer_open(v->turn->arena);
    for (size_t i = 1; i + 1 < text.len; i++) {
        i += text.at[i] == '\\' ? 1 : 0;
        ss_put_char(&b, text.at[i]);
    }
    const ss_slice plain = ss_buffer_keep(v->turn->arena, &b);
    const bool is_gruu = ss_uri_parse(plain, &uri) == SS_OK &&
                         (uri.scheme == SS_SCHEME_SIP || uri.scheme == SS_SCHEME_SIPS) &&
                         ss_params_get(uri.params, SS_LIT("gr"), &gr) == SS_OK;
    return is_gruu ? plain : SS_EMPTY;
}

void ss_ua_learn_gruus(const ss_visit *v, ss_blob *place, const ss_name_addr *contact,
                       uint32_t lasts_s)
{
    const ss_slice public = read_uri(v, contact, SS_LIT("pub-gruu"));
    const ss_slice temporary = read_uri(v, contact, SS_LIT("temp-gruu"));
    const gruus head = { .until = ss_time_after(v->turn->now, SS_S(lasts_s)),
                         .public_len = (uint16_t) public.len,
                         .temporary_len = (uint16_t)temporary.len };
    ss_core_drop(v->core, place);
    if (public.len + temporary.len == 0) {
        return;
    }
    ss_buffer b = ss_buffer_open(v->turn->arena);
    ss_put(&b, (ss_slice){ (const char *)&head, sizeof head });
    ss_put(&b, public);
    ss_put(&b, temporary);
    const ss_slice whole = ss_buffer_keep(v->turn->arena, &b);
    if (whole.len == 0 || ss_core_keep(v->core, whole, place) != SS_OK) {
        *place = (ss_blob){ 0 }; /* without room for them its address does */
    }
}

/* ---- using ---- */

/* The one that the identity is for; the other where that was not given. RFC5627:4.2 who lacks one may lack both */
static ss_slice choose(const ss_visit *v, ss_slice whole)
{
    gruus head;
    memcpy(&head, whole.at, sizeof head);
    if (head.until <= v->turn->now) {
        return SS_EMPTY; /* RFC5627:4.4 of a registration that has ended it is not used */
    }
    const size_t middle = sizeof head + head.public_len;
    const ss_slice public = ss_slice_cut(whole, sizeof head, middle);
    const ss_slice temporary = ss_slice_cut(whole, middle, middle + head.temporary_len);
    const bool hides = v->ua->identity->profile->gruu == SS_GRUU_USE_TEMPORARY;
    const bool is_public = hides ? temporary.len == 0 : public.len != 0;
    return is_public ? public : temporary;
}

/* RFC5630:5.1.1.4 only by the scheme that it is to be: the user agent is bound by no other. */
bool ss_ua_put_gruu(const ss_visit *v, ss_buffer *b, bool is_sips)
{
    const ss_ua_profile *profile = v->ua->identity->profile;
    if (profile == NULL || profile->gruu == SS_GRUU_USE_NONE) {
        return false;
    }
    for (uint8_t nth = 0;; nth++) {
        const ss_blob *place = ss_ua_register_gruus(v, nth);
        if (place == NULL) {
            return false;
        }
        const ss_slice whole = ss_blob_slice(&v->core->pools->store, *place);
        const ss_slice uri = whole.len == 0 ? SS_EMPTY : choose(v, whole);
        if (uri.len != 0 && ss_ua_is_sips(uri) == is_sips) {
            ss_put_char(b, '<');
            ss_put(b, uri);
            ss_put_char(b, '>');
            return true;
        }
    }
}
