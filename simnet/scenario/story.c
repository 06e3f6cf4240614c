/* story: acts and checks of single calls at absolute instants; each line names who, and one verb of the table below. */
#include "model.h"

/* ---- verbs: what each needs beside it ---- */

enum {
    MAY_AS = 1,
    MAY_IN = 2,
    MAY_CSEQ = 4,
    MAY_NODE = 8,
    MAY_EVENT = 16,
    MAY_EXPIRES = 32,
    MAY_TEXT = 64,
    MAY_STATE = 128,
    MAY_PACKAGE = 256,
    MAY_TO = 512,
    MAY_RELIABLE = 1024,
    MAY_BODY = 2048,
    MAY_MEDIA = 4096,
    MAY_OFFER = 8192,
    MAY_BY = 16384,
    MAY_CONTACTS = 32768,
    MAY_SESSION = 65536,
    MAY_RETRY = 131072,
    MAY_LOGIN = 262144
};

typedef struct verb_row {
    const char *word;
    unsigned may, must; /* keys beside it */
} verb_row;

static const verb_row verbs[SN_VERB_COUNT] = {
    [SN_VERB_CALL] = { "call",
                       MAY_AS | MAY_MEDIA | MAY_OFFER | MAY_RELIABLE | MAY_SESSION | MAY_LOGIN,
                       MAY_AS },
    [SN_VERB_SEND] = { "send", MAY_IN | MAY_RELIABLE | MAY_BODY, MAY_IN },
    [SN_VERB_ANSWER] = { "answer", MAY_MEDIA, 0 },
    [SN_VERB_REJECT] = { "reject", MAY_IN | MAY_RETRY, MAY_IN },
    [SN_VERB_REDIRECT] = { "redirect", MAY_IN, MAY_IN },
    [SN_VERB_CANCEL] = { "cancel", 0, 0 },
    [SN_VERB_BYE] = { "bye", 0, 0 },
    [SN_VERB_HANGUP] = { "hangup", 0, 0 },
    [SN_VERB_REGISTER] = { "register", MAY_CONTACTS, 0 },
    [SN_VERB_RESET] = { "reset", 0, 0 },
    [SN_VERB_CLOSE] = { "close", 0, 0 },
    [SN_VERB_MUTE] = { "mute", 0, 0 },
    [SN_VERB_UNREGISTER] = { "unregister", 0, 0 },
    [SN_VERB_QUERY] = { "query", 0, 0 },
    [SN_VERB_REPLAY] = { "replay", 0, 0 },
    [SN_VERB_SUBSCRIBE] = { "subscribe", MAY_AS | MAY_IN | MAY_EVENT | MAY_EXPIRES, MAY_EVENT },
    [SN_VERB_UNSUBSCRIBE] = { "unsubscribe", 0, 0 },
    [SN_VERB_NOTIFY] = { "notify", MAY_STATE | MAY_TEXT, 0 },
    [SN_VERB_PUBLISH] = { "publish", MAY_STATE | MAY_TEXT | MAY_EXPIRES, 0 },
    [SN_VERB_MESSAGE] = { "message", MAY_TEXT | MAY_IN, MAY_TEXT },
    [SN_VERB_INFO] = { "info", MAY_TEXT | MAY_PACKAGE, 0 },
    [SN_VERB_REFER] = { "refer", MAY_TO, MAY_TO },
    [SN_VERB_TRANSFER] = { "transfer", MAY_TO, MAY_TO },
    [SN_VERB_OPTIONS] = { "options", 0, 0 },
    [SN_VERB_HOLD] = { "hold", MAY_BY, 0 },
    [SN_VERB_RESUME] = { "resume", MAY_BY, 0 },
    [SN_VERB_UPDATE] = { "update", MAY_MEDIA | MAY_OFFER, 0 },
    [SN_VERB_REINVITE] = { "reinvite", MAY_MEDIA | MAY_OFFER, 0 },
    [SN_VERB_PRACK] = { "prack", MAY_BODY, 0 },
    [SN_VERB_CRASH] = { "crash", 0, 0 },
    [SN_VERB_SENDS] = { "sends", MAY_IN | MAY_CSEQ, 0 },
    [SN_VERB_RECEIVES] = { "receives", MAY_IN | MAY_CSEQ, 0 },
};

