/* See oc_rig.h. */
#include "oc_rig.h"

#include <stdio.h>
#include <string.h>

static proxy_rig *start(ss_oc_algorithm first, ss_oc_algorithm second, const ss_queue_config *queue)
{
    proxy_rig *rig = px_new();
    rig->settings.overload_control[0] = (uint8_t)first;
    rig->settings.overload_control[1] = (uint8_t)second;
    rig->config.queue = queue;
    if (queue != NULL) {
        rig->settings.t1 = rig->settings.t2 = SS_S(20); /* few copies */
    }
    px_go(rig);
    return rig;
}

proxy_rig *oc_client(ss_oc_algorithm first, ss_oc_algorithm second)
{
    return start(first, second, NULL);
}

proxy_rig *oc_server(ss_oc_algorithm first, ss_oc_algorithm second)
{
    static ss_queue_config config;
    config = (ss_queue_config){ .workers = 1,
                                .bytes_max = 1u << 20,
                                .target = 900000,
                                .interval = SS_MS(100),
                                .validity = SS_MS(1000) };
    for (size_t i = 0; i < SS_CLASS_COUNT; i++) {
        config.classes[i].service = i == SS_CLASS_REFUSAL ? SS_MS(1) : SS_MS(10);
        config.classes[i].limit = 1000;
    }
    return start(first, second, &config);
}

ss_slice oc_request(proxy_rig *rig, const char *method, unsigned nth, const char *to_tag,
                    const char *via)
{
    return px_printf(rig,
                     "%s sip:bob@10.0.0.3 SIP/2.0\nVia: SIP/2.0/UDP " ALICE
                     ":5060;branch=z9hG4bKn%u%s\nMax-Forwards: 70\n"
                     "From: <sip:alice@example.com>;tag=a\nTo: <sip:bob@example.com>%s\n"
                     "Call-ID: c%u\nCSeq: 1 %s\nContent-Length: 0\n\n",
                     method, nth, via, to_tag, nth, method);
}

ss_slice oc_answer(proxy_rig *rig, const px_sent *to, unsigned status, const char *params)
{
    static const char written[] = ";oc;oc-algo=\"";
    static char text[4096];
    const ss_slice plain = px_reply(rig, to, status, "");
    snprintf(text, sizeof text, "%.*s", (int)plain.len, plain.at);
    char *at = strstr(text, written);
    CHECK_NOT_NULL(at);
    char rest[4096];
    snprintf(rest, sizeof rest, "%s", strchr(at + sizeof written - 1, '"') + 1);
    snprintf(at, sizeof text - (size_t)(at - text), "%s%s", params, rest);
    ss_buffer b = ss_buffer_on(rig->text_memory + rig->text_used, 8192);
    ss_put_text(&b, text);
    rig->text_used += b.len;
    return ss_buffer_slice(&b);
}

unsigned oc_next(void)
{
    static unsigned nth = 100000;
    return nth++;
}

bool oc_goes(proxy_rig *rig, const char *method, const char *to_tag)
{
    px_send(rig, ALICE, oc_request(rig, method, oc_next(), to_tag, ""));
    bool is_held = false;
    for (px_sent *s = px_take(rig); s != NULL; s = px_take(rig)) {
        is_held = is_held || ss_slice_starts(s->bytes, SS_LIT("SIP/2.0 503"));
    }
    return !is_held;
}

void oc_told_by(proxy_rig *rig, const char *host, const char *params)
{
    px_send(rig, ALICE, oc_request(rig, "MESSAGE", oc_next(), ";tag=b", ""));
    px_sent *sent = px_take(rig);
    CHECK_NOT_NULL(sent);
    CHECK(ss_slice_starts(sent->bytes, SS_LIT("MESSAGE")));
    px_send(rig, host, oc_answer(rig, sent, 200, params));
    while (px_take(rig) != NULL) {
    }
}

void oc_told(proxy_rig *rig, const char *params)
{
    oc_told_by(rig, BOB, params);
}

bool oc_contains(ss_slice text, const char *what)
{
    for (size_t i = 0; i + strlen(what) <= text.len; i++) {
        if (memcmp(text.at + i, what, strlen(what)) == 0) {
            return true;
        }
    }
    return false;
}
