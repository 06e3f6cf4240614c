/* The names of the metrics, as scenarios and results write them, in a fixed order: a table of what each is and where its
 * value stands. */
#include "sn/judge.h"

typedef enum measure { COUNT, RATIO, P50, P90, P99, MAX, MEAN } measure;

typedef struct row {
    const char *name;
    const char *sentence;
    size_t offset;
    measure measure;
} row;

#define COUNTED(name, field, sentence) { name, sentence, offsetof(sn_metrics, field), COUNT },
#define PARTS(name, field, sentence)   { name, sentence, offsetof(sn_metrics, field), RATIO },
#define SPREAD(name, field, sentence)                                                           \
    { name ".p50", sentence ": half of them take at most this", offsetof(sn_metrics, field),    \
      P50 },                                                                                    \
        { name ".p90", sentence ": nine in ten take at most this", offsetof(sn_metrics, field), \
          P90 },                                                                                \
        { name ".p99", sentence ": 99 in 100 take at most this", offsetof(sn_metrics, field),   \
          P99 },                                                                                \
        { name ".max", sentence ": the longest", offsetof(sn_metrics, field), MAX },            \
        { name ".mean", sentence ": on average", offsetof(sn_metrics, field), MEAN },
#define RESENT(letter, id) \
    COUNTED("retransmits." letter, retransmits[SS_TIMER_##id], "messages sent again by this timer")
#define FIRED(letter, id) \
    COUNTED("timer_fired." letter, timer_fired[SS_TIMER_##id], "times this timer fired")
#define DROPPED(cause, id) \
    COUNTED("dropped." cause, dropped[SN_CAUSE_##id], "packets that were dropped for this cause")
#define REQUESTS(method, id) \
    COUNTED("requests." method, requests_sent[SS_METHOD_##id], "requests sent, copies included")
#define DEFENCE(name, id, sentence) COUNTED("defence." name, defence[SS_DEFENCE_##id], sentence)
#define QUEUE(class, id)                                                                           \
    COUNTED("queue." class ".came", queue_came[SS_CLASS_##id],                                     \
            "messages of this class that came to a proxy with a queue")                            \
    COUNTED("queue." class ".refused", queue_refused[SS_CLASS_##id], "of those, refused with 503") \
    COUNTED("queue." class ".dropped", queue_dropped[SS_CLASS_##id], "of those, dropped")          \
    COUNTED("queue." class ".longest", queue_longest[SS_CLASS_##id],                               \
            "the most of this class that waited at one proxy")                                     \
    SPREAD("queue." class ".wait", queue_wait[SS_CLASS_##id],                                      \
           "from coming to a proxy with a queue until a worker takes it")
#define RESPONSES(class, nth) \
    COUNTED("responses." class, responses_sent[nth], "responses sent, copies included")

/* clang-format off */
static const row rows[] = {
    PARTS("ser", ser, "RFC 6076 4.6: INVITEs answered 200, of those that were not redirected")
    PARTS("seer", seer, "RFC 6076 4.7: INVITEs answered 200, 480, 486, 600 or 603, of those that were not redirected")
    PARTS("isa", isa, "RFC 6076 4.8: attempts that ended in 408, 500, 503 or 504")
    PARTS("scr", scr, "RFC 6076 4.9: attempts that became sessions and ended with an answered BYE")
    PARTS("ira", ira, "RFC 6076 4.2: registrations that failed")
    COUNTED("attempts", attempts, "calls placed")
    COUNTED("established", established, "calls answered with a 2xx")
    COUNTED("completed", completed, "established calls whose BYE was answered")
    COUNTED("failed", failed, "calls that ended for want of an answer: to the INVITE or to the BYE")
    COUNTED("redirected", redirected, "calls answered 3xx")
    COUNTED("rejected_busy", rejected_busy, "calls answered 486 or 600")
    COUNTED("rejected_other", rejected_other, "calls answered otherwise than 2xx, 3xx, 408, 486, 487 and 600")
    COUNTED("timed_out", timed_out, "calls that ended in 408")
    COUNTED("cancelled", cancelled, "calls given up by the caller before an answer")
    COUNTED("blocked", blocked, "calls that could not even start")
    SPREAD("rrd", rrd, "RFC 6076 4.1: first REGISTER to its 200")
    SPREAD("srd", srd_ok, "RFC 6076 4.3.1: INVITE to the first status, of calls that were answered")
    SPREAD("srd_fail", srd_fail, "RFC 6076 4.3.2: INVITE to the first status, of calls that failed")
    SPREAD("sdd", sdd_ok, "RFC 6076 4.4: BYE to its 2xx")
    SPREAD("sdd_fail", sdd_fail, "RFC 6076 4.4: BYE to its timeout")
    SPREAD("sdt", sdt_ok, "RFC 6076 4.5.1: 200 to the BYE, at the caller")
    SPREAD("sdt_fail", sdt_fail, "RFC 6076 4.5.2: 200 to the timeout of the BYE, at the caller")
    SPREAD("pdd", pdd, "INVITE to the first 18x")
    SPREAD("setup_to_ack", setup_to_ack, "INVITE leaving to the ACK's arrival at the callee")
    COUNTED("registrations", registrations, "registrations and refreshes that were accepted")
    COUNTED("registrations_failed", registrations_failed, "registrations and refreshes that were not")
    RESENT("a", A) RESENT("e", E) RESENT("g", G) RESENT("2xx", TWOXX) RESENT("reliable", RELIABLE)
    COUNTED("retransmits.answering", retransmits_answering, "messages sent again because a copy came")
    SPREAD("resend_after", resend_after, "how long a timer ran until a message went again")
    FIRED("a", A) FIRED("b", B) FIRED("c", C) FIRED("d", D) FIRED("e", E) FIRED("f", F) FIRED("g", G) FIRED("h", H)
    FIRED("i", I) FIRED("j", J) FIRED("k", K) FIRED("l", L) FIRED("m", M) FIRED("n", N)
    FIRED("trying", TRYING) FIRED("2xx", TWOXX) FIRED("2xx_end", TWOXX_END) FIRED("refresh", REFRESH) FIRED("ring", RING)
    FIRED("cancel", CANCEL) FIRED("glare", GLARE) FIRED("reliable", RELIABLE) FIRED("reliable_end", RELIABLE_END) FIRED("session", SESSION)
    COUNTED("transactions_live", transactions_live, "transactions alive at the end of the window")
    COUNTED("transactions_peak", transactions_peak, "the most transactions alive at once")
    COUNTED("dialogs_live", dialogs_live, "dialogs alive at the end of the window")
    COUNTED("dialogs_peak", dialogs_peak, "the most dialogs alive at once")
    COUNTED("strays", strays, "messages that nothing waited for")
    COUNTED("parse_errors", parse_errors, "messages refused")
    COUNTED("overloads", overloads, "what a quota refused: answered 503, or dropped")
    REQUESTS("invite", INVITE) REQUESTS("ack", ACK) REQUESTS("bye", BYE) REQUESTS("cancel", CANCEL)
    REQUESTS("register", REGISTER) REQUESTS("options", OPTIONS) REQUESTS("prack", PRACK) REQUESTS("update", UPDATE)
    REQUESTS("info", INFO) REQUESTS("message", MESSAGE) REQUESTS("subscribe", SUBSCRIBE) REQUESTS("notify", NOTIFY)
    REQUESTS("refer", REFER) REQUESTS("publish", PUBLISH) REQUESTS("other", OTHER)
    RESPONSES("1xx", 1) RESPONSES("2xx", 2) RESPONSES("3xx", 3) RESPONSES("4xx", 4) RESPONSES("5xx", 5) RESPONSES("6xx", 6)
    DEFENCE("blocked", BLOCKED, "messages that proxies did not hear, as their source was blocked")
    DEFENCE("source", SOURCE, "messages that they did not hear, as one source sent too many")
    DEFENCE("strangers", STRANGERS, "messages that they did not hear, as strangers sent too many")
    DEFENCE("aor", AOR, "requests that they did not serve, as strangers asked too much of one user")
    DEFENCE("blocks", BLOCKS, "times that a proxy blocked a source")
    QUEUE("priority", PRIORITY) QUEUE("response", RESPONSE) QUEUE("follow_up", FOLLOW_UP)
    QUEUE("invite", INVITE) QUEUE("other", OTHER)
    SPREAD("queue.refusal.wait", queue_wait[SS_CLASS_REFUSAL], "from coming to a proxy with a queue until a worker refuses it")
    COUNTED("held_back", held_back, "requests that were not sent, as the server had asked to send less: RFC 7339, RFC 7415")
    COUNTED("datagrams_sent", datagrams_sent, "UDP datagrams sent")
    COUNTED("datagrams_received", datagrams_received, "UDP datagrams that reached an app")
    COUNTED("stream_messages_sent", stream_messages_sent, "messages written on connections")
    COUNTED("stream_messages_received", stream_messages_received, "messages that came whole by connections")
    COUNTED("connections_opened", connections_opened, "connections that were asked for and opened")
    COUNTED("connections_refused", connections_refused, "connections that were asked for and refused")
    COUNTED("connections_lost", connections_lost, "connections that a peer reset, or that nobody answered")
    COUNTED("udp_to_tcp", udp_to_tcp, "requests that went by TCP for their size: RFC 3261 18.1.1")
    COUNTED("tcp_to_udp", tcp_to_udp, "of those, the ones that went over UDP after all, as the connection was refused")
    COUNTED("packets", packets, "IP packets and fragments that left their origin")
    COUNTED("fragmented", fragmented, "datagrams and packets that were cut")
    COUNTED("reassembled", reassembled, "datagrams put together from fragments")
    COUNTED("icmp_sent", icmp_sent, "times that a node told the source of a packet that it came to nothing")
    COUNTED("icmp_received", icmp_received, "times that the source heard of it")
    COUNTED("link_sent", link_sent, "packets that links took")
    COUNTED("link_arrived", link_arrived, "packets that came out of links")
    COUNTED("link_duplicated", link_duplicated, "copies that links made")
    COUNTED("link_reordered", link_reordered, "packets that jumped the queue")
    COUNTED("edited", edited, "messages that faults and links made others of")
    COUNTED("link_queue", link_queue, "the most packets that waited at one link")
    SPREAD("link_wait", link_wait, "until a link with a rate took up a packet")
    DROPPED("loss", LOSS) DROPPED("queue", QUEUE) DROPPED("mtu", MTU) DROPPED("ttl", TTL) DROPPED("no_route", NO_ROUTE)
    DROPPED("checksum", CHECKSUM) DROPPED("reassembly_timeout", REASSEMBLY_TIMEOUT)
    DROPPED("reassembly_full", REASSEMBLY_FULL) DROPPED("no_port", NO_PORT) DROPPED("down", DOWN) DROPPED("fault", FAULT)
    DROPPED("malformed", MALFORMED) DROPPED("filtered", FILTERED) DROPPED("forged", FORGED) DROPPED("black_hole", BLACK_HOLE) DROPPED("overlap", OVERLAP)
    DROPPED("queue_early", EARLY)
    COUNTED("facts", facts, "facts seen")
};
/* clang-format on */

static sn_unit unit_of(measure what)
{
    return what == COUNT ? SN_UNIT_COUNT : what == RATIO ? SN_UNIT_RATIO : SN_UNIT_TIME;
}

bool sn_metric_info_at(unsigned nth, sn_metric_info *out)
{
    if (nth >= SS_COUNT(rows)) {
        return false;
    }
    *out = (sn_metric_info){ rows[nth].name, unit_of(rows[nth].measure), rows[nth].sentence };
    return true;
}

static bool is_named(ss_slice name, const char *text)
{
    size_t at = 0;
    while (at < name.len && text[at] != '\0' && text[at] == name.at[at]) {
        at++;
    }
    return at == name.len && text[at] == '\0';
}

bool sn_metric_find(ss_slice name, unsigned *nth)
{
    for (unsigned i = 0; i < SS_COUNT(rows); i++) {
        if (is_named(name, rows[i].name)) {
            *nth = i;
            return true;
        }
    }
    return false;
}

/* Parts per million, rounded down: num is at most a count of calls, far below 2^44. */
static bool ratio_value(const sn_ratio *ratio, uint64_t *value)
{
    if (ratio->den == 0) {
        return false;
    }
    *value = ratio->num / ratio->den * 1000000 + ratio->num % ratio->den * 1000000 / ratio->den;
    return true;
}

static bool spread_value(const sn_histogram *h, measure what, uint64_t *value)
{
    if (h->count == 0) {
        return false;
    }
    switch (what) {
    case P50:
        *value = sn_histogram_quantile(h, 500000);
        break;
    case P90:
        *value = sn_histogram_quantile(h, 900000);
        break;
    case P99:
        *value = sn_histogram_quantile(h, 990000);
        break;
    case MAX:
        *value = h->max;
        break;
    default:
        *value = h->sum / h->count;
        break;
    }
    return true;
}

bool sn_metric_ratio(const sn_metrics *m, unsigned nth, sn_ratio *out)
{
    if (nth >= SS_COUNT(rows) || rows[nth].measure != RATIO) {
        return false;
    }
    *out = *(const sn_ratio *)(const void *)((const char *)m + rows[nth].offset);
    return true;
}

const sn_histogram *sn_metric_histogram(const sn_metrics *m, unsigned nth)
{
    if (nth >= SS_COUNT(rows) || rows[nth].measure == COUNT || rows[nth].measure == RATIO) {
        return NULL;
    }
    return (const sn_histogram *)(const void *)((const char *)m + rows[nth].offset);
}

bool sn_metric_value(const sn_metrics *m, unsigned nth, uint64_t *value)
{
    SS_ASSERT(nth < SS_COUNT(rows));
    const void *at = (const char *)m + rows[nth].offset;
    switch (rows[nth].measure) {
    case COUNT:
        *value = *(const uint64_t *)at;
        return true;
    case RATIO:
        return ratio_value(at, value);
    default:
        return spread_value(at, rows[nth].measure, value);
    }
}
