/* faults: which message, by its meaning and its path, and what becomes of it. */
#include "model.h"

/* ---- path: "p1 -> phone[*]", "any -> p1" ---- */

static ss_slice trimmed(ss_slice s, size_t *from)
{
    const ss_slice t = ss_slice_trim(s);
    *from += (size_t)(t.at - s.at);
    return t;
}

static void read_end(sn_reading *r, const sn_item *value, size_t from, size_t to,
                     sn_selector *selector)
{
    sn_item end = *value;
    end.text = trimmed(ss_slice_cut(value->text, from, to), &from);
    end.place = sn_item_part(value, from, end.text.len);
    end.quoted = false;
    if (!ss_slice_eq(end.text, SS_LIT("any"))) {
        (void)sn_selector_read(r, &end, selector);
    }
}

static void read_path(sn_reading *r, const sn_item *value, void *at)
{
    sn_path_entry *path = at;
    if (!sn_value_is_scalar(r, value, "a path, as \"p1 -> phone[*]\",")) {
        return;
    }
    for (size_t i = 0; i + 1 < value->text.len; i++) {
        if (value->text.at[i] == '-' && value->text.at[i + 1] == '>') {
            read_end(r, value, 0, i, &path->from);
            read_end(r, value, i + 2, value->text.len, &path->to);
            return;
        }
    }
    sn_wrong(r, value->place, NULL,
             "'%s' is no path: from -> to, each a node, a part of a group, or any",
             sn_shown(r, value->text));
}

static void write_end(sn_text *t, const sn_selector *s)
{
    if (s->group.text == NULL) {
        sn_text_put_str(t, "any");
        return;
    }
    sn_selector_put(t, s);
}

static bool write_path(sn_text *t, const void *at)
{
    const sn_path_entry *path = at;
    sn_text_put_str(t, "\"");
    write_end(t, &path->from);
    sn_text_put_str(t, " -> ");
    write_end(t, &path->to);
    sn_text_put_str(t, "\"");
    return true;
}

const sn_codec sn_path_codec = { read_path, write_path };

/* ---- match: {status: 200, cseq: INVITE, nth: 2, per: call} ---- */

static void read_method(sn_reading *r, const sn_item *value, void *at)
{
    ss_method method = SS_METHOD_OTHER;
    if (sn_method_read(r, value, &method)) {
        *(unsigned *)at = method;
    }
}

static bool write_method(sn_text *t, const void *at)
{
    const unsigned method = *(const unsigned *)at;
    if (method != SS_METHOD_OTHER) {
        sn_text_put_str(t, sn_method_word((ss_method)method));
    }
    return method != SS_METHOD_OTHER;
}

static const sn_codec method_codec = { read_method, write_method };

/* "200", or "2xx". */
static void read_status(sn_reading *r, const sn_item *value, void *at)
{
    sn_status_range *range = at;
    uint64_t status = 0;
    if (!sn_value_is_scalar(r, value, "a status code")) {
        return;
    }
    const ss_slice text = value->text;
    if (text.len == 3 && text.at[0] >= '1' && text.at[0] <= '6' && text.at[1] == 'x' &&
        text.at[2] == 'x') {
        range->min = (uint32_t)(text.at[0] - '0') * 100;
        range->max = range->min + 99;
    } else if (ss_slice_to_u64(text, 699, &status) == SS_OK && status >= 100) {
        range->min = range->max = (uint32_t)status;
    } else {
        sn_wrong(r, value->place, NULL, "bad status code '%s': 100 to 699, or a class, 1xx to 6xx",
                 sn_shown(r, text));
    }
}

static bool write_status(sn_text *t, const void *at)
{
    const sn_status_range *range = at;
    if (range->min == 0) {
        return false;
    }
    sn_text_put_u64(t, range->min == range->max ? range->min : range->min / 100);
    sn_text_put_str(t, range->min == range->max ? "" : "xx");
    return true;
}

static const sn_codec status_codec = { read_status, write_status };

static const char *const per_words[] = {
#define PER_WORD(name, word) word,
    SN_FAULT_PER_LIST(PER_WORD) NULL
};

