/* queue: what a proxy takes for each message, and who waits for it how long: {workers: 1, service: 5ms, limit: 100, classes: {invite:
 * {limit: 20}}}. What is said of all classes is what one has that says nothing of its own, whichever stands first in the file. */
#include "model.h"

static const char *const order_words[] = { "classes", "arrival", NULL };
static const char *const full_words[] = { "refuse", "drop", NULL };

#define SERVICE_MAX SS_S(3600)
#define LIMIT_MAX   1000000u

/* ---- one class ---- */

#define AT(member) .offset = offsetof(sn_queue_class_entry, member)
static const sn_field class_fields[] = {
    { .key = "service", .kind = SN_VALUE_TIME, AT(service), .min = SS_US(1), .max = SERVICE_MAX },
    { .key = "limit", .kind = SN_VALUE_COUNT, AT(limit), .min = 1, .max = LIMIT_MAX },
    { .key = "full", .kind = SN_VALUE_WORD, AT(full), .words = full_words },
};
#undef AT
static const sn_fields class_table = { "a class of a queue", class_fields, SS_COUNT(class_fields),
                                       NULL };

static void read_class(sn_reading *r, const sn_item *value, void *at)
{
    (void)sn_fields_read(r, &class_table, 0, value, at);
}

static bool write_class(sn_text *t, const void *at)
{
    sn_fields_write(t, &class_table, 0, at);
    return true;
}

static const sn_codec class_codec = { read_class, write_class };

#define CLASS(word, id)                                               \
    {                                                                 \
        .key = word, .kind = SN_VALUE_SPECIAL, .codec = &class_codec, \
        .offset = SS_CLASS_##id * sizeof(sn_queue_class_entry)        \
    }
static const sn_field classes_fields[] = {
    CLASS("priority", PRIORITY), CLASS("response", RESPONSE), CLASS("follow_up", FOLLOW_UP),
    CLASS("invite", INVITE),     CLASS("other", OTHER),
};
static const sn_fields classes_table = { "classes", classes_fields, SS_COUNT(classes_fields),
                                         NULL };

/* ---- all of it ---- */

/* Read when the rest is known: see read_queue. */
static void read_later(sn_reading *r, const sn_item *value, void *at)
{
    (void)r;
    (void)value;
    (void)at;
}

static bool write_classes(sn_text *t, const void *at)
{
    sn_fields_write(t, &classes_table, 0, at);
    return true;
}

static const sn_codec classes_codec = { read_later, write_classes };

#define AT(member) .offset = offsetof(sn_queue_entry, member)
static const sn_field fields[] = {
    { .key = "workers", .kind = SN_VALUE_COUNT, AT(workers), .min = 1, .max = SS_WORKERS_MAX },
    { .key = "service",
      .kind = SN_VALUE_TIME,
      .flags = SN_REQUIRED,
      AT(all.service),
      .min = SS_US(1),
      .max = SERVICE_MAX },
    { .key = "refusal", .kind = SN_VALUE_TIME, AT(refusal), .min = SS_US(1), .max = SERVICE_MAX },
    { .key = "order", .kind = SN_VALUE_WORD, AT(order), .words = order_words },
    { .key = "marks", .kind = SN_VALUE_BOOL, AT(marks) },
    { .key = "limit", .kind = SN_VALUE_COUNT, AT(all.limit), .min = 1, .max = LIMIT_MAX },
    { .key = "full", .kind = SN_VALUE_WORD, AT(all.full), .words = full_words },
    { .key = "bytes", .kind = SN_VALUE_BYTES, AT(bytes), .min = 1024, .max = 1u << 30 },
    { .key = "retry_after",
      .kind = SN_VALUE_TIME,
      .flags = SN_OR_NONE,
      AT(retry_after),
      .min = SS_S(1),
      .max = SS_S(86400) },
    { .key = "target", .kind = SN_VALUE_PROB, AT(target) },
    { .key = "interval", .kind = SN_VALUE_TIME, AT(interval), .min = SS_MS(1), .max = SS_S(60) },
    { .key = "validity", .kind = SN_VALUE_TIME, AT(validity), .min = SS_MS(1), .max = SS_S(60) },
    { .key = "classes", .kind = SN_VALUE_SPECIAL, AT(classes), .codec = &classes_codec },
};
#undef AT
static const sn_fields table = { "queue", fields, SS_COUNT(fields), NULL };

/* As sn_prob has it: rounded. */
#define PERCENT(n) (((UINT64_C(n) << 32) + 50) / 100)

static void judge_target(sn_reading *r, const sn_item *value, const sn_queue_entry *entry)
{
    if (entry->target < PERCENT(1)) {
        sn_wrong(r, sn_item_place(value, "target"), "90%",
                 "a target is 1%% to 100%% of the workers' time");
    }
    if (entry->validity % SS_MS(1) != 0) {
        sn_wrong(r, sn_item_place(value, "validity"), NULL,
                 "oc-validity is in whole milliseconds: RFC 7339 4.3");
    } else if (entry->validity < entry->interval) {
        sn_wrong(r, sn_item_place(value, "validity"), NULL,
                 "what is asked for would be over before it is said again: validity is below "
                 "'interval'");
    }
}

