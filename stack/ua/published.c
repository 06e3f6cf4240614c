/* The event state compositor (RFC 3903 section 6) and what a user agent says of itself: records by resource and entity-tag. Each
 * change is told to the watchers. The documents are read for what presence is about, open or closed and a note, and nothing of
 * their bytes is repeated: what goes out is printed by us. */
#include "published.h"
#include "ss/tag.h"

static ss_published *published_at(const ss_visit *v, ss_ref ref)
{
    return ss_store_at(&v->core->pools->store, ref);
}

const ss_published *ss_published_first(const ss_visit *v)
{
    return v->ua->first_published == 0 ? NULL : published_at(v, v->ua->first_published);
}

const ss_published *ss_published_next(const ss_visit *v, const ss_published *p)
{
    return p->next == 0 ? NULL : published_at(v, p->next);
}

uint64_t ss_resource_of(const ss_visit *v, const ss_msg *request, ss_slice *entity)
{
    const ss_ua_identity *me = v->ua->identity;
    const bool by_uri = me->profile != NULL && me->profile->is_compositor && request != NULL;
    ss_uri uri;
    if (ss_uri_parse(by_uri ? request->request_uri : me->aor, &uri) != SS_OK) {
        uri = (ss_uri){ .scheme = SS_SCHEME_SIP, .host = SS_LIT("invalid") };
    }
    ss_buffer b = ss_buffer_open(v->turn->arena);
    ss_uri_put_canonical_aor(&b, &uri);
    *entity = ss_buffer_keep(v->turn->arena, &b);
    return ss_hash64(0, *entity);
}

/* ---- records ---- */

static void arm(const ss_visit *v, ss_published *p, ss_time at)
{
    ss_timer_set(&v->core->timers, &v->core->pools->store, &p->timer, at);
}

static ss_published *add(const ss_visit *v, uint64_t resource, uint8_t package)
{
    const ss_ref ref = ss_core_take(v->core, sizeof(ss_published));
    if (ref == 0) {
        return NULL;
    }
    ss_published *p = published_at(v, ref);
    ss_timer_init(&p->timer, SS_TIMER_OF_PUBLISHED);
    p->resource = resource;
    p->package = package;
    p->next = v->ua->first_published;
    v->ua->first_published = ref;
    return p;
}

static void free_it(const ss_visit *v, ss_published *p)
{
    const ss_ref ref = ss_store_ref(&v->core->pools->store, p);
    ss_ref *at = &v->ua->first_published;
    while (*at != ref) {
        SS_ASSERT(*at != 0);
        at = &published_at(v, *at)->next;
    }
    *at = p->next;
    arm(v, p, SS_TIME_NEVER);
    ss_core_drop(v->core, &p->note);
    ss_core_give(v->core, ref, sizeof *p);
}

void ss_published_forget_all(const ss_visit *v)
{
    while (v->ua->first_published != 0) {
        free_it(v, published_at(v, v->ua->first_published));
    }
}

static ss_published *find(const ss_visit *v, uint64_t resource, uint8_t package, uint64_t etag)
{
    for (ss_ref at = v->ua->first_published; at != 0;) {
        ss_published *p = published_at(v, at);
        if (p->resource == resource && p->package == package && p->etag == etag) {
            return p;
        }
        at = p->next;
    }
    return NULL;
}

static ss_status set_note(const ss_visit *v, ss_published *p, ss_slice note)
{
    ss_blob kept;
    if (ss_core_keep(v->core, note, &kept) != SS_OK) {
        return SS_ERR_FULL;
    }
    ss_core_drop(v->core, &p->note);
    p->note = kept;
    return SS_OK;
}

/* RFC3903:6 it was not refreshed in time */
void ss_published_timer(const ss_visit *v, ss_timer *timer)
{
    ss_published *p = SS_OWNER(timer, ss_published, timer);
    const uint64_t resource = p->resource;
    const uint8_t package = p->package;
    ss_turn_note(v->turn, &(ss_note){ .kind = SS_NOTE_TIMER,
                                      .machine = SS_NIST,
                                      .letter = SS_TIMER_EXPIRY,
                                      .method = SS_METHOD_PUBLISH });
    free_it(v, p);
    ss_not_changed(v, package, resource);
}

/* Who publishes here has removed what is theirs by then. */
void ss_published_quiet(const ss_visit *v)
{
    const ss_time last = ss_time_after(v->turn->now, 64 * v->core->settings->t1 + SS_S(1));
    for (ss_ref at = v->ua->first_published; at != 0; at = published_at(v, at)->next) {
        ss_published *p = published_at(v, at);
        if (p->timer.at > last) {
            arm(v, p, last); /* what we say of ourselves too */
        }
    }
}

/* ---- what we say of ourselves ---- */