static const char *const companions[] = {
    "as",         "in",    "cseq",    "node",     "event",         "expires",
    "text",       "state", "package", "to",       "reliable",      "body",
    "media",      "offer", "by",      "contacts", "session_timer", "retry_after",
    "credentials"
};
static const char *const body_words[] = { "offer", "answer", NULL };
static const char *const offer_words[] = { "late", "none", NULL };
static const char *const by_words[] = { "update", "reinvite", NULL };
static const char *const bool_words[] = { "false", "true", NULL };

const char *const sn_event_words[] = { "presence", "dialog", "reg", NULL };

const char *sn_verb_word(sn_verb verb)
{
    return verbs[verb].word;
}

static const char *const method_words[] = {
#define METHOD_WORD(name) #name,
    SS_METHOD_LIST(METHOD_WORD) NULL
};

const char *sn_method_word(ss_method method)
{
    SS_ASSERT(method > SS_METHOD_OTHER);
    SS_ASSERT(method < SS_METHOD_COUNT);
    return method_words[method - 1];
}

bool sn_method_read(sn_reading *r, const sn_item *value, ss_method *method)
{
    unsigned word = 0;
    if (!sn_value_is_scalar(r, value, "a method")) {
        return false;
    }
    for (; method_words[word] != NULL; word++) {
        if (ss_slice_eq(value->text, ss_slice_from(method_words[word]))) {
            *method = (ss_method)(word + 1);
            return true;
        }
    }
    sn_wrong(r, value->place, sn_nearest(r, value->text, method_words, word), "unknown method '%s'",
             sn_shown(r, value->text));
    return false;
}

static bool read_status(sn_reading *r, const sn_item *value, uint32_t min, uint32_t max,
                        uint32_t *status)
{
    uint64_t number = 0;
    sn_flaw flaw;
    if (!sn_value_is_scalar(r, value, "a status code")) {
        return false;
    }
    if (!sn_quantity_count(value->text, &number, &flaw) || number < min || number > max) {
        const char *verb = number == 200                    ? "answer"
                           : number >= 300 && number <= 699 ? "reject"
                                                            : NULL;
        sn_wrong(r, value->place, max == 199 ? verb : NULL, "bad status code '%s': %u to %u",
                 sn_shown(r, value->text), (unsigned)min, (unsigned)max);
        return false;
    }
    *status = (uint32_t)number;
    return true;
}

/* ---- verbs ---- */

static void read_message(sn_reading *r, sn_story_entry *e, const sn_item *value)
{
    sn_message_entry message = { 0, SS_METHOD_OTHER };
    if (!sn_value_is_scalar(r, value, "a status code or a method")) {
        return;
    }
    const char first = value->text.at[0];
    const bool fine = (first >= '0' && first <= '9') || first == '-'
                          ? read_status(r, value, 100, 699, &message.status)
                          : sn_method_read(r, value, &message.method);
    if (fine) {
        e->messages = sn_hoard_grow(&r->hoard, e->messages, e->message_count, sizeof(*e->messages));
        e->messages[e->message_count++] = message;
    }
}

static void read_messages(sn_reading *r, sn_story_entry *e, const sn_item *value)
{
    if (value->kind != SN_ITEM_LIST) {
        read_message(r, e, value);
        return;
    }
    for (uint32_t i = 0; i < value->count; i++) {
        read_message(r, e, value->pairs[i].value);
    }
    if (value->count == 0) {
        sn_wrong(r, value->place, NULL, "an empty list of messages");
    }
}

static void read_expires(sn_reading *r, const sn_item *value, const char *what, ss_span *expires)
{
    if (sn_value_time(r, value, 0, UINT64_C(4294967295) * SS_S(1), expires) &&
        *expires % SS_S(1) != 0) {
        sn_wrong(r, value->place, NULL, "%s is in whole seconds: RFC 3261 20.19", what);
    }
}

static void read_only_word(sn_reading *r, const sn_item *value, const char *only)
{
    const char *const words[] = { only, NULL };
    unsigned word = 0;
    sn_value_word(r, value, words, &word);
}

