/* behaviours: what a user agent does with an incoming call: choices by weight, each a few waits and acts. */
#include "model.h"

static void read_wait(sn_reading *r, const sn_item *value, void *at)
{
    sn_wait_entry *wait = at;
    sn_flaw flaw;
    if (!sn_value_is_scalar(r, value, "a time or a distribution")) {
        return;
    }
    if (sn_value_is_none(value)) {
        wait->is_set = false;
    } else if (!sn_quantity_dist(value->text, &wait->dist, &flaw)) {
        sn_value_flaw(r, value, &flaw);
    } else if (wait->dist.a > SN_TIME_MAX || wait->dist.b > SN_TIME_MAX) {
        sn_wrong(r, value->place, NULL, "'%s': out of range: too long", sn_shown(r, value->text));
    } else {
        wait->is_set = true;
    }
}

static bool write_wait(sn_text *t, const void *at)
{
    const sn_wait_entry *wait = at;
    if (wait->is_set) {
        sn_quantity_put_dist(t, &wait->dist);
    } else {
        sn_text_put_str(t, "none");
    }
    return true;
}

const sn_codec sn_wait_codec = { read_wait, write_wait };

/* Whole seconds, as Retry-After has them. */
static void read_retry_after(sn_reading *r, const sn_item *value, void *at)
{
    ss_span *time = at;
    if (!sn_value_is_none(value) && sn_value_time(r, value, SS_S(1), SS_S(86400), time) &&
        *time % SS_S(1) != 0) {
        sn_wrong(r, value->place, NULL, "Retry-After is in whole seconds: RFC 3261 20.33");
    }
}

static bool write_retry_after(sn_text *t, const void *at)
{
    const ss_span time = *(const ss_span *)at;
    if (time == 0) {
        sn_text_put_str(t, "none");
    } else {
        sn_quantity_put_time(t, time);
    }
    return true;
}

const sn_codec sn_retry_after_codec = { read_retry_after, write_retry_after };

#define AT(member) .offset = offsetof(sn_choice_entry, member)

static const sn_field choice_fields[] = {
    { .key = "weight", .kind = SN_VALUE_COUNT, AT(weight), .max = 1000000 },
    { .key = "ring", .kind = SN_VALUE_SPECIAL, AT(ring), .codec = &sn_wait_codec },
    { .key = "answer", .kind = SN_VALUE_SPECIAL, AT(answer), .codec = &sn_wait_codec },
    { .key = "reject",
      .kind = SN_VALUE_COUNT,
      .flags = SN_OR_NONE,
      AT(reject),
      .min = 300,
      .max = 699 },
    { .key = "retry_after",
      .kind = SN_VALUE_SPECIAL,
      AT(retry_after),
      .codec = &sn_retry_after_codec },
    { .key = "redirect", .kind = SN_VALUE_NAME, .flags = SN_OR_NONE, AT(redirect) },
    { .key = "early_media", .kind = SN_VALUE_BOOL, AT(early_media) },
    { .key = "after", .kind = SN_VALUE_SPECIAL, AT(after), .codec = &sn_after_codec },
};
static const sn_fields choice_table = { "a choice of a behaviour", choice_fields,
                                        SS_COUNT(choice_fields), NULL };

static void read_choice(sn_reading *r, sn_behaviour_entry *b, const sn_item *value)
{
    sn_choice_entry choice = { .weight = 1 };
    if (!sn_fields_read(r, &choice_table, 0, value, &choice)) {
        return;
    }
    if (choice.answer.is_set && choice.reject != 0) {
        sn_wrong(r, sn_item_place(value, "reject"), NULL, "a choice answers or rejects, not both");
    }
    if (choice.retry_after != 0 && choice.reject == 0) {
        sn_wrong(r, sn_item_place(value, "retry_after"), NULL,
                 "only who rejects says when to try again: 'reject' is missing");
    }
    if (choice.redirect.text != NULL && (choice.answer.is_set || choice.reject != 0)) {
        sn_wrong(r, choice.redirect.place, NULL,
                 "a choice redirects, or it answers or rejects: not both");
    }
    if (choice.after.count > 0 && !choice.answer.is_set) {
        sn_wrong(r, sn_item_place(value, "after"), NULL,
                 "what comes after the answer needs one: 'answer' is missing");
    }
    if (choice.early_media && !choice.ring.is_set) {
        sn_wrong(r, sn_item_place(value, "early_media"), NULL,
                 "early media goes with 'ring': it says when");
    }
    b->choices = sn_hoard_grow(&r->hoard, b->choices, b->choice_count, sizeof(*b->choices));
    b->choices[b->choice_count++] = choice;
}

static void read_choices(sn_reading *r, sn_behaviour_entry *b, const sn_item *list)
{
    const uint64_t before = r->mistake_count;
    uint64_t sum = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        read_choice(r, b, list->pairs[i].value);
    }
    for (uint32_t i = 0; i < b->choice_count; i++) {
        sum += b->choices[i].weight;
    }
    if (list->count == 0) {
        sn_wrong(r, list->place, NULL, "an empty behaviour: it needs a choice");
    } else if (sum == 0 && r->mistake_count == before) {
        sn_wrong(r, list->place, NULL, "the weights of behaviour '%s' sum to 0",
                 b->name.text == NULL ? "" : b->name.text);
    }
}

static void read_behaviour(sn_reading *r, sn_model *m, const sn_pair *pair)
{
    sn_behaviour_entry entry = { .item = pair->value };
    const bool named = sn_key_name(r, pair->key, &entry.name);
    if (pair->value->kind == SN_ITEM_MAP) {
        sn_item list = *pair->value;
        sn_pair only = { NULL, pair->value };
        list.pairs = &only;
        list.count = 1;
        read_choices(r, &entry, &list);
    } else if (pair->value->kind == SN_ITEM_LIST) {
        read_choices(r, &entry, pair->value);
    } else {
        sn_wrong(r, pair->value->place, NULL, "wrong type: a list of choices is wanted here");
    }
    if (!named) {
        return;
    }
    m->behaviours =
        sn_hoard_grow(&r->hoard, m->behaviours, m->behaviour_count, sizeof(*m->behaviours));
    m->behaviours[m->behaviour_count++] = entry;
}

void sn_behaviours_read(sn_reading *r, const sn_item *value, void *model)
{
    sn_section_read(r, value, "behaviours", model, read_behaviour);
}

void sn_behaviours_write(sn_text *t, const sn_model *m)
{
    for (uint32_t i = 0; i < m->behaviour_count; i++) {
        const sn_behaviour_entry *b = &m->behaviours[i];
        sn_text_put_str(t, i == 0 ? "behaviours:\n  " : "  ");
        sn_put_key(t, b->name.text);
        for (uint32_t k = 0; k < b->choice_count; k++) {
            sn_text_put_str(t, k == 0 ? "[" : ", ");
            sn_fields_write(t, &choice_table, 0, &b->choices[k]);
        }
        sn_text_put_str(t, "]\n");
    }
}

const sn_fields *sn_behaviours_fields(void)
{
    return &choice_table;
}
