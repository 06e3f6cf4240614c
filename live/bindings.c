/* Bindings on a disk: RFC 3261 10.3, whose registrar tells nobody of a binding that could be lost. The location service in memory
 * decides (stack/proxy/location.c); what it made of an address-of-record is written here as a whole, and the answer waits until SQLite
 * has it durably (write-ahead log, synchronous). Writing is a thread's work, one batch at a time: all that came meanwhile is one
 * transaction, so that a slow disk makes batches longer and the loop no slower. */
#include "site.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

enum { JOBS_MAX = 100000 };

typedef struct job {
    struct job *next;
    uint32_t element;
    ss_slice name;
    ss_answer answer;
    ss_binding *bindings;
    uint64_t now_s; /* seconds since 1970 */
    char text[];
} job;

typedef struct job_list {
    job *first, **end;
    uint32_t count;
} job_list;

struct sl_bindings {
    sl_site *site;
    sqlite3 *db;
    sqlite3_stmt *remove, *insert;
    uv_work_t work;
    bool is_working, has_failed;
    job_list waiting, written; /* the latter is the thread's while it works */
};

/* ---- jobs ---- */

static void append(job_list *l, job *j)
{
    j->next = NULL;
    *l->end = j;
    l->end = &j->next;
    l->count++;
}

static void clear(job_list *l)
{
    *l = (job_list){ .end = &l->first };
}

static void free_jobs(job_list *l)
{
    for (job *j = l->first; j != NULL;) {
        job *next = j->next;
        free(j->bindings);
        free(j);
        j = next;
    }
    clear(l);
}

static ss_slice keep(char **at, ss_slice from)
{
    const ss_slice kept = { *at, from.len };
    if (from.len > 0) {
        memcpy(*at, from.at, from.len);
    }
    *at += from.len;
    return kept;
}

static size_t bytes_of(const ss_query *query, const ss_answer *answer)
{
    size_t bytes = query->name.len;
    for (uint16_t i = 0; i < answer->binding_count; i++) {
        const ss_binding *b = &answer->bindings[i];
        bytes += b->contact.len + b->call_id.len + b->path.len + b->instance.len;
    }
    return bytes;
}

static job *make_job(const sl_site *s, uint32_t element, const ss_query *query,
                     const ss_answer *answer)
{
    job *j = malloc(sizeof *j + bytes_of(query, answer));
    ss_binding *bindings = calloc(answer->binding_count + 1u, sizeof *bindings);
    if (j == NULL || bindings == NULL) {
        free(j);
        free(bindings);
        return NULL;
    }
    char *at = j->text;
    *j = (job){ .element = element, .name = keep(&at, query->name), .answer = *answer };
    j->now_s = s->options->plan->epoch_s + s->now / SS_S(1);
    for (uint16_t i = 0; i < answer->binding_count; i++) {
        bindings[i] = answer->bindings[i];
        bindings[i].contact = keep(&at, bindings[i].contact);
        bindings[i].call_id = keep(&at, bindings[i].call_id);
        bindings[i].path = keep(&at, bindings[i].path);
        bindings[i].instance = keep(&at, bindings[i].instance);
    }
    j->bindings = bindings;
    j->answer.bindings = bindings;
    return j;
}

/* ---- writing, in the thread ---- */

static void bind_text(sqlite3_stmt *statement, int nth, ss_slice text)
{
    (void)sqlite3_bind_text(statement, nth, text.len == 0 ? "" : text.at, (int)text.len,
                            SQLITE_STATIC);
}

static bool step(sqlite3_stmt *statement)
{
    const bool done = sqlite3_step(statement) == SQLITE_DONE;
    (void)sqlite3_reset(statement);
    return done;
}