static void read_verb(sn_reading *r, sn_story_entry *e, const sn_item *value)
{
    switch (e->verb) {
    case SN_VERB_CALL:
    case SN_VERB_RESET:
    case SN_VERB_CLOSE:
    case SN_VERB_MUTE:
    case SN_VERB_REDIRECT:
    case SN_VERB_SUBSCRIBE:
    case SN_VERB_MESSAGE:
    case SN_VERB_OPTIONS:
        sn_selector_read(r, value, &e->target);
        break;
    case SN_VERB_NOTIFY:
    case SN_VERB_PUBLISH:
        if (sn_value_word(r, value, sn_event_words, &e->event) && e->event != 0) {
            sn_wrong(r, value->place, "presence", "a node says of itself its presence, no more");
        }
        break;
    case SN_VERB_UNREGISTER:
        read_only_word(r, value, "all");
        break;
    case SN_VERB_QUERY:
        read_only_word(r, value, "bindings");
        break;
    case SN_VERB_REPLAY:
        sn_method_read(r, value, &e->method);
        break;
    case SN_VERB_SEND:
        read_status(r, value, 101, 199, &e->status);
        break;
    case SN_VERB_REJECT:
        read_status(r, value, 300, 699, &e->status);
        break;
    case SN_VERB_ANSWER:
    case SN_VERB_CANCEL:
    case SN_VERB_BYE:
    case SN_VERB_HANGUP:
    case SN_VERB_HOLD:
    case SN_VERB_RESUME:
    case SN_VERB_UPDATE:
    case SN_VERB_REINVITE:
    case SN_VERB_PRACK:
    case SN_VERB_UNSUBSCRIBE:
    case SN_VERB_INFO:
    case SN_VERB_REFER:
    case SN_VERB_TRANSFER:
        sn_value_name(r, value, &e->label);
        break;
    case SN_VERB_CRASH:
        sn_crash_codec.read(r, value, &e->crash);
        break;
    case SN_VERB_REGISTER:
        read_expires(r, value, "a registration", &e->expires);
        break;
    default:
        read_messages(r, e, value);
        break;
    }
}

static unsigned find_verb(ss_slice word)
{
    unsigned verb = 0;
    while (verb < SN_VERB_COUNT && !ss_slice_eq(word, ss_slice_from(verbs[verb].word))) {
        verb++;
    }
    return verb;
}

static unsigned find_companion(ss_slice word)
{
    unsigned companion = 0;
    while (companion < SS_COUNT(companions) &&
           !ss_slice_eq(word, ss_slice_from(companions[companion]))) {
        companion++;
    }
    return companion;
}

static void unknown_verb(sn_reading *r, const sn_item *key)
{
    const char *known[SN_VERB_COUNT + SS_COUNT(companions)];
    size_t count = 0;
    for (unsigned i = 0; i < SN_VERB_COUNT; i++) {
        known[count++] = verbs[i].word;
    }
    for (unsigned i = 0; i < SS_COUNT(companions); i++) {
        known[count++] = companions[i];
    }
    sn_wrong(r, key->place, sn_nearest(r, key->text, known, count),
             "unknown key '%s' in a line of a story", sn_shown(r, key->text));
}

/* One of the words, counted from 1; 0: not said. */
static void read_word(sn_reading *r, const sn_item *value, const char *const *words, unsigned *word)
{
    unsigned index = 0;
    if (sn_value_word(r, value, words, &index)) {
        *word = index + 1;
    }
}

/* What acts about sessions have beside them. */
static void read_option(sn_reading *r, sn_story_entry *e, unsigned bit, const sn_item *value)
{
    unsigned word = 0;
    switch (bit) {
    case MAY_RELIABLE:
        read_word(r, value, bool_words, &word);
        e->reliable = word == 2;
        break;
    case MAY_BODY:
        read_word(r, value, body_words, &e->says);
        break;
    case MAY_MEDIA:
        sn_media_read(r, value, &e->media);
        break;
    case MAY_OFFER:
        read_word(r, value, offer_words, &e->offer);
        break;
    case MAY_CONTACTS:
        sn_contacts_codec.read(r, value, &e->contacts);
        break;
    case MAY_LOGIN:
        sn_call_login_codec.read(r, value, &e->login);
        break;
    case MAY_RETRY:
        sn_retry_after_codec.read(r, value, &e->retry_after);
        break;
    case MAY_SESSION:
        sn_value_time(r, value, SS_S(90), UINT64_C(2147483647) * SS_S(1), &e->session);
        break;
    default:
        read_word(r, value, by_words, &e->by);
        break;
    }
}

