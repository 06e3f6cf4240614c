/* reassembly: what a host does about datagrams in pieces: how long it waits, what of bytes that came twice stays, how many it keeps. */
#include "model.h"

/* In the order of sn_overlap. */
static const char *const overlap_words[] = { "first", "last", "drop", NULL };
_Static_assert(SN_OVERLAP_DROP == 2, "a word for each");

#define AT(member) .offset = offsetof(struct sn_reassembly_entry, member)

static const sn_field fields[] = {
    { .key = "timeout", .kind = SN_VALUE_TIME, AT(span), .min = 1, .max = SN_TIME_MAX },
    { .key = "timeout6", .kind = SN_VALUE_TIME, AT(span6), .min = 1, .max = SN_TIME_MAX },
    { .key = "overlap", .kind = SN_VALUE_WORD, AT(overlap), .words = overlap_words },
    { .key = "datagrams",
      .kind = SN_VALUE_COUNT,
      AT(datagrams),
      .min = 1,
      .max = SN_REASSEMBLY_RULE_MAX },
    { .key = "bytes",
      .kind = SN_VALUE_BYTES,
      AT(bytes),
      .min = SN_REASSEMBLY_BLOCK,
      .max = SN_REASSEMBLY_RULE_MAX * (uint64_t)SN_REASSEMBLY_BLOCK },
};
static const sn_fields table = { "reassembly", fields, SS_COUNT(fields), NULL };

static void read_reassembly(sn_reading *r, const sn_item *value, void *at)
{
    sn_fields_read(r, &table, 0, value, at);
}

static bool write_reassembly(sn_text *t, const void *at)
{
    sn_fields_write(t, &table, 0, at);
    return true;
}

const sn_codec sn_reassembly_codec = { read_reassembly, write_reassembly };

struct sn_reassembly_entry sn_reassembly_default(void)
{
    return (struct sn_reassembly_entry){ .span = SN_REASSEMBLY_SPAN,
                                         .span6 = SN_REASSEMBLY6_SPAN,
                                         .datagrams = SN_REASSEMBLY_MAX,
                                         .bytes = SN_REASSEMBLY_BYTES_MAX };
}

sn_reassembly_rules sn_reassembly_of(const struct sn_reassembly_entry *entry)
{
    return (sn_reassembly_rules){ .span = entry->span,
                                  .span6 = entry->span6,
                                  .datagrams = entry->datagrams,
                                  .bytes = entry->bytes,
                                  .overlap = (sn_overlap)entry->overlap };
}