static bool write_job(const struct sl_bindings *b, const job *j)
{
    bind_text(b->remove, 1, j->name);
    bool done = step(b->remove);
    for (uint16_t i = 0; done && i < j->answer.binding_count; i++) {
        const ss_binding *row = &j->bindings[i];
        bind_text(b->insert, 1, j->name);
        (void)sqlite3_bind_int(b->insert, 2, i);
        bind_text(b->insert, 3, row->contact);
        bind_text(b->insert, 4, row->call_id);
        (void)sqlite3_bind_int64(b->insert, 5, row->cseq);
        (void)sqlite3_bind_int(b->insert, 6, row->q);
        (void)sqlite3_bind_int64(b->insert, 7, (sqlite3_int64)(j->now_s + row->expires_s));
        bind_text(b->insert, 8, row->path);
        bind_text(b->insert, 9, row->instance);
        (void)sqlite3_bind_int64(b->insert, 10, row->reg_id);
        done = step(b->insert);
    }
    return done;
}

static bool run(sqlite3 *db, const char *sql)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

static void write_batch(uv_work_t *work)
{
    struct sl_bindings *b = work->data;
    bool done = run(b->db, "BEGIN IMMEDIATE");
    for (const job *j = b->written.first; done && j != NULL; j = j->next) {
        done = write_job(b, j);
    }
    done = done && run(b->db, "COMMIT");
    if (!done) {
        (void)run(b->db, "ROLLBACK");
    }
    b->has_failed = !done;
}

/* ---- the loop's side ---- */

static void begin_batch(struct sl_bindings *b);

static void tell(sl_site *s, const job *j, bool has_failed)
{
    const sl_element *e = &s->elements[j->element];
    ss_answer answer = j->answer;
    if (has_failed) {
        answer = (ss_answer){ .token = answer.token, .status = SS_ERR_FULL };
    }
    sl_event_begin(s, j->element);
    sn_host host = sl_host_of(s, j->element);
    e->class->resolved(e->app, &host, &answer);
    sl_event_end(s);
}

static void on_batch(uv_work_t *work, int status)
{
    struct sl_bindings *b = work->data;
    sl_site *s = b->site;
    job_list done = b->written;
    const bool has_failed = b->has_failed || status != 0;
    clear(&b->written);
    b->is_working = false;
    s->counts.unkept += has_failed ? done.count : 0;
    s->counts.kept += has_failed ? 0 : done.count;
    for (const job *j = done.first; j != NULL && !s->is_over; j = j->next) {
        tell(s, j, has_failed);
    }
    free_jobs(&done);
    if (b->waiting.first != NULL && !s->is_over) {
        begin_batch(b);
    }
}

static void begin_batch(struct sl_bindings *b)
{
    b->written = b->waiting;
    clear(&b->waiting);
    b->is_working = true;
    b->has_failed = false;
    b->work.data = b;
    if (uv_queue_work(&b->site->loop, &b->work, write_batch, on_batch) != 0) {
        b->is_working = false;
        b->waiting = b->written; /* the next change tries again */
        clear(&b->written);
    }
}

bool sl_bindings_keep(sl_site *s, uint32_t element, const ss_query *query, const ss_answer *answer)
{
    struct sl_bindings *b = s->bindings;
    job *j = b->waiting.count >= JOBS_MAX ? NULL : make_job(s, element, query, answer);
    if (j == NULL) {
        s->counts.unkept++;
        return false; /* nobody is told that it is bound: the REGISTER has no answer, and comes again */
    }
    append(&b->waiting, j);
    if (!b->is_working) {
        begin_batch(b);
    }
    return false;
}

/* ---- reading what is there ---- */

static ss_slice text_of(sqlite3_stmt *statement, int column)
{
    const void *at = sqlite3_column_blob(statement, column);
    return (ss_slice){ at, at == NULL ? 0 : (size_t)sqlite3_column_bytes(statement, column) };
}