static const char *const by_words[] = {
#define BY_WORD(name, word) word,
    SN_FAULT_BY_LIST(BY_WORD) NULL
};

#define MATCH(member) .offset = offsetof(sn_match_entry, member)

static const sn_field match_fields[] = {
    { .key = "method", .kind = SN_VALUE_SPECIAL, MATCH(method), .codec = &method_codec },
    { .key = "status", .kind = SN_VALUE_SPECIAL, MATCH(status), .codec = &status_codec },
    { .key = "cseq", .kind = SN_VALUE_SPECIAL, MATCH(cseq), .codec = &method_codec },
    { .key = "transport", .kind = SN_VALUE_WORD, MATCH(by), .words = by_words },
    { .key = "call", .kind = SN_VALUE_SPECIAL, MATCH(call), .codec = &sn_fault_call_codec },
    { .key = "nth",
      .kind = SN_VALUE_COUNT,
      .flags = SN_OR_NONE,
      MATCH(nth),
      .min = 1,
      .max = UINT32_MAX - 1 },
    { .key = "times",
      .kind = SN_VALUE_COUNT,
      .flags = SN_OR_NONE,
      MATCH(times),
      .min = 1,
      .max = UINT32_MAX - 1 },
    { .key = "per", .kind = SN_VALUE_WORD, MATCH(per), .words = per_words },
};
static const sn_fields match_table = { "match", match_fields, SS_COUNT(match_fields), NULL };

static void judge_match(sn_reading *r, const sn_item *value, const sn_match_entry *match)
{
    const sn_pair *times = sn_item_pair(value, "times"), *per = sn_item_pair(value, "per");
    if (match->method != SS_METHOD_OTHER &&
        (match->status.min != 0 || match->cseq != SS_METHOD_OTHER)) {
        sn_wrong(r, sn_item_pair(value, "method")->key->place, "cseq",
                 "a response has no method: 'method' is of requests, 'cseq' of responses");
    }
    if (match->nth == 0 && (times != NULL || per != NULL)) {
        sn_wrong(r, (times != NULL ? times : per)->key->place, NULL,
                 "'%s' goes with 'nth': without it, every copy is meant",
                 times != NULL ? "times" : "per");
    }
}

static void read_match(sn_reading *r, const sn_item *value, void *at)
{
    sn_match_entry *match = at;
    const uint64_t before = r->mistake_count;
    if (sn_fields_read(r, &match_table, 0, value, match) && r->mistake_count == before) {
        judge_match(r, value, match);
    }
}

static bool write_match(sn_text *t, const void *at)
{
    const sn_match_entry *match = at;
    const sn_fields of_all = { "match", match_fields, match->nth == 0 ? 5 : SS_COUNT(match_fields),
                               NULL };
    sn_fields_write(t, &of_all, 0, match);
    return true;
}

static const sn_codec match_codec = { read_match, write_match };

/* ---- do: drop, duplicate, corrupt, {delay: 300ms}, {edit: tag, field: To} ---- */

static const char *const act_words[] = { "drop", "duplicate", "corrupt", NULL };

/* An edit's name, or `any`. */
static const char *const edit_words[] = {
#define EDIT(id, name, weight, inverse, sentence) #name,
#include "sn/mutate.def"
#undef EDIT
    "any", NULL
};

#define DO(member) .offset = offsetof(sn_do_entry, member)

static const sn_field do_fields[] = {
    { .key = "delay", .kind = SN_VALUE_TIME, DO(delay), .min = 1, .max = SN_TIME_MAX },
    { .key = "edit", .kind = SN_VALUE_WORD, DO(edit), .words = edit_words },
    { .key = "field", .kind = SN_VALUE_TEXT, DO(field), .max = 64 },
    { .key = "value", .kind = SN_VALUE_TEXT, DO(text), .max = 4096 },
    { .key = "choice", .kind = SN_VALUE_COUNT, DO(choice), .max = UINT32_MAX },
    { .key = "repair", .kind = SN_VALUE_BOOL, DO(repair) },
};
static const sn_fields do_table = { "do", do_fields, SS_COUNT(do_fields), NULL };
static const sn_fields delay_table = { "do", do_fields, 1, NULL };

