/* after: what an end of a call does while it lasts: a list of acts, each with its wait since the one before, the first since the ACK. Of
 * a choice of a behaviour for who is called, of an entry of calls for who calls. */
#include "model.h"

enum {
    MAY_TO = 1,
    MAY_MEDIA = 2,
    MAY_BY = 4,
    MAY_TEXT = 8,
    MAY_PACKAGE = 16,
    MAY_EVENT = 32,
    MAY_EXPIRES = 64,
    MAY_IN = 128,
    MAY_ATTENDED = 256
};

typedef struct verb_row {
    const char *word;
    sn_op op;
    unsigned may; /* keys beside it */
    unsigned must;
    const char *wants; /* what is said without them */
} verb_row;

enum { SUBSCRIBE = 6 };
static const verb_row verbs[] = {
    { "hold", SN_OP_HOLD, MAY_BY, 0, NULL },
    { "resume", SN_OP_RESUME, MAY_BY, 0, NULL },
    { "reinvite", SN_OP_REINVITE, MAY_MEDIA, 0, NULL },
    { "update", SN_OP_UPDATE, MAY_MEDIA, 0, NULL },
    { "transfer", SN_OP_REFER, MAY_TO | MAY_ATTENDED, MAY_TO,
      "a transfer needs 'to': a group of user agents" },
    { "hangup", SN_OP_HANGUP, 0, 0, NULL },
    [SUBSCRIBE] = { "subscribe", SN_OP_SUBSCRIBE, MAY_TO | MAY_EVENT | MAY_EXPIRES | MAY_IN, 0,
                    NULL },
    { "unsubscribe", SN_OP_UNSUBSCRIBE, 0, 0, NULL },
    { "message", SN_OP_MESSAGE, MAY_TO | MAY_TEXT, MAY_TEXT, "a message needs its 'text'" },
    { "info", SN_OP_INFO, MAY_PACKAGE | MAY_TEXT, 0, NULL },
    { "refer", SN_OP_REFER, MAY_TO, MAY_TO, "a refer needs 'to': a group of user agents" },
};
enum { VERBS = SS_COUNT(verbs), REFER = VERBS - 1 };

static const char *const in_words[] = { "none", "call", NULL };
static const char *const by_words[] = { "reinvite", "update", NULL };

typedef struct after_record {
    sn_wait_entry waits[VERBS];
    sn_after_entry entry;
} after_record;

#define VERB(number, word)                                                          \
    {                                                                               \
        .key = word, .kind = SN_VALUE_SPECIAL,                                      \
        .offset = offsetof(after_record, waits) + (number) * sizeof(sn_wait_entry), \
        .codec = &sn_wait_codec                                                     \
    }
#define AT(member) .offset = offsetof(after_record, entry.member)

static const sn_field fields[] = {
    VERB(0, "hold"),
    VERB(1, "resume"),
    VERB(2, "reinvite"),
    VERB(3, "update"),
    VERB(4, "transfer"),
    VERB(5, "hangup"),
    VERB(6, "subscribe"),
    VERB(7, "unsubscribe"),
    VERB(8, "message"),
    VERB(9, "info"),
    VERB(10, "refer"),
    { .key = "to", .kind = SN_VALUE_NAME, AT(to) },
    { .key = "media", .kind = SN_VALUE_SPECIAL, AT(media), .codec = &sn_media_codec },
    { .key = "by", .kind = SN_VALUE_WORD, AT(by), .words = by_words },
    { .key = "text", .kind = SN_VALUE_TEXT, AT(text), .max = 1000 },
    { .key = "package", .kind = SN_VALUE_TEXT, AT(package), .max = 64 },
    { .key = "event", .kind = SN_VALUE_WORD, AT(event), .words = sn_event_words },
    { .key = "expires", .kind = SN_VALUE_TIME, AT(expires), .max = UINT64_C(4294967295) * SS_S(1) },
    { .key = "attended", .kind = SN_VALUE_BOOL, AT(attended) },
    { .key = "in", .kind = SN_VALUE_WORD, AT(in), .words = in_words },
};
static const sn_fields table = { "a line of after", fields, SS_COUNT(fields), NULL };

/* In the order of MAY_…. */
static const char *const companions[] = { "to",    "media",   "by", "text",    "package",
                                          "event", "expires", "in", "attended" };

/* What goes with which verb. */
static bool judge(sn_reading *r, const sn_item *item, const sn_after_entry *entry)
{
    const verb_row *verb = &verbs[entry->verb];
    const uint64_t before = r->mistake_count;
    for (unsigned i = 0; i < SS_COUNT(companions); i++) {
        const sn_pair *pair = sn_item_pair(item, companions[i]);
        if (pair != NULL && (verb->may & 1u << i) == 0) {
            sn_wrong(r, pair->key->place, NULL, "'%s' does not go with '%s'", companions[i],
                     verb->word);
        } else if (pair == NULL && (verb->must & 1u << i) != 0) {
            sn_wrong(r, item->place, NULL, "%s", verb->wants);
        }
    }
    if (entry->in == 1 && entry->to.text != NULL) {
        sn_wrong(r, sn_item_place(item, "to"), NULL,
                 "'to' beside 'in': in a call it is to the other end");
    }
    if (entry->expires % SS_S(1) != 0) {
        sn_wrong(r, sn_item_place(item, "expires"), NULL,
                 "expires is in whole seconds: RFC 3261 20.19");
    }
    return r->mistake_count == before;
}