ss_status ss_published_set_own(const ss_visit *v, const ss_command *command)
{
    ss_slice entity;
    const uint8_t package = ss_package_find(v->ua, command->event);
    const uint64_t resource = ss_resource_of(v, NULL, &entity);
    if (package != SS_PACKAGE_PRESENCE || !ss_package_is_served(v->ua, package)) {
        return SS_ERR_SEMANTIC;
    }
    if (entity.len == 0) {
        return SS_ERR_FULL;
    }
    ss_published *p = find(v, resource, package, 0);
    const bool is_new = p == NULL;
    p = is_new ? add(v, resource, package) : p;
    if (p == NULL || set_note(v, p, command->body) != SS_OK) {
        if (is_new && p != NULL) {
            free_it(v, p);
        }
        return SS_ERR_FULL;
    }
    p->is_open = command->status != 0;
    ss_not_changed(v, package, resource);
    return SS_OK;
}

/* ---- PUBLISH ---- */

/* What stands between <element> and </element>, whatever namespace prefix it has; false when there is no such element. */
static bool element_text(ss_slice document, const char *element, ss_slice *out)
{
    const ss_slice name = ss_slice_from(element);
    size_t at = 0;
    while (at < document.len) {
        const ss_slice rest = ss_slice_cut(document, at, document.len);
        const size_t open = ss_slice_find(rest, '<');
        const ss_slice tag = ss_slice_cut(rest, open, rest.len);
        const size_t close = ss_slice_find(tag, '>');
        if (close == tag.len) {
            return false;
        }
        ss_slice inside = ss_slice_cut(tag, 1, close);
        inside = ss_slice_cut(inside, 0, ss_slice_find(inside, ' '));
        const size_t colon = ss_slice_find(inside, ':');
        inside = colon < inside.len ? ss_slice_cut(inside, colon + 1, inside.len) : inside;
        if (ss_slice_eq(inside, name)) {
            const ss_slice text = ss_slice_cut(tag, close + 1, tag.len);
            *out = ss_slice_trim(ss_slice_cut(text, 0, ss_slice_find(text, '<')));
            return true;
        }
        at += open + close + 1;
    }
    return false;
}

/* The character that "amp;…" stands for, and how long its name is; 0: none that we know, the ampersand stays. */
static char entity(ss_slice text, size_t *len)
{
    static const struct {
        ss_slice name;
        char stands_for;
    } known[] = { { SS_LIT_INIT("amp;"), '&' },
                  { SS_LIT_INIT("lt;"), '<' },
                  { SS_LIT_INIT("gt;"), '>' },
                  { SS_LIT_INIT("quot;"), '"' },
                  { SS_LIT_INIT("apos;"), '\'' } };
    for (size_t i = 0; i < SS_COUNT(known); i++) {
        if (ss_slice_starts(text, known[i].name)) {
            *len = known[i].name.len;
            return known[i].stands_for;
        }
    }
    *len = 0;
    return '&';
}

static ss_slice unescaped(ss_arena *arena, ss_slice text)
{
    ss_buffer b = ss_buffer_open(arena);
    for (size_t i = 0; i < text.len; i++) {
        size_t skip = 0;
        const char c =
            text.at[i] == '&' ? entity(ss_slice_cut(text, i + 1, text.len), &skip) : text.at[i];
        ss_put_char(&b, c);
        i += skip;
    }
    return ss_buffer_keep(arena, &b);
}

typedef struct publication_text {
    bool is_open;
    ss_slice note;
} publication_text;

static bool read_document(ss_arena *arena, ss_slice body, publication_text *out)
{
    ss_slice basic;
    *out = (publication_text){ .is_open = false };
    if (!element_text(body, "basic", &basic)) {
        return false;
    }
    out->is_open = ss_slice_eq(basic, SS_LIT("open"));
    out->note = element_text(body, "note", &out->note) ? unescaped(arena, out->note) : SS_EMPTY;
    return out->is_open || ss_slice_eq(basic, SS_LIT("closed"));
}

/* 16 hexadecimal digits of ours; anything else matches nothing, and so does 0, which is no entity-tag. */
static uint64_t read_etag(ss_slice text)
{
    uint64_t etag = 0;
    if (text.len != 16) {
        return 0;
    }
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.at[i];
        const unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                               : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
                                                      : 16;
        if (digit == 16) {
            return 0;
        }
        etag = etag << 4 | digit;
    }
    return etag;
}