static bool has(const sn_item *value, const char *key)
{
    return sn_item_pair(value, key) != NULL;
}

/* A delay, or an edit with what goes with it. */
static void judge_act(sn_reading *r, const sn_item *value, const sn_do_entry *what)
{
    static const char *const of_edits[] = { "field", "value", "choice", "repair" };
    if (has(value, "delay") == has(value, "edit")) {
        sn_wrong(r, value->place, NULL,
                 "a message is delayed or edited: {delay: 300ms} or {edit: tag}");
        return;
    }
    for (size_t i = 0; has(value, "delay") && i < SS_COUNT(of_edits); i++) {
        const sn_pair *pair = sn_item_pair(value, of_edits[i]);
        if (pair != NULL) {
            sn_wrong(r, pair->key->place, NULL, "'%s' goes with 'edit'", of_edits[i]);
        }
    }
    const bool sets = has(value, "edit") && what->edit == SN_EDIT_SET_FIELD;
    if (sets && (what->field == NULL || what->text == NULL)) {
        sn_wrong(r, sn_item_place(value, "edit"), NULL, "'set_field' needs 'field' and 'value'");
    } else if (!sets && has(value, "edit") && has(value, "value")) {
        sn_wrong(r, sn_item_pair(value, "value")->key->place, NULL,
                 "'value' goes with 'edit: set_field'");
    }
}

static void read_act(sn_reading *r, const sn_item *value, void *at)
{
    sn_do_entry *what = at;
    const uint64_t before = r->mistake_count;
    what->repair = true;
    if (value->kind != SN_ITEM_MAP) {
        sn_value_word(r, value, act_words, &what->act);
    } else if (sn_fields_read(r, &do_table, 0, value, what) && r->mistake_count == before) {
        what->act = has(value, "edit") ? SN_FAULT_EDIT : SN_FAULT_DELAY;
        judge_act(r, value, what);
    }
}

static void write_edit(sn_text *t, const sn_do_entry *what)
{
    sn_text_put_str(t, "{edit: ");
    sn_text_put_str(t, edit_words[what->edit]);
    if (what->field != NULL) {
        sn_text_put_str(t, ", field: ");
        sn_put_quoted(t, what->field);
    }
    if (what->text != NULL) {
        sn_text_put_str(t, ", value: ");
        sn_put_quoted(t, what->text);
    }
    sn_text_put_str(t, ", choice: ");
    sn_text_put_u64(t, what->choice);
    sn_text_put_str(t, what->repair ? ", repair: true}" : ", repair: false}");
}

static bool write_act(sn_text *t, const void *at)
{
    const sn_do_entry *what = at;
    if (what->act == SN_FAULT_DELAY) {
        sn_fields_write(t, &delay_table, 0, what);
    } else if (what->act == SN_FAULT_EDIT) {
        write_edit(t, what);
    } else {
        sn_text_put_str(t, act_words[what->act]);
    }
    return true;
}

static const sn_codec act_codec = { read_act, write_act };

/* ---- a fault ---- */

#define FAULT(member) .offset = offsetof(sn_fault_entry, member)

static const sn_field fault_fields[] = {
    { .key = "path",
      .kind = SN_VALUE_SPECIAL,
      .flags = SN_REQUIRED,
      FAULT(path),
      .codec = &sn_path_codec },
    { .key = "match", .kind = SN_VALUE_SPECIAL, FAULT(match), .codec = &match_codec },
    { .key = "during", .kind = SN_VALUE_SPECIAL, FAULT(during), .codec = &sn_window_codec },
    { .key = "do",
      .kind = SN_VALUE_SPECIAL,
      .flags = SN_REQUIRED,
      FAULT(act),
      .codec = &act_codec },
};
static const sn_fields fault_table = { "a fault", fault_fields, SS_COUNT(fault_fields), NULL };

