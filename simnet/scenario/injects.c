/* injects: what a tap makes up and sends: {rate: 400/s, during: 10s..30s, from: 10.66.0.0/16, message: "OPTIONS sip:{target} SIP/2.0 …"}. */
#include "model.h"

#include <string.h>

/* Every {word} of the message is one that can be filled in. */
static void judge_message(sn_reading *r, const sn_item *value, const char *message)
{
    for (const char *c = message; *c != '\0'; c++) {
        const char *end = *c == '{' ? strchr(c, '}') : NULL;
        unsigned word;
        if (end == NULL) {
            continue;
        }
        const ss_slice text = { c + 1, (size_t)(end - c) - 1 };
        if (!sn_inject_word(text, &word)) {
            size_t count = 0;
            while (sn_inject_words[count] != NULL) {
                count++;
            }
            sn_wrong(r, value->place, sn_nearest(r, text, sn_inject_words, count),
                     "no word {%s} for a message", sn_shown(r, text));
        }
        c = end;
    }
}

static void read_message(sn_reading *r, const sn_item *value, void *at)
{
    const char **message = at;
    if (sn_value_text(r, value, 4000, message) && *message != NULL) {
        judge_message(r, value, *message);
    }
}

/* In double quotes, as no block has an end that survives every text. */
static bool write_message(sn_text *t, const void *at)
{
    sn_put_quoted(t, *(const char *const *)at);
    return true;
}

static const sn_codec message_codec = { read_message, write_message };

static void read_rate(sn_reading *r, const sn_item *value, void *at)
{
    sn_flaw flaw;
    bool is_poisson = false;
    if (!sn_value_is_scalar(r, value, "a rate of messages")) {
        return;
    }
    if (!sn_quantity_arrivals(value->text, &is_poisson, at, &flaw)) {
        sn_value_flaw(r, value, &flaw);
    } else if (is_poisson) {
        sn_wrong(r, value->place, NULL, "a tap injects evenly: 10/s, or every 100ms");
    }
}

static bool write_rate(sn_text *t, const void *at)
{
    sn_text_put_str(t, "every ");
    sn_quantity_put_time(t, *(const ss_span *)at);
    return true;
}

static const sn_codec rate_codec = { read_rate, write_rate };

#define AT(member) .offset = offsetof(sn_injects_entry, member)
static const sn_field fields[] = {
    { .key = "message",
      .kind = SN_VALUE_SPECIAL,
      .flags = SN_REQUIRED,
      AT(message),
      .codec = &message_codec },
    { .key = "rate",
      .kind = SN_VALUE_SPECIAL,
      .flags = SN_REQUIRED,
      AT(interval),
      .codec = &rate_codec },
    { .key = "during", .kind = SN_VALUE_SPECIAL, AT(during), .codec = &sn_window_codec },
    { .key = "limit",
      .kind = SN_VALUE_COUNT,
      .flags = SN_OR_NONE,
      AT(limit),
      .min = 1,
      .max = 20000000 },
    { .key = "from", .kind = SN_VALUE_SPECIAL, AT(net), .codec = &sn_net_codec },
};
#undef AT
static const sn_fields table = { "injects", fields, SS_COUNT(fields), NULL };

static void read_injects(sn_reading *r, const sn_item *value, void *at)
{
    if (!sn_value_is_none(value)) {
        (void)sn_fields_read(r, &table, 0, value, at);
    }
}

static bool write_injects(sn_text *t, const void *at)
{
    const sn_injects_entry *entry = at;
    if (entry->message == NULL) {
        sn_text_put_str(t, "none");
    } else {
        sn_fields_write(t, &table, 0, entry);
    }
    return true;
}

const sn_codec sn_injects_codec = { read_injects, write_injects };

sn_inject_spec sn_inject_of(const sn_injects_entry *entry, ss_span duration)
{
    return (sn_inject_spec){ .message = entry->message,
                             .start = entry->during.from,
                             .end = entry->during.to == 0 ? duration : entry->during.to,
                             .interval = entry->interval,
                             .limit = entry->limit,
                             .net = entry->net.address,
                             .net_bits = entry->net.bits };
}