/* RFC3903:6 step 6 */
static bool answer(const ss_visit *v, const ss_incoming *in, uint64_t etag, uint32_t expires_s)
{
    char tag[SS_TAG_BYTES];
    char text[16];
    ss_buffer tag_text = ss_buffer_on(tag, sizeof tag);
    ss_buffer etag_text = ss_buffer_on(text, sizeof text);
    ss_put_response_tag(v->core, &tag_text, in->msg);
    ss_put_hex(&etag_text, etag, 16);
    ss_buffer b = ss_ua_reply_begin(v, in->msg, 200, ss_buffer_slice(&tag_text));
    ss_put_header_u64(&b, SS_HDR_EXPIRES, expires_s);
    ss_put_header(&b, SS_HDR_SIP_ETAG, ss_buffer_slice(&etag_text));
    return ss_ua_reply(v, in, ss_ua_reply_end(v, &b, SS_EMPTY, SS_EMPTY));
}

typedef struct publish {
    uint64_t resource;
    uint8_t package;
    uint32_t expires_s;
    publication_text text;
    bool has_text;
    ss_published *old; /* that SIP-If-Match names */
} publish;

/* Steps 2 to 5: 0, or what it is answered. RFC3903:6 */
static unsigned examine(const ss_visit *v, const ss_msg *msg, publish *p)
{
    ss_slice entity;
    const ss_ua_profile *profile = v->ua->identity->profile;
    const uint32_t least = profile == NULL ? 0 : profile->min_expires_s;
    p->resource = ss_resource_of(v, msg, &entity);
    p->package = ss_package_find(v->ua, ss_event_read(ss_msg_value(msg, SS_HDR_EVENT, 0)).package);
    if (p->package != SS_PACKAGE_PRESENCE) {
        return 489;
    }
    if (ss_msg_count(msg, SS_HDR_SIP_IF_MATCH) > 1) {
        return 400;
    }
    if (ss_msg_count(msg, SS_HDR_SIP_IF_MATCH) == 1) {
        const uint64_t etag = read_etag(ss_msg_value(msg, SS_HDR_SIP_IF_MATCH, 0));
        p->old = etag == 0 ? NULL : find(v, p->resource, p->package, etag);
        if (p->old == NULL) {
            return 412;
        }
    }
    if (ss_msg_number(msg, SS_HDR_EXPIRES, &p->expires_s) != SS_OK) {
        p->expires_s = ss_package_expires(p->package);
    }
    if (p->expires_s > 0 && p->expires_s < least) {
        return 423;
    }
    p->has_text = msg->body.len > 0;
    if (p->has_text ? !read_document(v->turn->arena, msg->body, &p->text) : p->old == NULL) {
        return 400;
    }
    return 0;
}

static void refuse(const ss_visit *v, const ss_incoming *in, unsigned status)
{
    char least[12];
    ss_buffer text = ss_buffer_on(least, sizeof least);
    if (status == 423) {
        ss_put_u64(&text, v->ua->identity->profile->min_expires_s);
        ss_ua_refuse(v, in, 423, SS_HDR_MIN_EXPIRES, ss_buffer_slice(&text));
    } else if (status == 489) {
        ss_ua_refuse(v, in, 489, SS_HDR_ALLOW_EVENTS, SS_EMPTY);
    } else {
        ss_ua_refuse(v, in, status, SS_HDR_OTHER, SS_EMPTY);
    }
}

/* A publication changes wholly or not at all: what is new stands before the answer, what is old goes after it. RFC3903:6 */
static void store(const ss_visit *v, const ss_incoming *in, publish *p)
{
    const uint64_t etag = ss_entropy_next(&v->core->entropy) | 1u;
    ss_published *record = add(v, p->resource, p->package);
    const ss_slice before =
        p->old == NULL ? SS_EMPTY : ss_blob_slice(&v->core->pools->store, p->old->note);
    const bool has_room =
        record != NULL && set_note(v, record, p->has_text ? p->text.note : before) == SS_OK;
    if (!has_room) {
        ss_ua_refuse_full(v, in);
    }
    if (!has_room || !answer(v, in, etag, p->expires_s)) {
        if (record != NULL) {
            free_it(v, record);
        }
        return;
    }
    const bool is_change = p->has_text || p->old == NULL;
    record->etag = etag;
    record->is_open = p->has_text ? p->text.is_open : p->old->is_open;
    arm(v, record, ss_time_after(v->turn->now, SS_S(p->expires_s)));
    if (p->old != NULL) {
        free_it(v, p->old);
    }
    if (is_change) {
        ss_not_changed(v, p->package, p->resource);
    }
}

void ss_published_serve(const ss_visit *v, const ss_incoming *in)
{
    publish p = { 0 };
    const unsigned refusal = examine(v, in->msg, &p);
    if (refusal != 0) {
        refuse(v, in, refusal);
        return;
    }
    if (p.expires_s > 0) {
        store(v, in, &p);
        return;
    }
    if (answer(v, in, ss_entropy_next(&v->core->entropy) | 1u, 0) && p.old != NULL) {
        free_it(v, p.old);
        ss_not_changed(v, p.package, p.resource);
    }
}
