/* See events_rig.h. */
#include "events_rig.h"

#include <stdio.h>
#include <string.h>

static char text[16384];

bool ev_has(const ua_message *message, const char *piece)
{
    CHECK_NOT_NULL(message);
    CHECK(message->bytes.len < sizeof text);
    memcpy(text, message->bytes.at, message->bytes.len);
    text[message->bytes.len] = '\0';
    return strstr(text, piece) != NULL;
}

static void put_end(char *at, size_t room, const char *type, const char *body)
{
    if (type == NULL) {
        snprintf(at, room, "Content-Length: 0\r\n\r\n");
    } else {
        snprintf(at, room, "Content-Type: %s\r\nContent-Length: %zu\r\n\r\n%s", type, strlen(body),
                 body);
    }
}

void ev_carol_sends(ua_rig *rig, int to, const char *method, const char *call_id, unsigned cseq,
                    const char *more, const char *type, const char *body)
{
    const char *name = to == ALICE ? "alice" : "bob";
    int len = snprintf(text, sizeof text,
                       "%s sip:%s@10.0.0.%d:5060 SIP/2.0\r\nVia: SIP/2.0/UDP "
                       "10.0.0.9:5060;branch=z9hG4bK%s%u\r\nMax-Forwards: 70\r\n"
                       "From: <sip:carol@example.com>;tag=c\r\nTo: <sip:%s@example.com>\r\n"
                       "Call-ID: %s\r\nCSeq: %u %s\r\n%s",
                       method, name, to + 1, call_id, cseq, name, call_id, cseq, method, more);
    put_end(text + len, sizeof text - (size_t)len, type, body);
    CHECK_OK(ua_inject_text(rig, to, text));
}

void ev_carol_notifies(ua_rig *rig, const ua_message *made_by, const char *tag, unsigned cseq,
                       const char *more, const char *body)
{
    ss_name_addr from;
    const ss_msg *request = ua_parse(made_by);
    CHECK_OK(ss_msg_from(request, &from));
    const ss_slice own = ss_name_addr_tag(&from);
    const ss_slice id = ss_msg_call_id(request);
    int len = snprintf(text, sizeof text,
                       "NOTIFY sip:alice@10.0.0.1:5060 SIP/2.0\r\nVia: SIP/2.0/UDP "
                       "10.0.0.9:5060;branch=z9hG4bK%s%u\r\nMax-Forwards: 70\r\n"
                       "From: <sip:carol@example.com>;tag=%s\r\n"
                       "To: <sip:alice@example.com>;tag=%.*s\r\nCall-ID: %.*s\r\n"
                       "CSeq: %u NOTIFY\r\nContact: <sip:carol@10.0.0.9>\r\n%s",
                       tag, cseq, tag, (int)own.len, own.at, (int)id.len, id.at, cseq, more);
    put_end(text + len, sizeof text - (size_t)len, body[0] == '\0' ? NULL : "message/sipfrag",
            body);
    CHECK_OK(ua_inject_text(rig, ALICE, text));
}

const char *ev_to_tag(const ua_message *message)
{
    static char tag[64];
    ss_name_addr to;
    CHECK_OK(ss_msg_to(ua_parse(message), &to));
    const ss_slice found = ss_name_addr_tag(&to);
    snprintf(tag, sizeof tag, "%.*s", (int)found.len, found.at);
    return tag;
}
