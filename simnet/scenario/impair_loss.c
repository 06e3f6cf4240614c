/* loss: "2%", or a mapping with one model in it: {p: 2%, corr: 25%}, {state: {p13: 1%}}, {gemodel: {p: 1%, r: 20%}},
 * {mask: "0b0010"}, {index: [1, 3]}; and a cap for any of them.
 */
#include "impairments.h"

enum { INDEX_MAX = 4096, MASK_MAX = 64 };

#define PROB(record, member, as, needed)                                                      \
    {                                                                                         \
        .key = as, .kind = SN_VALUE_PROB, .offset = offsetof(record, member), .flags = needed \
    }

/* netem's defaults: what is not said follows from what is. */
static void complement(const sn_item *map, const char *key, sn_prob *p, sn_prob of)
{
    if (sn_item_pair(map, key) == NULL) {
        *p = SN_ALWAYS - of;
    }
}

static void at_most_one(sn_reading *r, const sn_item *map, const char *key, const char *with,
                        sn_prob sum)
{
    if (sum > SN_ALWAYS) {
        sn_wrong(r, sn_item_place(map, key), NULL, "%s and %s are more than 100%% together", key,
                 with);
    }
}

/* ---- state ---- */

static const sn_field state_fields[] = {
    PROB(sn_loss_chain, p13, "p13", SN_REQUIRED), PROB(sn_loss_chain, p31, "p31", 0),
    PROB(sn_loss_chain, p32, "p32", 0),           PROB(sn_loss_chain, p23, "p23", 0),
    PROB(sn_loss_chain, p14, "p14", 0),
};
static const sn_fields state_table = { "loss by state", state_fields, SS_COUNT(state_fields),
                                       NULL };

static void read_state(sn_reading *r, const sn_item *value, void *at)
{
    sn_loss_chain read = { .p23 = SN_ALWAYS };
    const uint64_t before = r->mistake_count;
    if (sn_fields_read(r, &state_table, 0, value, &read) && r->mistake_count == before) {
        complement(value, "p31", &read.p31, read.p13);
        at_most_one(r, value, "p14", "p13", read.p13 + read.p14);
        at_most_one(r, value, "p32", "p31", read.p31 + read.p32);
    }
    *(sn_loss_chain *)at = read;
}

static bool write_state(sn_text *t, const void *at)
{
    sn_fields_write(t, &state_table, 0, at);
    return true;
}

static const sn_codec state_codec = { read_state, write_state };

/* ---- gemodel ---- */

static const sn_field ge_fields[] = {
    PROB(sn_loss_ge, p, "p", SN_REQUIRED),
    PROB(sn_loss_ge, r, "r", 0),
    PROB(sn_loss_ge, bad, "bad", 0),
    PROB(sn_loss_ge, good, "good", 0),
};
static const sn_fields ge_table = { "loss by gemodel", ge_fields, SS_COUNT(ge_fields), NULL };

static void read_ge(sn_reading *r, const sn_item *value, void *at)
{
    sn_loss_ge read = { .bad = SN_ALWAYS };
    if (sn_fields_read(r, &ge_table, 0, value, &read)) {
        complement(value, "r", &read.r, read.p);
    }
    *(sn_loss_ge *)at = read;
}

static bool write_ge(sn_text *t, const void *at)
{
    sn_fields_write(t, &ge_table, 0, at);
    return true;
}

static const sn_codec ge_codec = { read_ge, write_ge };

/* ---- mask ---- */

static void read_mask(sn_reading *r, const sn_item *value, void *at)
{
    sn_loss_mask *mask = at;
    if (!sn_value_is_scalar(r, value, "a mask, as 0b0010,")) {
        return;
    }
    const ss_slice text = value->text;
    const bool is_one =
        text.len > 2 && text.len <= MASK_MAX + 2 && text.at[0] == '0' && text.at[1] == 'b';
    for (size_t i = 2; is_one && i < text.len; i++) {
        if (text.at[i] != '0' && text.at[i] != '1') {
            sn_wrong(r, sn_item_part(value, i, 1), NULL, "a mask is made of 0 and 1");
            return;
        }
        mask->bits |= (uint64_t)(text.at[i] == '1') << (i - 2);
        mask->count++;
    }
    if (!is_one) {
        sn_wrong(r, value->place, NULL, "'%s' is no mask: write 0b and up to %d digits 0 or 1",
                 sn_shown(r, text), MASK_MAX);
    }
}

static bool write_mask(sn_text *t, const void *at)
{
    const sn_loss_mask *mask = at;
    sn_text_put_str(t, "\"0b");
    for (uint32_t i = 0; i < mask->count; i++) {
        sn_text_put_str(t, (mask->bits >> i & 1u) != 0 ? "1" : "0");
    }
    sn_text_put_str(t, "\"");
    return true;
}

static const sn_codec mask_codec = { read_mask, write_mask };

/* ---- index ---- */

