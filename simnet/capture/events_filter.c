/* What --events has beside the words of --pcap: kinds of events, and a window of time. They stand behind the other words, or alone. */
#include "sn/capture.h"

static const struct {
    const char *word;
    uint32_t bit;
} kinds[] = { { "message", SN_EVENTS_MESSAGE }, { "packet", SN_EVENTS_PACKET },
              { "link", SN_EVENTS_LINK },       { "note", SN_EVENTS_NOTE },
              { "timer", SN_EVENTS_TIMER },     { "state", SN_EVENTS_STATE },
              { "call", SN_EVENTS_CALL },       { "connection", SN_EVENTS_CONNECTION },
              { "icmp", SN_EVENTS_ICMP } };

static bool parse_kind(ss_slice word, sn_capture_filter *f, const char **why)
{
    for (size_t i = 0; i < SS_COUNT(kinds); i++) {
        if (ss_slice_eq(word, ss_slice_from(kinds[i].word))) {
            f->kinds |= kinds[i].bit;
            return true;
        }
    }
    *why = "a kind is message, packet, link, note, timer, state, call, connection or icmp";
    return false;
}

static bool parse_time(ss_slice word, ss_time *at, const char **why)
{
    static const struct {
        const char *word;
        uint64_t is;
    } units[] = { { "ms", SS_MS(1) }, { "s", SS_S(1) }, { "min", SS_S(60) }, { "h", SS_S(3600) } };
    size_t digits = 0;
    while (digits < word.len && word.at[digits] >= '0' && word.at[digits] <= '9') {
        digits++;
    }
    uint64_t number = 0;
    for (size_t i = 0; i < SS_COUNT(units); i++) {
        if (ss_slice_eq(ss_slice_cut(word, digits, word.len), ss_slice_from(units[i].word)) &&
            ss_slice_to_u64(ss_slice_cut(word, 0, digits), UINT64_MAX / 4 / units[i].is, &number) ==
                SS_OK) {
            *at = number * units[i].is;
            return true;
        }
    }
    *why = "an instant is wanted after from: and to:, as 500ms, 10s, 2min or 1h";
    return false;
}

/* False: it is one of --pcap's; *is_well false: one of ours, and wrong. */
static bool take_word(ss_slice word, sn_capture_filter *f, bool *is_well, const char **why)
{
    if (ss_slice_starts(word, SS_LIT("kind:"))) {
        *is_well = parse_kind(ss_slice_cut(word, 5, word.len), f, why);
    } else if (ss_slice_starts(word, SS_LIT("from:"))) {
        *is_well = parse_time(ss_slice_cut(word, 5, word.len), &f->from, why);
    } else if (ss_slice_starts(word, SS_LIT("to:"))) {
        *is_well = parse_time(ss_slice_cut(word, 3, word.len), &f->to, why);
    } else {
        return false;
    }
    return true;
}

/* From its end on: a Call-ID may have commas in it. */
ss_status sn_events_filter_parse(ss_slice text, sn_capture_filter *filter, const char **why)
{
    sn_capture_filter more = { .kind = SN_CAPTURE_ALL };
    bool is_well = true, is_ours = true;
    while (is_ours && is_well && text.len != 0) {
        size_t at = text.len;
        while (at > 0 && text.at[at - 1] != ',') {
            at--;
        }
        is_ours = take_word(ss_slice_cut(text, at, text.len), &more, &is_well, why);
        text = is_ours ? ss_slice_cut(text, 0, at == 0 ? 0 : at - 1) : text;
    }
    if (!is_well) {
        return SS_ERR_SYNTAX;
    }
    if (more.to != 0 && more.to <= more.from) {
        *why = "to: is not behind from:";
        return SS_ERR_SYNTAX;
    }
    *filter = (sn_capture_filter){ .kind = SN_CAPTURE_ALL };
    const bool is_alone = text.len == 0 && (more.kinds != 0 || more.from != 0 || more.to != 0);
    const ss_status status = is_alone ? SS_OK : sn_capture_filter_parse(text, filter, why);
    filter->from = more.from;
    filter->to = more.to;
    filter->kinds = more.kinds;
    return status;
}

static uint32_t kind_of_note(const ss_note *n)
{
    switch (n->kind) {
    case SS_NOTE_TIMER:
        return SN_EVENTS_NOTE | SN_EVENTS_TIMER;
    case SS_NOTE_TXN:
    case SS_NOTE_DIALOG:
    case SS_NOTE_SUBSCRIPTION:
        return SN_EVENTS_NOTE | SN_EVENTS_STATE;
    default:
        return SN_EVENTS_NOTE;
    }
}

static uint32_t kind_of(const sn_fact *f)
{
    switch (f->kind) {
    case SN_FACT_DATAGRAM_SENT:
    case SN_FACT_DATAGRAM_RECEIVED:
    case SN_FACT_STREAM_SENT:
    case SN_FACT_STREAM_RECEIVED:
    case SN_FACT_SERVED:
    case SN_FACT_EDITED:
        return SN_EVENTS_MESSAGE;
    case SN_FACT_LINK_SENT:
    case SN_FACT_LINK_DROPPED:
    case SN_FACT_LINK_DUPLICATED:
    case SN_FACT_LINK_REORDERED:
    case SN_FACT_LINK_ARRIVED:
        return SN_EVENTS_LINK;
    case SN_FACT_NOTE:
        return kind_of_note(&f->note);
    case SN_FACT_CALL:
    case SN_FACT_REGISTRATION:
        return SN_EVENTS_CALL;
    case SN_FACT_CONNECTION:
        return SN_EVENTS_CONNECTION;
    case SN_FACT_ICMP_SENT:
    case SN_FACT_ICMP_RECEIVED:
        return SN_EVENTS_ICMP;
    case SN_FACT_LEFT:
        return 0;
    default:
        return SN_EVENTS_PACKET;
    }
}

bool sn_events_filter_takes(const sn_capture_filter *filter, const sn_fact *fact)
{
    const bool is_then =
        fact->key.at >= filter->from && (filter->to == 0 || fact->key.at < filter->to);
    return is_then && (filter->kinds == 0 || (filter->kinds & kind_of(fact)) != 0);
}
