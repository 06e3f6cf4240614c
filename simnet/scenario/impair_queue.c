/* queue: "100 packets", "64KB", none: how much may wait for the rate. */
#include "impairments.h"

static bool count_of_packets(ss_slice text, ss_slice *number)
{
    static const char *const units[] = { "packets", "packet" };
    for (size_t i = 0; i < SS_COUNT(units); i++) {
        const ss_slice u = ss_slice_from(units[i]);
        if (text.len > u.len && ss_slice_eq(ss_slice_cut(text, text.len - u.len, text.len), u)) {
            *number = ss_slice_trim(ss_slice_cut(text, 0, text.len - u.len));
            return true;
        }
    }
    return false;
}

static void read_queue(sn_reading *r, const sn_item *value, void *at)
{
    sn_link_params *link = at;
    sn_flaw flaw;
    ss_slice number = SS_EMPTY;
    uint64_t read = 0;
    if (!sn_value_is_scalar(r, value, "a number of packets, or a size")) {
        return;
    }
    if (sn_value_is_none(value)) {
        link->queue_packets = 0;
        link->queue_bytes = 0;
        return;
    }
    const bool packets = count_of_packets(value->text, &number);
    if (!(packets ? sn_quantity_count(number, &read, &flaw)
                  : sn_quantity_bytes(value->text, &read, &flaw))) {
        if (!packets && flaw.length == value->text.len && flaw.suggestion == NULL &&
            value->text.at[0] != '-') {
            flaw.message = "missing unit: write 100 packets or 64KB";
        }
        sn_value_flaw(r, value, &flaw);
    } else if (read == 0 || read > UINT32_MAX) {
        sn_wrong(r, value->place, NULL, "'%s': out of range: 1 to %u", sn_shown(r, value->text),
                 UINT32_MAX);
    } else {
        link->queue_packets = packets ? (uint32_t)read : 0;
        link->queue_bytes = packets ? 0 : (uint32_t)read;
    }
}

static bool write_queue(sn_text *t, const void *at)
{
    const sn_link_params *link = at;
    if (link->queue_packets == 0 && link->queue_bytes == 0) {
        sn_text_put_str(t, "none");
        return true;
    }
    sn_text_put_u64(t, link->queue_packets != 0 ? link->queue_packets : link->queue_bytes);
    sn_text_put_str(t, link->queue_packets != 0 ? " packets" : "B");
    return true;
}

const sn_codec sn_codec_queue = { read_queue, write_queue };
