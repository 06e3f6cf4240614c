/* live/listen.c: where to listen, as users write it. */
#include "check.h"
#include "sl/site.h"

TEST(places_to_listen_at_are_read_and_printed)
{
    static const struct {
        const char *text, *printed;
        ss_transport transport;
    } good[] = {
        { "udp:127.0.0.1:5070", "udp:127.0.0.1:5070", SS_TRANSPORT_UDP },
        { "tcp:127.0.0.1:0", "tcp:127.0.0.1:0", SS_TRANSPORT_TCP },
        { "UDP:10.0.0.1", "udp:10.0.0.1:5060", SS_TRANSPORT_UDP },
        { "tcp:[::1]:5061", "tcp:[::1]:5061", SS_TRANSPORT_TCP },
        { "udp:[2001:db8::7]", "udp:[2001:db8::7]:5060", SS_TRANSPORT_UDP },
    };
    for (size_t i = 0; i < SS_COUNT(good); i++) {
        sl_listen l = { 0 };
        const char *why;
        char text[100];
        ss_buffer b = ss_buffer_on(text, sizeof text);
        CHECK(sl_listen_parse(ss_slice_from(good[i].text), &l, &why));
        CHECK_EQ(l.transport, good[i].transport);
        sl_put_listen(&b, &l);
        CHECK(ss_slice_eq(ss_buffer_slice(&b), ss_slice_from(good[i].printed)));
    }
}

TEST(what_is_no_place_to_listen_at_is_refused_with_a_sentence)
{
    static const char *const bad[] = { "",
                                       ":",
                                       "udp",
                                       "udp:",
                                       "127.0.0.1:5060",
                                       "tls:127.0.0.1:5061",
                                       "udp:127.0.0.1:65536",
                                       "udp:127.0.0.1:x",
                                       "udp:127.0.0.1:5060:1",
                                       "udp:[::1]x",
                                       "udp:localhost:5060",
                                       "udp:0.0.0.0:5060",
                                       "tcp:[::]:5060" };
    for (size_t i = 0; i < SS_COUNT(bad); i++) {
        sl_listen l = { 0 };
        const char *why = NULL;
        CHECK(!sl_listen_parse(ss_slice_from(bad[i]), &l, &why));
        CHECK_NOT_NULL(why);
    }
}
