/* after: what an end of a call does while it lasts: a list of acts, each with its wait since the one before, the first since the ACK. Of
 * a choice of a behaviour for who is called, of an entry of calls for who calls. */
#include "model.h"

static const char *const verbs[] = { "hold", "resume", "reinvite", "update", "transfer", "hangup" };
static const sn_op ops[] = { SN_OP_HOLD,   SN_OP_RESUME, SN_OP_REINVITE,
                             SN_OP_UPDATE, SN_OP_REFER,  SN_OP_HANGUP };
enum { HOLD, RESUME, REINVITE, UPDATE, TRANSFER, VERBS = SS_COUNT(verbs) };
_Static_assert(SS_COUNT(ops) == VERBS, "an op for each verb");

static const char *const by_words[] = { "reinvite", "update", NULL };

typedef struct after_record {
    sn_wait_entry waits[VERBS];
    sn_name to;
    unsigned media, by;
} after_record;

#define VERB(number, word)                                                          \
    {                                                                               \
        .key = word, .kind = SN_VALUE_SPECIAL,                                      \
        .offset = offsetof(after_record, waits) + (number) * sizeof(sn_wait_entry), \
        .codec = &sn_wait_codec                                                     \
    }
#define AT(member) .offset = offsetof(after_record, member)

static const sn_field fields[] = {
    VERB(0, "hold"),
    VERB(1, "resume"),
    VERB(2, "reinvite"),
    VERB(3, "update"),
    VERB(4, "transfer"),
    VERB(5, "hangup"),
    { .key = "to", .kind = SN_VALUE_NAME, AT(to) },
    { .key = "media", .kind = SN_VALUE_SPECIAL, AT(media), .codec = &sn_media_codec },
    { .key = "by", .kind = SN_VALUE_WORD, AT(by), .words = by_words },
};
static const sn_fields table = { "a line of after", fields, SS_COUNT(fields), NULL };

/* What goes with which verb. */
static bool judge(sn_reading *r, const sn_item *item, const after_record *record, unsigned verb)
{
    const struct {
        const char *key;
        bool fits;
    } companions[] = { { "to", verb == TRANSFER },
                       { "media", verb == REINVITE || verb == UPDATE },
                       { "by", verb == HOLD || verb == RESUME } };
    const uint64_t before = r->mistake_count;
    for (size_t i = 0; i < SS_COUNT(companions); i++) {
        const sn_pair *pair = sn_item_pair(item, companions[i].key);
        if (pair != NULL && !companions[i].fits) {
            sn_wrong(r, pair->key->place, NULL, "'%s' does not go with '%s'", companions[i].key,
                     verbs[verb]);
        }
    }
    if (verb == TRANSFER && record->to.text == NULL && sn_item_pair(item, "to") == NULL) {
        sn_wrong(r, item->place, NULL, "a transfer needs 'to': a group of user agents");
    }
    return r->mistake_count == before;
}

static void read_line(sn_reading *r, const sn_item *item, sn_after_list *list)
{
    after_record record = { .media = 0 };
    const uint64_t before = r->mistake_count;
    unsigned verb = VERBS;
    if (!sn_fields_read(r, &table, 0, item, &record) || r->mistake_count != before) {
        return;
    }
    for (unsigned i = 0; i < VERBS; i++) {
        const sn_pair *pair = sn_item_pair(item, verbs[i]);
        if (pair != NULL && verb != VERBS) {
            sn_wrong(r, pair->key->place, NULL, "'%s' beside '%s': one act in a line", verbs[i],
                     verbs[verb]);
            return;
        }
        if (pair != NULL && !record.waits[i].is_set) {
            sn_wrong(r, pair->value->place, NULL, "an act that never comes: leave it out");
            return;
        }
        verb = pair != NULL ? i : verb;
    }
    if (verb == VERBS) {
        sn_wrong(r, item->place, NULL,
                 "no act: hold, resume, reinvite, update, transfer or hangup, with its wait");
    } else if (judge(r, item, &record, verb)) {
        list->entries =
            sn_hoard_grow(&r->hoard, list->entries, list->count, sizeof(*list->entries));
        list->entries[list->count++] =
            (sn_after_entry){ verb, record.waits[verb].dist, record.to, record.media, record.by };
    }
}

static void read_after(sn_reading *r, const sn_item *value, void *at)
{
    if (value->kind != SN_ITEM_LIST) {
        sn_wrong(r, value->place, NULL,
                 "wrong type: a list of acts is wanted here, as in [{hold: exp 10s}]");
        return;
    }
    for (uint32_t i = 0; i < value->count; i++) {
        read_line(r, value->pairs[i].value, at);
    }
}

static void write_line(sn_text *t, const sn_after_entry *e)
{
    sn_text_put_str(t, "{");
    sn_put_key(t, verbs[e->verb]);
    sn_quantity_put_dist(t, &e->wait);
    if (e->to.text != NULL) {
        sn_text_put_str(t, ", to: ");
        sn_text_put_str(t, e->to.text);
    }
    if (e->media != 0) {
        sn_text_put_str(t, ", media: ");
        sn_media_write(t, e->media);
    }
    if (e->by != 0) {
        sn_text_put_str(t, ", by: ");
        sn_text_put_str(t, by_words[e->by]);
    }
    sn_text_put_str(t, "}");
}

static bool write_after(sn_text *t, const void *at)
{
    const sn_after_list *list = at;
    sn_text_put_str(t, "[");
    for (uint32_t i = 0; i < list->count; i++) {
        sn_text_put_str(t, i == 0 ? "" : ", ");
        write_line(t, &list->entries[i]);
    }
    sn_text_put_str(t, "]");
    return true;
}

const sn_codec sn_after_codec = { read_after, write_after };

void sn_after_resolve(sn_reading *r, sn_model *m, sn_after_list *list)
{
    for (uint32_t i = 0; i < list->count; i++) {
        sn_name *to = &list->entries[i].to;
        const sn_group_entry *g = to->text == NULL ? NULL : sn_group_find(r, m, to, "node");
        if (g != NULL && sn_group_lacks(g, SN_IS_UA)) {
            sn_wrong(r, to->place, NULL, "'%s' is no ua: nobody is called there", g->name.text);
        }
    }
}

sn_row sn_after_row(const sn_after_entry *e)
{
    return (sn_row){ .op = ops[e->verb],
                     .after = e->wait,
                     .flags = e->by == 1 ? SN_ROW_BY_UPDATE : 0,
                     .media = (uint8_t)e->media,
                     .value = 1,
                     .target = e->to.index };
}