/* What acts about events have beside them. */
static void read_detail(sn_reading *r, sn_story_entry *e, unsigned bit, const sn_item *value)
{
    static const char *const states[] = { "open", "closed", NULL };
    unsigned word = 0;
    switch (bit) {
    case MAY_EVENT:
        sn_value_word(r, value, sn_event_words, &e->event);
        break;
    case MAY_EXPIRES:
        read_expires(r, value, "expires", &e->expires);
        break;
    case MAY_TEXT:
        sn_value_text(r, value, 1000, &e->text);
        break;
    case MAY_STATE:
        e->closed = sn_value_word(r, value, states, &word) && word == 1;
        break;
    case MAY_PACKAGE:
        sn_value_text(r, value, 64, &e->package);
        break;
    default:
        if (e->verb == SN_VERB_REFER) {
            sn_selector_read(r, value, &e->target);
        } else {
            sn_value_name(r, value, &e->second);
        }
        break;
    }
}

static void read_companion(sn_reading *r, sn_story_entry *e, unsigned companion,
                           const sn_pair *pair)
{
    const unsigned bit = 1u << companion;
    const unsigned may = verbs[e->verb].may | (e->never ? MAY_NODE : 0u);
    ss_method method = SS_METHOD_OTHER;
    if ((may & bit) == 0) {
        sn_wrong(r, pair->key->place, NULL, "'%s' does not go with '%s'", companions[companion],
                 verbs[e->verb].word);
    } else if (bit == MAY_CSEQ) {
        if (sn_method_read(r, pair->value, &method)) {
            e->cseq = method;
        }
    } else if (bit == MAY_NODE) {
        e->has_who = sn_selector_read(r, pair->value, &e->who);
    } else if (bit >= MAY_RELIABLE) {
        read_option(r, e, bit, pair->value);
    } else if (bit >= MAY_EVENT) {
        read_detail(r, e, bit, pair->value);
    } else {
        const bool is_beside = e->verb == SN_VERB_SUBSCRIBE && bit == MAY_IN;
        sn_value_name(r, pair->value, is_beside ? &e->second : &e->label);
    }
}

static bool find_the_verb(sn_reading *r, sn_story_entry *e)
{
    const sn_pair *found = NULL;
    const uint64_t before = r->mistake_count;
    for (uint32_t i = 0; i < e->body->count; i++) {
        const sn_pair *pair = &e->body->pairs[i];
        const unsigned verb = find_verb(pair->key->text);
        if (verb == SN_VERB_COUNT) {
            if (find_companion(pair->key->text) == SS_COUNT(companions)) {
                unknown_verb(r, pair->key);
            }
        } else if (found != NULL) {
            sn_wrong(r, pair->key->place, NULL, "'%s' beside '%s': one verb in a line",
                     verbs[verb].word, verbs[e->verb].word);
        } else {
            found = pair;
            e->verb = (sn_verb)verb;
        }
    }
    if (found == NULL) {
        if (r->mistake_count == before) {
            sn_wrong(r, e->body->place, NULL,
                     "no verb: call, send, answer, reject, redirect, cancel, bye, hangup, "
                     "register, "
                     "unregister, query, replay, reset, close, hold, resume, update, reinvite, "
                     "prack, crash, "
                     "subscribe, "
                     "unsubscribe, "
                     "notify, publish, message, info, refer, transfer, options, sends, receives");
        }
        return false;
    }
    return true;
}

static bool read_body(sn_reading *r, sn_story_entry *e)
{
    if (e->body->kind != SN_ITEM_MAP) {
        sn_wrong(r, e->body->place, NULL,
                 "wrong type: an act or a check is wanted here, as in {answer: c1}");
        return false;
    }
    if (!find_the_verb(r, e)) {
        return false;
    }
    if (e->never && e->verb != SN_VERB_SENDS && e->verb != SN_VERB_RECEIVES) {
        sn_wrong(r, e->body->place, NULL, "never holds a check: sends or receives, not '%s'",
                 verbs[e->verb].word);
        return false;
    }
    unsigned there = 0;
    for (uint32_t i = 0; i < e->body->count; i++) {
        const sn_pair *pair = &e->body->pairs[i];
        const unsigned companion = find_companion(pair->key->text);
        if (companion < SS_COUNT(companions)) {
            there |= 1u << companion;
            read_companion(r, e, companion, pair);
        } else if (find_verb(pair->key->text) == e->verb) {
            read_verb(r, e, pair->value);
        }
    }
    for (unsigned i = 0; i < SS_COUNT(companions); i++) {
        if ((verbs[e->verb].must & ~there & 1u << i) != 0) {
            sn_wrong(r, e->body->place, NULL, "missing key '%s' beside '%s'", companions[i],
                     verbs[e->verb].word);
        }
    }
    return true;
}

