/* probing: how a host whose path_mtu is `probe` finds out what ways carry, RFC 8899 5.1: the timers, how often it asks, where it begins. */
#include "model.h"

#define AT(member) .offset = offsetof(sn_probing_spec, member)

static const sn_field fields[] = {
    { .key = "timer", .kind = SN_VALUE_TIME, AT(timer), .min = SS_S(1), .max = SS_S(600) },
    { .key = "probes", .kind = SN_VALUE_COUNT, AT(probes_max), .min = 1, .max = 20 },
    { .key = "base", .kind = SN_VALUE_BYTES, AT(base), .min = SN_PLPMTU_MIN, .max = 65535 },
    { .key = "confirm", .kind = SN_VALUE_TIME, AT(confirm), .min = SS_S(1), .max = SN_TIME_MAX },
    { .key = "raise", .kind = SN_VALUE_TIME, AT(raise), .min = SS_S(2), .max = SN_TIME_MAX },
};
static const sn_fields table = { "probing", fields, SS_COUNT(fields), NULL };

static void read_probing(sn_reading *r, const sn_item *value, void *at)
{
    const sn_probing_spec *spec = at;
    if (sn_fields_read(r, &table, 0, value, at) && spec->confirm >= spec->raise) {
        const bool says = sn_item_pair(value, "confirm") != NULL;
        sn_wrong(r, sn_item_place(value, says ? "confirm" : "raise"), NULL,
                 "confirm is not below raise: RFC 8899 5.1.1");
    }
}

static bool write_probing(sn_text *t, const void *at)
{
    sn_fields_write(t, &table, 0, at);
    return true;
}

const sn_codec sn_probing_codec = { read_probing, write_probing };

/* RFC8899:5.1.1 "larger than 15 seconds", 600 s; 5.1.2 three probes, 1200 bytes. */
sn_probing_spec sn_probing_default(void)
{
    return (sn_probing_spec){
        .timer = SS_S(16), .confirm = SS_S(60), .raise = SS_S(600), .base = 1200, .probes_max = 3
    };
}