/* The bytes of a connection are numbered, and come as often as they must. */
static void judge_transport(sn_reading *r, const sn_item *item, const sn_fault_entry *fault)
{
    const bool is_of_datagrams =
        fault->act.act == SN_FAULT_DUPLICATE || fault->act.act == SN_FAULT_EDIT;
    if (fault->match.by == SN_FAULT_BY_TCP && is_of_datagrams) {
        sn_wrong(
            r, sn_item_place(item, "do"), NULL,
            "on a connection a message is dropped, corrupted or delayed: it is neither doubled "
            "nor edited");
    }
}

void sn_faults_read(sn_reading *r, const sn_item *value, void *model)
{
    sn_model *m = model;
    if (value->kind != SN_ITEM_LIST) {
        sn_wrong(r, value->place, NULL, "wrong type: faults is a list");
        return;
    }
    for (uint32_t i = 0; i < value->count; i++) {
        const sn_item *item = value->pairs[i].value;
        sn_fault_entry fault = { .match.times = 1 };
        const uint64_t before = r->mistake_count;
        if (sn_fields_read(r, &fault_table, 0, item, &fault) && r->mistake_count == before) {
            judge_transport(r, item, &fault);
        }
        m->faults = sn_hoard_grow(&r->hoard, m->faults, m->fault_count, sizeof(*m->faults));
        m->faults[m->fault_count++] = fault;
    }
}

void sn_faults_write(sn_text *t, const sn_model *m)
{
    for (uint32_t i = 0; i < m->fault_count; i++) {
        sn_text_put_str(t, i == 0 ? "faults:\n  - " : "  - ");
        sn_fields_write(t, &fault_table, 0, &m->faults[i]);
        sn_text_put_str(t, "\n");
    }
}

/* ---- what names mean ---- */

static void resolve_end(sn_reading *r, sn_model *m, sn_selector *s)
{
    const sn_group_entry *g = s->group.text == NULL ? NULL : sn_group_find(r, m, &s->group, "node");
    if (g == NULL) {
        return;
    }
    if (!sn_group_lacks(g, SN_IS_ROUTER)) {
        sn_wrong(r, s->group.place, NULL,
                 "'%s' is a router: it passes messages on, and neither sends nor receives any",
                 g->name.text);
    } else {
        (void)sn_selector_fits(r, s, g);
    }
}

void sn_path_resolve(sn_reading *r, sn_model *m, sn_path_entry *path)
{
    resolve_end(r, m, &path->from);
    resolve_end(r, m, &path->to);
}

void sn_faults_resolve(sn_reading *r, sn_model *m)
{
    for (uint32_t i = 0; i < m->fault_count; i++) {
        sn_path_resolve(r, m, &m->faults[i].path);
    }
}

/* ---- to the plan ---- */

void sn_faults_build(sn_reading *r, const sn_model *m)
{
    for (uint32_t i = 0; i < m->fault_count; i++) {
        const sn_fault_entry *e = &m->faults[i];
        const sn_match_entry *match = &e->match;
        const bool of_responses = match->status.min != 0 || match->cseq != SS_METHOD_OTHER;
        const sn_fault fault = {
            .from = sn_selector_range(m, &e->path.from),
            .to = sn_selector_range(m, &e->path.to),
            .calls = sn_fault_calls_of(m, match),
            .is_of_requests = match->method != SS_METHOD_OTHER,
            .is_of_responses = of_responses,
            .by = (sn_fault_by)match->by,
            .method = (uint8_t)(of_responses ? match->cseq : match->method),
            .status_min = (uint16_t)match->status.min,
            .status_max = (uint16_t)(match->status.min == 0 ? 699 : match->status.max),
            .since = e->during.from,
            .until = e->during.to == 0 ? SS_TIME_NEVER : e->during.to,
            .nth = match->nth,
            .times = match->times,
            .per = (sn_fault_per)match->per,
            .act = (sn_fault_act)e->act.act,
            .delay = e->act.delay,
            .edit = { .edit = (sn_edit)e->act.edit,
                      .field = e->act.field,
                      .value = e->act.text,
                      .choice = e->act.choice,
                      .repair = e->act.repair },
        };
        sn_added(r, sn_plan_add_fault(r->plan, &fault));
    }
}

const sn_fields *sn_faults_fields(void)
{
    return &fault_table;
}