/* ---- lines ---- */

static bool read_line(sn_reading *r, sn_story_entry *e)
{
    for (uint32_t i = 0; i < e->item->count; i++) {
        const sn_pair *pair = &e->item->pairs[i];
        if (ss_slice_eq(pair->key->text, SS_LIT("at"))) {
            e->has_at = true;
            e->at = SS_TIME_NEVER;
            sn_value_time(r, pair->value, 0, SN_TIME_MAX, &e->at);
            continue;
        }
        if (e->body != NULL) {
            sn_wrong(r, pair->key->place, NULL, "a line of a story has one node: '%s' is a second",
                     sn_shown(r, pair->key->text));
            return false;
        }
        e->body = pair->value;
        e->never = ss_slice_eq(pair->key->text, SS_LIT("never"));
        if (!e->never) {
            e->has_who = sn_selector_read(r, pair->key, &e->who);
            if (!e->has_who) {
                return false;
            }
        }
    }
    if (e->body == NULL) {
        sn_wrong(r, e->item->place, NULL,
                 "a line of a story names a node and what it does, as in {at: 0ms, alice: {...}}");
        return false;
    }
    return read_body(r, e);
}

void sn_story_read(sn_reading *r, const sn_item *value, void *model)
{
    sn_model *m = model;
    if (value->kind != SN_ITEM_LIST) {
        sn_wrong(r, value->place, NULL, "wrong type: story is a list, each line beginning with -");
        return;
    }
    for (uint32_t i = 0; i < value->count; i++) {
        sn_story_entry e = { .item = value->pairs[i].value,
                             .cseq = SS_METHOD_COUNT,
                             .expires = SS_S(3600) };
        if (e.item->kind != SN_ITEM_MAP) {
            sn_wrong(r, e.item->place, NULL,
                     "wrong type: a line of a story is a mapping, as in {at: 0ms, alice: {...}}");
        } else if (read_line(r, &e)) {
            const bool is_check = e.verb >= SN_VERB_SENDS;
            if (e.never && e.has_at) {
                sn_wrong(r, sn_item_place(e.item, "at"), NULL,
                         "never has no 'at': it holds at all times");
            } else if (!is_check && !e.has_at) {
                sn_wrong(r, e.item->place, NULL, "missing key 'at': an act has its instant");
            }
            m->story = sn_hoard_grow(&r->hoard, m->story, m->story_count, sizeof(*m->story));
            m->story[m->story_count++] = e;
        }
    }
}

/* ---- writing ---- */

static void write_messages(sn_text *t, const sn_story_entry *e)
{
    sn_text_put_str(t, e->message_count > 1 ? "[" : "");
    for (uint32_t i = 0; i < e->message_count; i++) {
        sn_text_put_str(t, i == 0 ? "" : ", ");
        if (e->messages[i].status != 0) {
            sn_text_put_u64(t, e->messages[i].status);
        } else {
            sn_text_put_str(t, method_words[e->messages[i].method - 1]);
        }
    }
    sn_text_put_str(t, e->message_count > 1 ? "]" : "");
}

static void write_verb(sn_text *t, const sn_story_entry *e)
{
    switch (e->verb) {
    case SN_VERB_CALL:
    case SN_VERB_RESET:
    case SN_VERB_CLOSE:
    case SN_VERB_MUTE:
    case SN_VERB_REDIRECT:
    case SN_VERB_SUBSCRIBE:
    case SN_VERB_MESSAGE:
    case SN_VERB_OPTIONS:
        sn_selector_write(t, &e->target);
        break;
    case SN_VERB_NOTIFY:
    case SN_VERB_PUBLISH:
        sn_text_put_str(t, sn_event_words[e->event]);
        break;
    case SN_VERB_UNREGISTER:
        sn_text_put_str(t, "all");
        break;
    case SN_VERB_QUERY:
        sn_text_put_str(t, "bindings");
        break;
    case SN_VERB_REPLAY:
        sn_text_put_str(t, method_words[e->method - 1]);
        break;
    case SN_VERB_SEND:
    case SN_VERB_REJECT:
        sn_text_put_u64(t, e->status);
        break;
    case SN_VERB_REGISTER:
        sn_quantity_put_time(t, e->expires);
        break;
    case SN_VERB_CRASH:
        sn_crash_codec.write(t, &e->crash);
        break;
    case SN_VERB_SENDS:
    case SN_VERB_RECEIVES:
        write_messages(t, e);
        break;
    default:
        sn_text_put_str(t, e->label.text);
        break;
    }
}