/* RFC7339:5.10.2 */
void sn_queue_judge(sn_reading *r, const sn_group_entry *g)
{
    const sn_pair *queue = sn_item_pair(g->item, "queue");
    const bool has_control = g->settings.overload_control[0] != SS_OC_NONE;
    if (queue == NULL || !g->queue.is_set) {
        return;
    }
    if (has_control && g->queue.retry_after != 0) {
        sn_wrong(r, sn_item_place(queue->value, "retry_after"), NULL,
                 "with 'overload_control' a 503 says no Retry-After: RFC 7339 5.10.2");
    }
}

/* ---- overload_control: [loss, rate], best first ---- */

static const char *const control_words[] = { "none", "loss", "rate", NULL };
_Static_assert(SS_OC_RATE == 2, "in the order of ss_oc_algorithm");

static void read_control(sn_reading *r, const sn_item *value, void *at)
{
    uint8_t *known = at;
    unsigned count = 0;
    if (sn_value_is_none(value)) {
        return;
    }
    if (value->kind != SN_ITEM_LIST) {
        sn_wrong(r, value->place, "[loss]", "wrong type: a list of loss and rate is wanted here");
        return;
    }
    for (uint32_t i = 0; i < value->count; i++) {
        unsigned word = 0;
        const sn_item *item = value->pairs[i].value;
        if (!sn_value_word(r, item, control_words + 1, &word)) {
            continue;
        }
        if (known[0] == word + 1 || known[1] == word + 1) {
            sn_wrong(r, item->place, NULL, "%s is given twice", control_words[word + 1]);
        } else {
            known[count++] = (uint8_t)(word + 1);
        }
    }
    if (value->count > 0 && count > 0 && known[0] != SS_OC_LOSS && known[1] != SS_OC_LOSS) {
        sn_wrong(r, value->place, "[rate, loss]", "who knows rate must know loss: RFC 7339 4.2");
    } else if (value->count == 0) {
        sn_wrong(r, value->place, "none", "an empty list: 'none', or [loss]");
    }
}

static bool write_control(sn_text *t, const void *at)
{
    const uint8_t *known = at;
    sn_text_put_str(t, known[0] == SS_OC_NONE ? "none" : "[");
    for (size_t i = 0; i < 2 && known[i] != SS_OC_NONE; i++) {
        sn_text_put_str(t, i == 0 ? "" : ", ");
        sn_text_put_str(t, control_words[known[i]]);
    }
    sn_text_put_str(t, known[0] == SS_OC_NONE ? "" : "]");
    return true;
}

const sn_codec sn_control_codec = { read_control, write_control };

static void read_queue(sn_reading *r, const sn_item *value, void *at)
{
    sn_queue_entry *entry = at;
    if (sn_value_is_none(value)) {
        return;
    }
    *entry = (sn_queue_entry){ .workers = 1,
                               .marks = true,
                               .bytes = 1u << 20,
                               .target = PERCENT(90),
                               .interval = SS_MS(200),
                               .validity = SS_S(1),
                               .all = { .limit = 100 } };
    entry->is_set = sn_fields_read(r, &table, 0, value, entry);
    if (!entry->is_set) {
        return;
    }
    if (sn_item_pair(value, "refusal") == NULL) {
        entry->refusal = entry->all.service < 10000 ? SS_US(1) : entry->all.service / 10;
    }
    for (size_t i = 0; i < SS_CLASS_COUNT; i++) {
        entry->classes[i] = entry->all;
    }
    const sn_pair *classes = sn_item_pair(value, "classes");
    if (classes != NULL) {
        (void)sn_fields_read(r, &classes_table, 0, classes->value, entry->classes);
    }
    judge_target(r, value, entry);
    if (entry->retry_after % SS_S(1) != 0) {
        sn_wrong(r, sn_item_place(value, "retry_after"), NULL,
                 "Retry-After is in whole seconds: RFC 3261 20.33");
    }
}

static bool write_queue(sn_text *t, const void *at)
{
    const sn_queue_entry *entry = at;
    if (entry->is_set) {
        sn_fields_write(t, &table, 0, entry);
    } else {
        sn_text_put_str(t, "none");
    }
    return true;
}

const sn_codec sn_queue_codec = { read_queue, write_queue };

ss_queue_config sn_queue_config(const sn_queue_entry *entry)
{
    ss_queue_config config = { .workers = entry->workers,
                               .by_arrival = entry->order == 1,
                               .ignores_marks = !entry->marks,
                               .bytes_max = entry->bytes,
                               .target = (uint32_t)((entry->target * 1000000 + (1u << 31)) >> 32),
                               .interval = entry->interval,
                               .validity = entry->validity,
                               .retry_after_s = (uint32_t)(entry->retry_after / SS_S(1)) };
    for (size_t i = 0; i < SS_CLASS_COUNT; i++) {
        config.classes[i].service = entry->classes[i].service;
        config.classes[i].limit = entry->classes[i].limit;
        config.classes[i].drops = entry->classes[i].full == 1;
    }
    config.classes[SS_CLASS_REFUSAL].service = entry->refusal;
    return config;
}
