/* Keys of digest authentication: what a domain asks for, and what a user agent is content with. */
#include "model.h"

#include <string.h>

/* ---- a word, or a list of different words ---- */

typedef struct words {
    const char *const *names;
    void (*take)(void *at, unsigned word);
    bool (*has)(const void *at, unsigned word);
} words;

static void read_word(sn_reading *r, const sn_item *value, void *at, const words *w)
{
    unsigned word = 0;
    if (!sn_value_word(r, value, w->names, &word)) {
        return;
    }
    if (w->has(at, word)) {
        sn_wrong(r, value->place, NULL, "'%s' is given twice", w->names[word]);
    } else {
        w->take(at, word);
    }
}

static void read_words(sn_reading *r, const sn_item *value, void *at, const words *w)
{
    if (value->kind != SN_ITEM_LIST) {
        read_word(r, value, at, w);
        return;
    }
    for (uint32_t i = 0; i < value->count; i++) {
        read_word(r, value->pairs[i].value, at, w);
    }
    if (value->count == 0) {
        sn_wrong(r, value->place, NULL, "an empty list");
    }
}

static void put_word(sn_text *t, bool *first, const char *word)
{
    sn_text_put_str(t, *first ? "" : ", ");
    sn_text_put_str(t, word);
    *first = false;
}

static bool write_words(sn_text *t, const void *at, const words *w)
{
    bool first = true;
    sn_text_put_str(t, "[");
    for (unsigned i = 0; w->names[i] != NULL; i++) {
        if (w->has(at, i)) {
            put_word(t, &first, w->names[i]);
        }
    }
    sn_text_put_str(t, "]");
    return true;
}

/* ---- algorithms: their order is what the domain prefers ---- */

#define ALGORITHM_TEXT(id, text) text,
static const char *const algorithm_words[] = { SS_ALGORITHM_LIST(ALGORITHM_TEXT) NULL };

static void take_algorithm(void *at, unsigned word)
{
    struct sn_algorithms_entry *a = at;
    a->list[a->count++] = (uint8_t)word;
}

static bool has_algorithm(const void *at, unsigned word)
{
    const struct sn_algorithms_entry *a = at;
    for (uint32_t i = 0; i < a->count; i++) {
        if (a->list[i] == word) {
            return true;
        }
    }
    return false;
}

static const words algorithms = { algorithm_words, take_algorithm, has_algorithm };

static void read_algorithms(sn_reading *r, const sn_item *value, void *at)
{
    ((struct sn_algorithms_entry *)at)->count = 0; /* the default gives way */
    read_words(r, value, at, &algorithms);
}

static bool write_algorithms(sn_text *t, const void *at)
{
    const struct sn_algorithms_entry *a = at;
    bool first = true;
    sn_text_put_str(t, "[");
    for (uint32_t i = 0; i < a->count; i++) {
        put_word(t, &first, algorithm_words[a->list[i]]);
    }
    sn_text_put_str(t, "]");
    return true;
}

const sn_codec sn_algorithms_codec = { read_algorithms, write_algorithms };

/* ---- qop ---- */

static const char *const qop_words[] = { "auth", "auth-int", NULL };

static void take_qop(void *at, unsigned word)
{
    *(unsigned *)at |= word == 0 ? SS_OFFERS_AUTH : SS_OFFERS_AUTH_INT;
}

static bool has_qop(const void *at, unsigned word)
{
    return (*(const unsigned *)at & (word == 0 ? SS_OFFERS_AUTH : SS_OFFERS_AUTH_INT)) != 0;
}

static const words qops = { qop_words, take_qop, has_qop };

static void read_qop(sn_reading *r, const sn_item *value, void *at)
{
    *(unsigned *)at = 0;
    read_words(r, value, at, &qops);
}

static bool write_qop(sn_text *t, const void *at)
{
    return write_words(t, at, &qops);
}

const sn_codec sn_qop_codec = { read_qop, write_qop };

/* ---- challenge: the methods that need credentials. RFC3261:22.1 ACK and CANCEL never do ---- */

static const char *const challenge_words[] = { "register",  "invite", "bye",   "options",
                                               "prack",     "update", "info",  "message",
                                               "subscribe", "notify", "refer", "publish",
                                               NULL };
static const uint8_t challenge_methods[] = {
    SS_METHOD_REGISTER,  SS_METHOD_INVITE, SS_METHOD_BYE,   SS_METHOD_OPTIONS,
    SS_METHOD_PRACK,     SS_METHOD_UPDATE, SS_METHOD_INFO,  SS_METHOD_MESSAGE,
    SS_METHOD_SUBSCRIBE, SS_METHOD_NOTIFY, SS_METHOD_REFER, SS_METHOD_PUBLISH
};
_Static_assert(SS_COUNT(challenge_words) == SS_COUNT(challenge_methods) + 1, "a method a word");

static void take_method(void *at, unsigned word)
{
    *(unsigned *)at |= 1u << challenge_methods[word];
}

static bool has_method(const void *at, unsigned word)
{
    return (*(const unsigned *)at >> challenge_methods[word] & 1u) != 0;
}

static const words challenges = { challenge_words, take_method, has_method };

static void read_challenge(sn_reading *r, const sn_item *value, void *at)
{
    *(unsigned *)at = 0;
    read_words(r, value, at, &challenges);
}

static bool write_challenge(sn_text *t, const void *at)
{
    return write_words(t, at, &challenges);
}