static void write_option(sn_text *t, const char *key, const char *const *words, unsigned word)
{
    if (word != 0) {
        sn_text_put_str(t, ", ");
        sn_put_key(t, key);
        sn_text_put_str(t, words[word - 1]);
    }
}

static void write_options(sn_text *t, const sn_story_entry *e)
{
    write_option(t, "reliable", bool_words, e->reliable ? 2 : 0);
    write_option(t, "body", body_words, e->says);
    write_option(t, "offer", offer_words, e->offer);
    write_option(t, "by", by_words, e->by);
    if (e->media != 0) {
        sn_text_put_str(t, ", media: ");
        sn_media_write(t, e->media);
    }
    if (e->session != 0) {
        sn_text_put_str(t, ", session_timer: ");
        sn_quantity_put_time(t, e->session);
    }
    if (e->retry_after != 0) {
        sn_text_put_str(t, ", retry_after: ");
        sn_retry_after_codec.write(t, &e->retry_after);
    }
    if (e->contacts != NULL) {
        sn_text_put_str(t, ", contacts: ");
        sn_contacts_codec.write(t, &e->contacts);
    }
}

static void write_details(sn_text *t, const sn_story_entry *e)
{
    const unsigned may = verbs[e->verb].may;
    if ((may & MAY_EVENT) != 0) {
        sn_text_put_str(t, ", event: ");
        sn_text_put_str(t, sn_event_words[e->event]);
    }
    if ((may & MAY_STATE) != 0) {
        sn_text_put_str(t, e->closed ? ", state: closed" : ", state: open");
    }
    if ((may & MAY_EXPIRES) != 0) {
        sn_text_put_str(t, ", expires: ");
        sn_quantity_put_time(t, e->expires);
    }
    if (e->package != NULL) {
        sn_text_put_str(t, ", package: ");
        sn_put_quoted(t, e->package);
    }
    if (e->text != NULL) {
        sn_text_put_str(t, ", text: ");
        sn_put_quoted(t, e->text);
    }
    if (e->verb == SN_VERB_SUBSCRIBE && e->second.text != NULL) {
        sn_text_put_str(t, ", in: ");
        sn_text_put_str(t, e->second.text);
    }
    if (e->verb == SN_VERB_REFER) {
        sn_text_put_str(t, ", to: ");
        sn_selector_write(t, &e->target);
    } else if (e->verb == SN_VERB_TRANSFER) {
        sn_text_put_str(t, ", to: ");
        sn_text_put_str(t, e->second.text);
    }
}

static void write_body(sn_text *t, const sn_story_entry *e)
{
    sn_text_put_str(t, "{");
    sn_put_key(t, verbs[e->verb].word);
    write_verb(t, e);
    if (e->cseq != SS_METHOD_COUNT) {
        sn_text_put_str(t, ", cseq: ");
        sn_text_put_str(t, method_words[e->cseq - 1]);
    }
    if (e->label.text != NULL && (verbs[e->verb].may & (MAY_AS | MAY_IN)) != 0) {
        sn_text_put_str(t, (verbs[e->verb].may & MAY_AS) != 0 ? ", as: " : ", in: ");
        sn_text_put_str(t, e->label.text);
    }
    write_details(t, e);
    write_options(t, e);
    if (e->never && e->has_who) {
        sn_text_put_str(t, ", node: ");
        sn_selector_write(t, &e->who);
    }
    sn_text_put_str(t, "}");
}

void sn_story_write(sn_text *t, const sn_model *m)
{
    for (uint32_t i = 0; i < m->story_count; i++) {
        const sn_story_entry *e = &m->story[i];
        sn_text_put_str(t, i == 0 ? "story:\n  - {" : "  - {");
        if (e->has_at) {
            sn_text_put_str(t, "at: ");
            sn_quantity_put_time(t, e->at);
            sn_text_put_str(t, ", ");
        }
        if (e->never) {
            sn_text_put_str(t, "never");
        } else {
            sn_selector_write(t, &e->who);
        }
        sn_text_put_str(t, ": ");
        write_body(t, e);
        sn_text_put_str(t, "}\n");
    }
}
