/* The counts of sn_metrics one by one: what each is called and how two runs' worth of it add up. What is written to
 * files and read back, and the sums of a sweep, go by this table; a test holds it to have every byte of the struct. */
#include "sn/judge.h"

#include <stddef.h>

#define SIZE_OF(member) sizeof(((const sn_metrics *)0)->member)
/* clang-format off */
#define FIELD(what, size, member) \
    { #member, what, (uint32_t)offsetof(sn_metrics, member), (uint32_t)(SIZE_OF(member) / (size)) }
/* clang-format on */
#define COUNT(member)     FIELD(SN_FIELD_COUNT, sizeof(uint64_t), member) /* a ratio is two of them */
#define PEAK(member)      FIELD(SN_FIELD_PEAK, sizeof(uint64_t), member)
#define HISTOGRAM(member) FIELD(SN_FIELD_HISTOGRAM, sizeof(sn_histogram), member)

const sn_metrics_field sn_metrics_fields[] = {
    COUNT(attempts),
    COUNT(established),
    COUNT(redirected),
    COUNT(rejected_busy),
    COUNT(rejected_other),
    COUNT(timed_out),
    COUNT(cancelled),
    COUNT(blocked),
    COUNT(completed),
    COUNT(failed),
    COUNT(ira),
    COUNT(ser),
    COUNT(seer),
    COUNT(isa),
    COUNT(scr),
    HISTOGRAM(rrd),
    HISTOGRAM(srd_ok),
    HISTOGRAM(srd_fail),
    HISTOGRAM(sdd_ok),
    HISTOGRAM(sdd_fail),
    HISTOGRAM(sdt_ok),
    HISTOGRAM(sdt_fail),
    HISTOGRAM(pdd),
    HISTOGRAM(setup_to_ack),
    COUNT(registrations),
    COUNT(registrations_failed),
    COUNT(retransmits),
    HISTOGRAM(resend_after),
    COUNT(retransmits_answering),
    COUNT(timer_fired),
    COUNT(transactions_live),
    PEAK(transactions_peak),
    COUNT(dialogs_live),
    PEAK(dialogs_peak),
    COUNT(strays),
    COUNT(parse_errors),
    COUNT(overloads),
    COUNT(requests_sent),
    COUNT(responses_sent),
    COUNT(defence),
    COUNT(queue_came),
    COUNT(queue_refused),
    COUNT(queue_dropped),
    PEAK(queue_longest),
    HISTOGRAM(queue_wait),
    COUNT(held_back),
    COUNT(stream_messages_sent),
    COUNT(stream_messages_received),
    COUNT(connections_opened),
    COUNT(connections_refused),
    COUNT(connections_lost),
    COUNT(udp_to_tcp),
    COUNT(tcp_to_udp),
    COUNT(icmp_sent),
    COUNT(icmp_received),
    COUNT(datagrams_sent),
    COUNT(datagrams_received),
    COUNT(packets),
    COUNT(fragmented),
    COUNT(reassembled),
    COUNT(link_sent),
    COUNT(link_arrived),
    COUNT(link_duplicated),
    COUNT(link_reordered),
    COUNT(edited),
    PEAK(link_queue),
    HISTOGRAM(link_wait),
    COUNT(dropped),
    COUNT(facts),
};
const unsigned sn_metrics_field_count = SS_COUNT(sn_metrics_fields);

uint64_t *sn_metrics_counts(sn_metrics *m, const sn_metrics_field *field)
{
    return (uint64_t *)(void *)((char *)m + field->offset);
}

sn_histogram *sn_metrics_histograms(sn_metrics *m, const sn_metrics_field *field)
{
    return (sn_histogram *)(void *)((char *)m + field->offset);
}

static void add_field(sn_metrics *to, sn_metrics *from, const sn_metrics_field *field)
{
    for (uint32_t i = 0; i < field->length; i++) {
        if (field->kind == SN_FIELD_HISTOGRAM) {
            sn_histogram_merge(&sn_metrics_histograms(to, field)[i],
                               &sn_metrics_histograms(from, field)[i]);
            continue;
        }
        uint64_t *sum = &sn_metrics_counts(to, field)[i];
        const uint64_t more = sn_metrics_counts(from, field)[i];
        if (field->kind == SN_FIELD_COUNT) {
            *sum += more;
        } else if (more > *sum) {
            *sum = more;
        }
    }
}

void sn_metrics_add(sn_metrics *to, sn_metrics *from)
{
    for (unsigned i = 0; i < sn_metrics_field_count; i++) {
        add_field(to, from, &sn_metrics_fields[i]);
    }
}
