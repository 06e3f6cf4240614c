/* Publishing event state (RFC 3903 section 4): one publication for each package, known by the entity-tag that its compositor
 * gave last. It is refreshed without a document when nine tenths of its time have passed. One request at a time: 4. After a
 * failure it is gone, and the application decides. */
#include "documents.h"

typedef struct publication {
    ss_timer timer; /* refresh */
    ss_ref next;
    ss_ref txn;
    uint64_t cookie;
    uint32_t expires_s;
    uint8_t package;
    uint8_t repeats; /* of the request under way: repeat.c */
    bool is_busy : 1;
    bool is_open : 1;
    bool retried : 1;      /* a 423 was followed */
    bool has_document : 1; /* the request under way carries one */
    bool is_ending : 1;    /* it removes */
    ss_blob target, note, etag;
} publication;

static publication *publication_at(const ss_visit *v, ss_ref ref)
{
    return ss_store_at(&v->core->pools->store, ref);
}

static ss_ref ref_of(const ss_visit *v, const publication *p)
{
    return ss_store_ref(&v->core->pools->store, p);
}

static void arm(const ss_visit *v, publication *p, ss_time at)
{
    ss_timer_set(&v->core->timers, &v->core->pools->store, &p->timer, at);
}

static publication *find(const ss_visit *v, uint8_t package)
{
    for (ss_ref at = v->ua->first_publication; at != 0; at = publication_at(v, at)->next) {
        if (publication_at(v, at)->package == package) {
            return publication_at(v, at);
        }
    }
    return NULL;
}

static void free_it(const ss_visit *v, publication *p)
{
    const ss_ref ref = ref_of(v, p);
    ss_ref *at = &v->ua->first_publication;
    while (*at != ref) {
        SS_ASSERT(*at != 0);
        at = &publication_at(v, *at)->next;
    }
    *at = p->next;
    arm(v, p, SS_TIME_NEVER);
    if (p->txn != 0 && v->turn != NULL) {
        ss_txn_disown(v->core, p->txn);
    }
    ss_ua_drop_pending(v, ref);
    ss_targets_drop(v, (ss_errand){ SS_ERRAND_PUBLICATION, ref });
    ss_core_drop(v->core, &p->target);
    ss_core_drop(v->core, &p->note);
    ss_core_drop(v->core, &p->etag);
    ss_core_give(v->core, ref, sizeof *p);
}

void ss_publication_forget_all(const ss_visit *v)
{
    while (v->ua->first_publication != 0) {
        free_it(v, publication_at(v, v->ua->first_publication));
    }
}

/* ---- asking ---- */

static ss_slice print_document(const ss_visit *v, const publication *p)
{
    ss_buffer b = ss_buffer_open(v->turn->arena);
    ss_document_publish(v, &b, p->is_open, ss_blob_slice(&v->core->pools->store, p->note));
    return ss_buffer_keep(v->turn->arena, &b);
}

/* RFC3903:4.1 RFC3903:4.2 RFC3903:4.3 RFC3903:4.4 RFC3903:4.5 */
static ss_status ask(const ss_visit *v, publication *p, uint32_t expires_s, bool has_document)
{
    char tag[SS_TAG_BYTES];
    ss_draft d;
    ss_buffer tag_text = ss_buffer_on(tag, sizeof tag);
    ss_put_new_tag(v->core, &tag_text);
    const ss_slice document = has_document ? print_document(v, p) : SS_EMPTY;
    const ss_new_request request = { .method = SS_METHOD_PUBLISH,
                                     .call_id = ss_ua_new_call_id(v),
                                     .tag = ss_buffer_slice(&tag_text),
                                     .cseq = ss_cseq_initial(v->core) };
    if (request.call_id.len == 0 || (has_document && document.len == 0)) {
        return SS_ERR_FULL;
    }
    const ss_slice target =
        ss_arena_copy(v->turn->arena, ss_blob_slice(&v->core->pools->store, p->target));
    const ss_status status = ss_draft_outside(v, target, &request, SS_EMPTY, &d);
    if (status != SS_OK) {
        return status;
    }
    ss_put_text(&d.b, "Event: presence\r\n");
    ss_put_header_u64(&d.b, SS_HDR_EXPIRES, expires_s);
    if (p->etag.len > 0) {
        ss_put_header(&d.b, SS_HDR_SIP_IF_MATCH, ss_blob_slice(&v->core->pools->store, p->etag));
    }
    p->is_busy = true;
    p->has_document = has_document;
    p->is_ending = expires_s == 0;
    p->repeats = 0;
    const ss_errand errand = { SS_ERRAND_PUBLICATION, ref_of(v, p) };
    const ss_status sent = ss_draft_send(v, &d, errand, ss_package_type(p->package), document);
    p->is_busy = sent == SS_OK;
    if (sent == SS_OK) {
        arm(v, p, SS_TIME_NEVER);
    }
    return sent;
}

