/* OPTIONS (RFC 3261 11.2): the status that an INVITE would get, and what we can do. */
#include "ss/tag.h"
#include "usage.h"

bool ss_ua_is_busy(const ss_ua *ua)
{
    return ua->identity->lines != 0 && ua->calls >= ua->identity->lines;
}

/* RFC4412:4.4 of who understands them. */
static void put_priorities(const ss_visit *v, ss_buffer *b)
{
    if (ss_ua_has_option(v->ua, SS_LIT("resource-priority"))) {
        ss_put_header(b, SS_HDR_ACCEPT_RESOURCE_PRIORITY, SS_EMPTY);
        b->len -= b->overflow ? 0 : 2; /* before its line end */
        ss_put_priorities(b);
        ss_put_text(b, "\r\n");
    }
}

/* RFC3261:11 RFC3261:11.2 */
void ss_uas_options(const ss_visit *v, const ss_incoming *in)
{
    ss_name_addr to;
    const bool in_dialog = ss_msg_to(in->msg, &to) == SS_OK && ss_name_addr_tag(&to).len > 0;
    const unsigned status = !in_dialog && ss_ua_is_busy(v->ua) ? 486 : 200;
    char tag[SS_TAG_BYTES];
    ss_buffer tag_text = ss_buffer_on(tag, sizeof tag);
    ss_put_response_tag(v->core, &tag_text, in->msg);
    ss_buffer b = ss_ua_reply_begin(v, in->msg, status, ss_buffer_slice(&tag_text));
    if (status == 200) {
        ss_ua_put_ability(v, &b, SS_HDR_ALLOW);
        ss_ua_put_ability(v, &b, SS_HDR_ACCEPT);
        ss_put_header(&b, SS_HDR_ACCEPT_ENCODING, SS_LIT("identity"));
        ss_put_header(&b, SS_HDR_ACCEPT_LANGUAGE, SS_UA_LANGUAGE);
        ss_ua_put_ability(v, &b, SS_HDR_SUPPORTED);
        ss_ua_put_ability(v, &b, SS_HDR_ALLOW_EVENTS);
        put_priorities(v, &b);
    }
    (void)ss_ua_reply(v, in, ss_ua_reply_end(v, &b, SS_EMPTY, SS_EMPTY));
}

void ss_uas_options_inside(const ss_visit *v, const ss_incoming *in, ss_dialog *dialog)
{
    (void)dialog; /* 11.2: the same as outside, but that no line is asked for */
    ss_uas_options(v, in);
}