static void read_index(sn_reading *r, const sn_item *value, void *at)
{
    sn_loss_index *index = at;
    if (value->kind != SN_ITEM_LIST || value->count == 0 || value->count > INDEX_MAX) {
        sn_wrong(r, value->place, NULL,
                 "wrong type: a list of 1 to %d numbers of packets is wanted here", INDEX_MAX);
        return;
    }
    uint32_t *numbers = sn_hoard_take(&r->hoard, value->count * sizeof *numbers);
    uint64_t last = 0;
    for (uint32_t i = 0; i < value->count; i++) {
        const sn_item *item = value->pairs[i].value;
        uint64_t number = last + 1;
        if (sn_value_count(r, item, 1, UINT32_MAX, &number) && number <= last) {
            sn_wrong(r, item->place, NULL, "the numbers of packets must grow");
        }
        last = number;
        numbers[i] = (uint32_t)number;
    }
    *index = (sn_loss_index){ numbers, value->count };
}

static bool write_index(sn_text *t, const void *at)
{
    const sn_loss_index *index = at;
    for (uint32_t i = 0; i < index->count; i++) {
        sn_text_put_str(t, i == 0 ? "[" : ", ");
        sn_text_put_u64(t, index->at[i]);
    }
    sn_text_put_str(t, "]");
    return true;
}

static const sn_codec index_codec = { read_index, write_index };

/* ---- loss ---- */

#define MODEL(member, as, by)                                                                  \
    {                                                                                          \
        .key = as, .kind = SN_VALUE_SPECIAL, .offset = offsetof(sn_loss, member), .codec = &by \
    }

/* The first ones in the order of sn_loss_kind. */
static const sn_field loss_fields[] = {
    PROB(sn_loss, random.p, "p", 0),
    MODEL(state, "state", state_codec),
    MODEL(ge, "gemodel", ge_codec),
    MODEL(mask, "mask", mask_codec),
    MODEL(index, "index", index_codec),
    PROB(sn_loss, random.corr, "corr", 0),
    { .key = "cap",
      .kind = SN_VALUE_COUNT,
      .flags = SN_OR_NONE,
      .offset = offsetof(sn_loss, cap),
      .min = 1,
      .max = UINT32_MAX - 1 },
};
static const sn_fields loss_table = { "loss", loss_fields, SS_COUNT(loss_fields), NULL };

/* Which model it is: there must be one, and only one. */
static void find_model(sn_reading *r, const sn_item *map, sn_loss *loss)
{
    const sn_pair *model = NULL, *corr = sn_item_pair(map, "corr");
    for (unsigned kind = 0; kind < SN_LOSS_KINDS; kind++) {
        const sn_pair *pair = sn_item_pair(map, loss_fields[kind].key);
        if (pair != NULL && model != NULL) {
            sn_wrong(r, pair->key->place, NULL, "'%s' beside '%s': loss has one model",
                     loss_fields[kind].key, loss_fields[loss->kind].key);
        } else if (pair != NULL) {
            model = pair;
            loss->kind = (sn_loss_kind)kind;
        }
    }
    if (model == NULL) {
        sn_wrong(r, map->place, NULL, "loss needs one of p, state, gemodel, mask and index");
    } else if (corr != NULL && loss->kind != SN_LOSS_RANDOM) {
        sn_wrong(r, corr->key->place, NULL, "'corr' goes with 'p', not with '%s'",
                 loss_fields[loss->kind].key);
    }
}

static void read_loss(sn_reading *r, const sn_item *value, void *at)
{
    sn_loss read = { 0 };
    const uint64_t before = r->mistake_count;
    if (value->kind != SN_ITEM_MAP) {
        sn_value_prob(r, value, &read.random.p);
    } else if (sn_fields_read(r, &loss_table, 0, value, &read) && r->mistake_count == before) {
        find_model(r, value, &read);
    }
    *(sn_loss *)at = read;
}

static void write_key(sn_text *t, const char *key, const char *before)
{
    sn_text_put_str(t, before);
    sn_text_put_str(t, key);
    sn_text_put_str(t, ": ");
}

static bool write_loss(sn_text *t, const void *at)
{
    const sn_loss *loss = at;
    const sn_field *model = &loss_fields[loss->kind];
    if (loss->kind == SN_LOSS_RANDOM && loss->random.corr == 0 && loss->cap == 0) {
        sn_quantity_put_prob(t, loss->random.p);
        return true;
    }
    write_key(t, model->key, "{");
    if (loss->kind == SN_LOSS_RANDOM) {
        sn_quantity_put_prob(t, loss->random.p);
        write_key(t, "corr", ", ");
        sn_quantity_put_prob(t, loss->random.corr);
    } else {
        model->codec->write(t, (const char *)at + model->offset);
    }
    write_key(t, "cap", ", ");
    sn_text_put_str(t, loss->cap == 0 ? "none" : "");
    if (loss->cap != 0) {
        sn_text_put_u64(t, loss->cap);
    }
    sn_text_put_str(t, "}");
    return true;
}

const sn_codec sn_codec_loss = { read_loss, write_loss };