static void read_line(sn_reading *r, const sn_item *item, sn_after_list *list)
{
    after_record record = { .entry = { .expires = SS_S(3600) } };
    const uint64_t before = r->mistake_count;
    unsigned verb = VERBS;
    if (!sn_fields_read(r, &table, 0, item, &record) || r->mistake_count != before) {
        return;
    }
    for (unsigned i = 0; i < VERBS; i++) {
        const sn_pair *pair = sn_item_pair(item, verbs[i].word);
        if (pair != NULL && verb != VERBS) {
            sn_wrong(r, pair->key->place, NULL, "'%s' beside '%s': one act in a line",
                     verbs[i].word, verbs[verb].word);
            return;
        }
        if (pair != NULL && !record.waits[i].is_set) {
            sn_wrong(r, pair->value->place, NULL, "an act that never comes: leave it out");
            return;
        }
        verb = pair != NULL ? i : verb;
    }
    record.entry.verb = verb;
    if (verb == VERBS) {
        sn_wrong(
            r, item->place, NULL,
            "no act: hold, resume, reinvite, update, transfer, hangup, subscribe, unsubscribe, "
            "message, info or refer, with its wait");
    } else if (judge(r, item, &record.entry)) {
        record.entry.wait = record.waits[verb].dist;
        list->entries =
            sn_hoard_grow(&r->hoard, list->entries, list->count, sizeof(*list->entries));
        list->entries[list->count++] = record.entry;
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

static void write_text(sn_text *t, const char *key, const char *text)
{
    if (text != NULL) {
        sn_text_put_str(t, key);
        sn_put_quoted(t, text);
    }
}

static void write_line(sn_text *t, const sn_after_entry *e)
{
    sn_text_put_str(t, "{");
    sn_put_key(t, verbs[e->verb].word);
    sn_quantity_put_dist(t, &e->wait);
    if (e->to.text != NULL) {
        sn_text_put_str(t, ", to: ");
        sn_text_put_str(t, e->to.text);
    }
    sn_text_put_str(t, e->attended ? ", attended: true" : "");
    if (e->media != 0) {
        sn_text_put_str(t, ", media: ");
        sn_media_write(t, e->media);
    }
    if (e->by != 0) {
        sn_text_put_str(t, ", by: ");
        sn_text_put_str(t, by_words[e->by]);
    }
    if (e->verb == SUBSCRIBE) {
        sn_text_put_str(t, ", event: ");
        sn_text_put_str(t, sn_event_words[e->event]);
        sn_text_put_str(t, ", expires: ");
        sn_quantity_put_time(t, e->expires);
        sn_text_put_str(t, e->in == 1 ? ", in: call" : "");
    }
    write_text(t, ", package: ", e->package);
    write_text(t, ", text: ", e->text);
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

/* What is said of a node to whom an act goes; nobody need be there for acts of the other end. */
static const char *lack_of(const sn_after_entry *e)
{
    return e->verb == SUBSCRIBE               ? "'%s' is no ua: nothing to subscribe to"
           : verbs[e->verb].op == SN_OP_REFER ? "'%s' is no ua: nobody is called there"
                                              : "'%s' is no ua: nobody reads messages there";
}

void sn_after_resolve(sn_reading *r, sn_model *m, sn_after_list *list)
{
    for (uint32_t i = 0; i < list->count; i++) {
        sn_name *to = &list->entries[i].to;
        const sn_group_entry *g = to->text == NULL ? NULL : sn_group_find(r, m, to, "node");
        if (g != NULL && sn_group_lacks(g, SN_IS_UA)) {
            sn_wrong(r, to->place, NULL, lack_of(&list->entries[i]), g->name.text);
        }
    }
}

sn_row sn_after_row(sn_reading *r, const sn_after_entry *e)
{
    const bool is_subscription = e->verb == SUBSCRIBE;
    unsigned flags = e->by == 1 ? SN_ROW_BY_UPDATE : 0;
    flags |= e->to.text != NULL ? SN_ROW_GROUP : 0;
    flags |= e->verb == REFER ? SN_ROW_STAYS : 0;
    flags |= e->in == 1 ? SN_ROW_INSIDE : 0;
    flags |= e->attended ? SN_ROW_ATTENDED : 0;
    return (sn_row){ .op = verbs[e->verb].op,
                     .after = e->wait,
                     .flags = (uint8_t)flags,
                     .media = (uint8_t)e->media,
                     .value = is_subscription ? (uint32_t)(e->expires / SS_S(1)) : 0,
                     .target = e->to.index,
                     .name =
                         is_subscription ? sn_event_words[e->event] : sn_kept_text(r, e->package),
                     .text = sn_kept_text(r, e->text) };
}