void ss_publication_sent(const ss_visit *v, ss_ref ref, ss_ref txn)
{
    publication_at(v, ref)->txn = txn;
}

static publication *make(const ss_visit *v, const ss_command *command, uint8_t package)
{
    const ss_ref ref = ss_core_take(v->core, sizeof(publication));
    if (ref == 0) {
        return NULL;
    }
    publication *p = publication_at(v, ref);
    ss_timer_init(&p->timer, SS_TIMER_OF_PUBLICATION);
    p->package = package;
    p->next = v->ua->first_publication;
    v->ua->first_publication = ref;
    if (ss_core_keep(v->core, command->target, &p->target) != SS_OK) {
        free_it(v, p);
        return NULL;
    }
    return p;
}

static ss_status change(const ss_visit *v, publication *p, const ss_command *command)
{
    ss_blob note;
    if (ss_core_keep(v->core, command->body, &note) != SS_OK) {
        return SS_ERR_FULL;
    }
    ss_core_drop(v->core, &p->note);
    p->note = note;
    p->is_open = command->status != 0;
    p->expires_s = command->expires_s;
    p->cookie = command->cookie;
    p->retried = false;
    return ask(v, p, command->expires_s, true);
}

ss_status ss_publish(const ss_visit *v, const ss_command *command)
{
    const uint8_t package = ss_package_find(v->ua, command->event);
    if (package != SS_PACKAGE_PRESENCE) {
        return SS_ERR_SEMANTIC;
    }
    publication *p = find(v, package);
    if (p != NULL && p->is_busy) {
        return SS_ERR_STATE; /* RFC3903:4 */
    }
    if (command->expires_s == 0) {
        return p == NULL ? SS_ERR_STATE : ask(v, p, 0, false);
    }
    const bool is_new = p == NULL;
    p = is_new ? make(v, command, package) : p;
    const ss_status status = p == NULL ? SS_ERR_FULL : change(v, p, command);
    if (status != SS_OK && is_new && p != NULL) {
        free_it(v, p);
    }
    return status;
}

/* ---- what came of it ---- */

static void tell(const ss_visit *v, const publication *p, ss_event_kind kind,
                 const ss_outcome *outcome)
{
    ss_turn_event(v->turn, &(ss_event){ .kind = kind,
                                        .cookie = p->cookie,
                                        .status = outcome->status,
                                        .expires_s = p->is_ending ? 0 : p->expires_s,
                                        .synthetic = outcome->synthetic,
                                        .msg = outcome->msg });
}

static void failed(const ss_visit *v, publication *p, const ss_outcome *outcome)
{
    p->is_ending = true;
    tell(v, p, SS_EVENT_PUBLISH_FAILED, outcome);
    free_it(v, p);
}

void ss_publication_failed(const ss_visit *v, ss_ref ref, const ss_outcome *outcome)
{
    failed(v, publication_at(v, ref), outcome);
}