static void restore_row(sl_site *s, uint32_t element, sqlite3_stmt *row, uint64_t now_s)
{
    const sl_element *e = &s->elements[element];
    const uint64_t expires = (uint64_t)sqlite3_column_int64(row, 5);
    const ss_binding binding = { .contact = text_of(row, 1),
                                 .call_id = text_of(row, 2),
                                 .cseq = (uint32_t)sqlite3_column_int64(row, 3),
                                 .q = (uint16_t)sqlite3_column_int(row, 4),
                                 .expires_s = (uint32_t)(expires - now_s),
                                 .path = text_of(row, 6),
                                 .instance = text_of(row, 7),
                                 .reg_id = (uint32_t)sqlite3_column_int64(row, 8) };
    const ss_query query = {
        .kind = SS_QUERY_PERSIST, .name = text_of(row, 0), .changes = &binding, .change_count = 1
    };
    sl_event_begin(s, element);
    sn_host host = sl_host_of(s, element);
    e->class->restore(e->app, &host, &query);
    sl_event_end(s);
}

bool sl_bindings_restore(sl_site *s, uint32_t element)
{
    static const char sql[] =
        "SELECT aor, contact, call_id, cseq, q, expires, path, instance, reg_id FROM bindings "
        "WHERE expires > ? ORDER BY aor, nth";
    struct sl_bindings *b = s->bindings;
    sqlite3_stmt *rows = NULL;
    const uint64_t now_s = s->options->plan->epoch_s;
    if (sqlite3_prepare_v2(b->db, sql, -1, &rows, NULL) != SQLITE_OK) {
        return false;
    }
    (void)sqlite3_bind_int64(rows, 1, (sqlite3_int64)now_s);
    int status;
    while ((status = sqlite3_step(rows)) == SQLITE_ROW) {
        restore_row(s, element, rows, now_s);
    }
    (void)sqlite3_finalize(rows);
    return status == SQLITE_DONE;
}

/* ---- opening and closing ---- */

static bool prepare(struct sl_bindings *b)
{
    static const char *const set_up[] = {
        "PRAGMA locking_mode=EXCLUSIVE",
        "PRAGMA journal_mode=WAL",
        "PRAGMA synchronous=FULL",
        "CREATE TABLE IF NOT EXISTS bindings(aor TEXT, nth INTEGER, contact TEXT, call_id TEXT, "
        "cseq INTEGER, q INTEGER, expires INTEGER, path TEXT, instance TEXT, reg_id INTEGER, "
        "PRIMARY KEY(aor, nth)) WITHOUT ROWID",
    };
    for (size_t i = 0; i < SS_COUNT(set_up); i++) {
        if (!run(b->db, set_up[i])) {
            return false;
        }
    }
    return sqlite3_prepare_v2(b->db, "DELETE FROM bindings WHERE aor = ?", -1, &b->remove, NULL) ==
               SQLITE_OK &&
           sqlite3_prepare_v2(b->db, "INSERT INTO bindings VALUES(?,?,?,?,?,?,?,?,?,?)", -1,
                              &b->insert, NULL) == SQLITE_OK;
}

struct sl_bindings *sl_bindings_open(sl_site *s, const char *path, sl_error *why)
{
    struct sl_bindings *b = calloc(1, sizeof *b);
    ss_buffer text = ss_buffer_on(why->text, sizeof why->text - 1);
    if (b != NULL) {
        b->site = s;
        clear(&b->waiting);
        clear(&b->written);
        if (sqlite3_open(path, &b->db) == SQLITE_OK && prepare(b)) {
            return b;
        }
    }
    ss_put_text(&text, "cannot keep bindings in ");
    ss_put_text(&text, path);
    ss_put_text(&text, ": ");
    ss_put_text(&text, b == NULL || b->db == NULL ? "out of memory" : sqlite3_errmsg(b->db));
    why->text[text.len] = '\0';
    sl_bindings_free(b);
    return NULL;
}

void sl_bindings_free(struct sl_bindings *b)
{
    if (b == NULL) {
        return;
    }
    free_jobs(&b->waiting);
    free_jobs(&b->written);
    (void)sqlite3_finalize(b->remove);
    (void)sqlite3_finalize(b->insert);
    (void)sqlite3_close(b->db);
    free(b);
}
