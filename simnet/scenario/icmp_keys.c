/* icmp: what a node tells by ICMP, what it lets through or hears, and how long it takes to tell. */
#include "model.h"

static const char *const words[] = { "unreachable", "too_big", "expired", NULL };
_Static_assert(SN_ICMP_OF_ALL == (1u << (SS_COUNT(words) - 1)) - 1, "a word for each bit");

static void read_kinds(sn_reading *r, const sn_item *value, void *at)
{
    unsigned kinds = 0;
    if (value->kind != SN_ITEM_LIST) {
        sn_wrong(r, value->place, "[unreachable, too_big, expired]",
                 "wrong type: a list of kinds of ICMP is wanted here, as in [unreachable]");
        return;
    }
    for (uint32_t i = 0; i < value->count; i++) {
        unsigned word = 0;
        const sn_item *item = value->pairs[i].value;
        if (!sn_value_word(r, item, words, &word)) {
            continue;
        }
        if ((kinds >> word & 1u) != 0) {
            sn_wrong(r, item->place, NULL, "%s is given twice", words[word]);
        }
        kinds |= 1u << word;
    }
    *(unsigned *)at = kinds;
}

static bool write_kinds(sn_text *t, const void *at)
{
    const unsigned kinds = *(const unsigned *)at;
    bool is_first = true;
    sn_text_put_str(t, "[");
    for (unsigned i = 0; words[i] != NULL; i++) {
        if ((kinds >> i & 1u) != 0) {
            sn_text_put_str(t, is_first ? "" : ", ");
            sn_text_put_str(t, words[i]);
            is_first = false;
        }
    }
    sn_text_put_str(t, "]");
    return true;
}

static const sn_codec kinds_codec = { read_kinds, write_kinds };

#define AT(member) .offset = offsetof(struct sn_icmp_entry, member)

static const sn_field fields[] = {
    { .key = "sends", .kind = SN_VALUE_SPECIAL, AT(sends), .codec = &kinds_codec },
    { .key = "passes", .kind = SN_VALUE_SPECIAL, AT(passes), .codec = &kinds_codec },
    { .key = "delay", .kind = SN_VALUE_TIME, AT(delay), .max = SN_TIME_MAX },
};
static const sn_fields table = { "icmp", fields, SS_COUNT(fields), NULL };

static void read_icmp(sn_reading *r, const sn_item *value, void *at)
{
    sn_fields_read(r, &table, 0, value, at);
}

static bool write_icmp(sn_text *t, const void *at)
{
    sn_fields_write(t, &table, 0, at);
    return true;
}

const sn_codec sn_icmp_codec = { read_icmp, write_icmp };