/* RFC3903:4.1 a 2xx without an entity-tag names nothing that could be kept. */
static void granted(const ss_visit *v, publication *p, const ss_msg *response)
{
    ss_blob etag = { 0 };
    uint32_t seconds = p->expires_s;
    const ss_outcome outcome = { .status = response->status, .msg = response };
    const ss_slice said = ss_msg_value(response, SS_HDR_SIP_ETAG, 0);
    if (p->is_ending) {
        tell(v, p, SS_EVENT_PUBLISHED, &outcome);
        free_it(v, p);
        return;
    }
    if (said.len == 0 || ss_core_keep(v->core, said, &etag) != SS_OK) {
        failed(v, p, &(ss_outcome){ .status = 503, .synthetic = true });
        return;
    }
    ss_core_drop(v->core, &p->etag);
    p->etag = etag;
    if (ss_msg_number(response, SS_HDR_EXPIRES, &seconds) == SS_OK && seconds < p->expires_s) {
        p->expires_s = seconds;
    }
    tell(v, p, SS_EVENT_PUBLISHED, &outcome);
    if (v->ua->quiet) {
        if (ask(v, p, 0, false) != SS_OK) {
            free_it(v, p);
        }
        return;
    }
    arm(v, p, ss_time_after(v->turn->now, SS_S(p->expires_s) / 10 * 9));
}

/* RFC3903:4.2 */
static bool follow_423(const ss_visit *v, publication *p, const ss_msg *response)
{
    uint32_t least;
    if (response->status != 423 || p->retried || p->is_ending ||
        ss_msg_number(response, SS_HDR_MIN_EXPIRES, &least) != SS_OK || least <= p->expires_s) {
        return false;
    }
    p->retried = true;
    p->expires_s = least;
    return ask(v, p, least, p->has_document) == SS_OK;
}

void ss_publication_up(const ss_visit *v, ss_ref ref, const ss_up *up, const ss_msg *response)
{
    publication *p = publication_at(v, ref);
    if (up->kind == SS_UP_ENDED || (up->kind == SS_UP_RESPONSE && response->status < 200)) {
        return;
    }
    const ss_errand errand = { SS_ERRAND_PUBLICATION, ref };
    if ((response == NULL || response->status >= 300) &&
        ss_ua_repeat(v, errand, up, response, &p->repeats)) {
        return;
    }
    if (!up->ended && up->txn != 0) {
        ss_txn_disown(v->core, up->txn); /* Timer K is not our business */
    }
    p->txn = 0;
    p->is_busy = false;
    ss_targets_drop(v, errand);
    if (up->kind != SS_UP_RESPONSE) {
        failed(v, p,
               &(ss_outcome){ .status = up->kind == SS_UP_TIMEOUT ? 408 : 503, .synthetic = true });
    } else if (response->status < 300) {
        granted(v, p, response);
    } else if (!follow_423(v, p, response)) { /* RFC3903:4.3 after 412 it may be published anew */
        failed(v, p, &(ss_outcome){ .status = response->status, .msg = response });
    }
}

/* ---- refresh ---- */

void ss_publication_timer(const ss_visit *v, ss_timer *timer)
{
    publication *p = SS_OWNER(timer, publication, timer);
    ss_turn_note(v->turn, &(ss_note){ .kind = SS_NOTE_TIMER,
                                      .machine = SS_NICT,
                                      .letter = SS_TIMER_REFRESH,
                                      .method = SS_METHOD_PUBLISH,
                                      .value = SS_S(p->expires_s) / 10 * 9 });
    p->retried = false;
    if (ask(v, p, p->expires_s, false) != SS_OK) {
        failed(v, p, &(ss_outcome){ .status = 503, .synthetic = true });
    }
}

/* The run drains: what we published is taken back. */
void ss_publication_quiet(const ss_visit *v)
{
    for (ss_ref at = v->ua->first_publication; at != 0;) {
        publication *p = publication_at(v, at);
        at = p->next;
        if (!p->is_busy && ask(v, p, 0, false) != SS_OK) {
            free_it(v, p);
        }
    }
}
