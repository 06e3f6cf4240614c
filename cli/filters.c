/* --pcap, --events and --hep: which packets and events are written. */
#include "filters.h"

#include <string.h>

/* The word of a filter that was probably meant, "first" of "frist:7"; NULL: none. */
static const char *meant_by(const char *typed)
{
    static const char *const words[] = { "off",  "all",  "first", "calls",
                                         "call", "node", "link",  NULL };
    char word[16];
    const size_t len = strcspn(typed, ":");
    if (len >= sizeof word) {
        return NULL;
    }
    memcpy(word, typed, len);
    word[len] = '\0';
    const char *meant = cli_nearest(word, words);
    return meant != NULL && strcmp(meant, word) == 0 ? NULL : meant;
}

/* `usual`: when it was not asked for. */
static rp_status parse_filter(const cli_args *args, cli_option_id id, sn_capture_kind usual,
                              sn_capture_filter *filter)
{
    *filter = (sn_capture_filter){ .kind = usual };
    if (!args->given[id]) {
        return RP_OK;
    }
    const char *why = "";
    const ss_slice text = ss_slice_from(args->value[id]);
    if ((id == CLI_EVENTS ? sn_events_filter_parse(text, filter, &why)
                          : sn_capture_filter_parse(text, filter, &why)) == SS_OK) {
        return RP_OK;
    }
    const char *meant = meant_by(args->value[id]);
    cli_say("--%s %.60s: %s%s%s%s", cli_option_of(id)->name, args->value[id], why,
            meant == NULL ? "" : "; did you mean ", meant == NULL ? "" : meant,
            meant == NULL ? "" : "?");
    return RP_USAGE;
}

rp_status cli_tapes_parse(const cli_args *args, cli_tapes *tapes)
{
    rp_status status = parse_filter(args, CLI_PCAP, SN_CAPTURE_ALL, &tapes->pcap);
    if (status == RP_OK) {
        status = parse_filter(args, CLI_EVENTS, SN_CAPTURE_ALL, &tapes->events);
    }
    if (status == RP_OK) {
        status = parse_filter(args, CLI_HEP, SN_CAPTURE_OFF, &tapes->hep);
    }
    const bool has_events = tapes->events.kind != SN_CAPTURE_OFF;
    tapes->spans.kind = has_events ? SN_CAPTURE_ALL : SN_CAPTURE_OFF;
    return status;
}
