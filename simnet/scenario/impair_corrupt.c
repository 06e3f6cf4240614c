/* corrupt: "1%", which flips a bit, or {p: 1%, corr: 25%, mode: burst, bits: 12, checksum: ignore}. `mode: sip`
 * edits the message.  */
#include "impairments.h"

static const char *const mode_words[] = {
#define MODE_WORD(name, word) word,
    SN_DAMAGE_LIST(MODE_WORD) NULL
};

typedef struct corrupt_record {
    sn_chance chance;
    unsigned mode;
    uint32_t bits;
    unsigned checksum;
} corrupt_record;

#define AT(member) .offset = offsetof(corrupt_record, member)

enum { VERIFY, IGNORE };
static const char *const checksum_words[] = { "verify", "ignore", NULL };

static const sn_field corrupt_fields[] = {
    { .key = "p", .kind = SN_VALUE_PROB, .flags = SN_REQUIRED, AT(chance.p) },
    { .key = "corr", .kind = SN_VALUE_PROB, AT(chance.corr) },
    { .key = "mode", .kind = SN_VALUE_WORD, AT(mode), .words = mode_words },
    { .key = "checksum", .kind = SN_VALUE_WORD, AT(checksum), .words = checksum_words },
    { .key = "bits", .kind = SN_VALUE_COUNT, AT(bits), .min = 2, .max = SN_BURST_MAX },
};
static const sn_fields corrupt_table = { "corrupt", corrupt_fields, SS_COUNT(corrupt_fields),
                                         NULL };

static void judge_corrupt(sn_reading *r, const sn_item *value, const corrupt_record *read)
{
    const sn_pair *bits = sn_item_pair(value, "bits"), *sum = sn_item_pair(value, "checksum");
    if (bits != NULL && read->mode != SN_DAMAGE_BURST) {
        sn_wrong(r, bits->key->place, NULL, "'bits' is the length of a burst");
    }
    if (sum != NULL && read->mode == SN_DAMAGE_SIP && read->checksum == VERIFY) {
        sn_wrong(r, sum->value->place, "ignore",
                 "the checksum of a message that was edited is always right");
    }
}

static void read_corrupt(sn_reading *r, const sn_item *value, void *at)
{
    corrupt_record read = { .bits = 8 };
    if (value->kind != SN_ITEM_MAP) {
        sn_value_prob(r, value, &read.chance.p);
    } else if (sn_fields_read(r, &corrupt_table, 0, value, &read)) {
        judge_corrupt(r, value, &read);
    }
    *(sn_damage *)at =
        (sn_damage){ .chance = read.chance,
                     .kind = read.mode,
                     .burst = read.bits,
                     .is_read = read.checksum == IGNORE || read.mode == SN_DAMAGE_SIP };
}

static bool write_corrupt(sn_text *t, const void *at)
{
    const sn_damage *damage = at;
    const bool is_burst = damage->kind == SN_DAMAGE_BURST;
    const corrupt_record record = { damage->chance, damage->kind, damage->burst,
                                    damage->is_read ? IGNORE : VERIFY };
    const sn_fields table = { "corrupt", corrupt_fields, is_burst ? 5 : 4, NULL };
    if (damage->kind == SN_DAMAGE_BIT && damage->chance.corr == 0 && !damage->is_read) {
        sn_quantity_put_prob(t, damage->chance.p);
    } else {
        sn_fields_write(t, &table, 0, &record);
    }
    return true;
}

const sn_codec sn_codec_corrupt = { read_corrupt, write_corrupt };