const sn_codec sn_challenge_codec = { read_challenge, write_challenge };

/* Of a user agent, which need not ask for any. */
static void read_door(sn_reading *r, const sn_item *value, void *at)
{
    *(unsigned *)at = 0;
    if (!sn_value_is_none(value)) {
        read_words(r, value, at, &challenges);
    }
}

static bool write_door(sn_text *t, const void *at)
{
    if (*(const unsigned *)at == 0) {
        sn_text_put_str(t, "none");
        return true;
    }
    return write_words(t, at, &challenges);
}

const sn_codec sn_door_codec = { read_door, write_door };

/* ---- auth, of user agents ---- */

static const char *const hash_words[] = { "MD5", "SHA-256", "SHA-512-256", NULL };
static const char *const prefer_words[] = { "first", "strongest", NULL };

static const sn_field auth_fields[] = {
    { .key = "minimum",
      .kind = SN_VALUE_WORD,
      .offset = offsetof(sn_auth_entry, minimum),
      .words = hash_words },
    { .key = "prefer",
      .kind = SN_VALUE_WORD,
      .offset = offsetof(sn_auth_entry, prefer),
      .words = prefer_words },
    { .key = "users", .kind = SN_VALUE_BOOL, .offset = offsetof(sn_auth_entry, users) },
    { .key = "mutual", .kind = SN_VALUE_BOOL, .offset = offsetof(sn_auth_entry, is_mutual) },
};
static const sn_fields auth_table = { "auth", auth_fields, SS_COUNT(auth_fields), NULL };

static void read_auth(sn_reading *r, const sn_item *value, void *at)
{
    sn_fields_read(r, &auth_table, 0, value, at);
}

static bool write_auth(sn_text *t, const void *at)
{
    sn_fields_write(t, &auth_table, 0, at);
    return true;
}

const sn_codec sn_auth_codec = { read_auth, write_auth };

/* ---- credentials of calls: {user: "u{n}", password: wrong} ---- */

static const sn_field login_fields[] = {
    { .key = "user",
      .kind = SN_VALUE_TEXT,
      .offset = offsetof(sn_call_login_entry, user),
      .max = 64 },
    { .key = "password",
      .kind = SN_VALUE_TEXT,
      .flags = SN_REQUIRED,
      .offset = offsetof(sn_call_login_entry, password),
      .max = 64 },
};
static const sn_fields login_table = { "credentials", login_fields, SS_COUNT(login_fields), NULL };

static void read_login(sn_reading *r, const sn_item *value, void *at)
{
    if (!sn_value_is_none(value)) {
        sn_fields_read(r, &login_table, 0, value, at);
    }
}

static bool write_login(sn_text *t, const void *at)
{
    const sn_call_login_entry *login = at;
    if (login->password == NULL) {
        sn_text_put_str(t, "none");
    } else {
        sn_fields_write(t, &login_table, 0, login);
    }
    return true;
}

const sn_codec sn_call_login_codec = { read_login, write_login };

void sn_call_login_resolve(sn_reading *r, sn_group_entry *caller, const sn_item *call,
                           sn_call_login_entry *login)
{
    const sn_place place = sn_item_place(call, "credentials");
    if (login->password == NULL) {
        return;
    }
    if (caller->login == NULL) {
        sn_wrong(r, place, NULL, "credentials for nobody: '%s' has no password of a domain",
                 caller->name.text);
        return;
    }
    login->user = login->user == NULL ? caller->user : login->user;
    for (uint32_t i = 0; i < caller->accounts.count; i++) {
        const sn_account_spec *known = &caller->accounts.list[i];
        if (strcmp(known->user, login->user) == 0 &&
            strcmp(known->password, login->password) == 0) {
            login->account = i + 1;
            return;
        }
    }
    if (caller->accounts.count == SN_ACCOUNTS_MAX) {
        sn_wrong(r, place, NULL, "out of range: more than %u credentials of calls of '%s'",
                 SN_ACCOUNTS_MAX, caller->name.text);
        return;
    }
    caller->accounts.list[caller->accounts.count++] =
        (sn_account_spec){ login->user, login->password };
    login->account = caller->accounts.count;
}

/* ---- guest_of: domains of others with an account there ---- */

static void read_guests(sn_reading *r, const sn_item *value, void *at)
{
    struct sn_guest_entry *guests = at;
    if (value->kind != SN_ITEM_LIST) {
        sn_wrong(r, value->place, NULL, "wrong type: a list of domains is wanted here");
        return;
    }
    for (uint32_t i = 0; i < value->count; i++) {
        const sn_item *item = value->pairs[i].value;
        const char *text = NULL;
        if (!sn_value_text(r, item, 200, &text)) {
            return;
        }
        if (guests->count == SN_GUESTS_MAX) {
            sn_wrong(r, item->place, NULL, "more than %u domains", SN_GUESTS_MAX);
            return;
        }
        guests->names[guests->count++] = (sn_name){ .text = text, .place = item->place };
    }
}

static bool write_guests(sn_text *t, const void *at)
{
    const struct sn_guest_entry *guests = at;
    sn_text_put_str(t, "[");
    for (uint32_t i = 0; i < guests->count; i++) {
        sn_text_put_str(t, i == 0 ? "" : ", ");
        sn_text_put_str(t, guests->names[i].text);
    }
    sn_text_put_str(t, "]");
    return true;
}

const sn_codec sn_guest_codec = { read_guests, write_guests };
