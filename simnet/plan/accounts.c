/* Accounts of a plan: who are the users of a guarded domain and what their passwords are, from names and indices alone. It is what a
 * database would answer (RFC 3261 22.4): nothing of it is kept per user. */
#include "plan/private.h"

#include <string.h>

void sn_put_template(ss_buffer *b, const char *template, uint32_t index)
{
    const char *mark = strstr(template, "{n}");
    while (mark != NULL) {
        ss_put(b, (ss_slice){ template, (size_t)(mark - template) });
        ss_put_u64(b, index);
        template = mark + 3;
        mark = strstr(template, "{n}");
    }
    ss_put_text(b, template);
}

const sn_guard_spec *sn_plan_guard(const sn_proxy_spec *spec, ss_slice realm)
{
    for (uint32_t i = 0; i < spec->guard_count; i++) {
        if (ss_slice_eq(ss_slice_from(spec->guards[i].realm), realm)) {
            return &spec->guards[i];
        }
    }
    return NULL;
}

bool sn_plan_needs_crypto(const sn_plan *plan)
{
    for (uint32_t i = 0; i < plan->group_count; i++) {
        const sn_group_spec *g = &plan->groups[i];
        if ((g->role == SN_ROLE_UA && (g->ua.login.password != NULL || g->ua.door != NULL)) ||
            (g->role == SN_ROLE_PROXY && g->proxy.guard_count > 0)) {
            return true;
        }
    }
    return false;
}

/* The digits that stand in `user` where the template has its first {n}; 0 when it has none. */
static uint32_t index_in(const char *template, ss_slice user)
{
    const char *mark = strstr(template, "{n}");
    const size_t from = mark == NULL ? user.len : (size_t)(mark - template);
    size_t to = from;
    uint64_t index = 0;
    while (to < user.len && user.at[to] >= '0' && user.at[to] <= '9') {
        to++;
    }
    if (from >= user.len ||
        ss_slice_to_u64(ss_slice_cut(user, from, to), UINT32_MAX, &index) != SS_OK) {
        return 0;
    }
    return (uint32_t)index;
}

/* Of a group's users: "sip:u{n}@domain" with an index that exists. */
static bool is_user(const sn_group_spec *g, const sn_guard_spec *guard, ss_slice user,
                    uint32_t *index)
{
    char memory[512];
    ss_buffer aor = ss_buffer_on(memory, sizeof memory);
    if (g->role != SN_ROLE_UA || g->ua.aor == NULL ||
        !ss_slice_starts(ss_slice_from(g->ua.aor), SS_LIT("sip:"))) {
        return false;
    }
    *index = index_in(g->ua.aor + 4, user);
    sn_put_template(&aor, g->ua.aor + 4, *index);
    const ss_slice domain = ss_slice_from(guard->domain), whole = ss_buffer_slice(&aor);
    return !aor.overflow && *index < g->count && whole.len == user.len + 1 + domain.len &&
           ss_slice_starts(whole, user) && whole.at[user.len] == '@' &&
           ss_slice_eq(ss_slice_cut(whole, user.len + 1, whole.len), domain);
}

static bool has_account(const sn_group_spec *g, const sn_guard_spec *guard)
{
    for (uint32_t i = 0; g->role == SN_ROLE_UA && i < g->ua.login.guest_count; i++) {
        if (strcmp(g->ua.login.guests[i].domain, guard->domain) == 0) {
            return true;
        }
    }
    return false;
}

/* Of a group whose nodes have accounts there: called by their whole addresses. */
static bool is_guest(const sn_group_spec *g, const sn_guard_spec *guard, ss_slice user,
                     uint32_t *index)
{
    char memory[512];
    ss_buffer aor = ss_buffer_on(memory, sizeof memory);
    if (!has_account(g, guard) || g->ua.aor == NULL ||
        !ss_slice_starts(ss_slice_from(g->ua.aor), SS_LIT("sip:"))) {
        return false;
    }
    *index = index_in(g->ua.aor + 4, user);
    sn_put_template(&aor, g->ua.aor + 4, *index);
    return !aor.overflow && *index < g->count && ss_slice_eq(ss_buffer_slice(&aor), user);
}

bool sn_plan_password(const sn_plan *plan, const sn_guard_spec *guard, ss_slice user,
                      ss_buffer *password)
{
    for (uint32_t i = 0; i < plan->group_count; i++) {
        uint32_t index;
        if (is_user(&plan->groups[i], guard, user, &index) ||
            is_guest(&plan->groups[i], guard, user, &index)) {
            sn_put_template(password, guard->password, index);
            return !password->overflow;
        }
    }
    return false;
}

/* ---- for the laws ---- */

static const sn_guard_spec *guard_of_domain(const sn_plan *plan, const char *domain)
{
    for (uint32_t i = 0; i < plan->group_count; i++) {
        const sn_proxy_spec *spec = &plan->groups[i].proxy;
        for (uint32_t k = 0; plan->groups[i].role == SN_ROLE_PROXY && k < spec->guard_count; k++) {
            if (strcmp(spec->guards[k].domain, domain) == 0) {
                return &spec->guards[k];
            }
        }
    }
    return NULL;
}

/* What is said is what the domain has: the user of the group's own address, and his password. */
static bool is_right(const sn_group_spec *g, const sn_guard_spec *guard, const char *user,
                     const char *password)
{
    const size_t length = strlen(user);
    return strcmp(guard->password, password) == 0 && strncmp(g->ua.aor + 4, user, length) == 0 &&
           g->ua.aor[4 + length] == '@';
}

/* The group has it, or some of its calls. */
static bool may_log_in(const sn_plan *plan, const sn_group_spec *g)
{
    const sn_login_spec *login = &g->ua.login;
    if (g->role != SN_ROLE_UA || login->password == NULL || g->ua.aor == NULL) {
        return false;
    }
    const sn_guard_spec *guard = guard_of_domain(plan, login->domain);
    bool may = guard != NULL && is_right(g, guard, login->user, login->password);
    for (uint32_t i = 0; guard != NULL && i < login->account_count; i++) {
        may = may || is_right(g, guard, login->accounts[i].user, login->accounts[i].password);
    }
    return may;
}

static void cast_user(const sn_plan *plan, const sn_group_spec *g, uint32_t group,
                      sn_member *members)
{
    const bool knows = may_log_in(plan, g);
    for (uint32_t i = 0; g->role == SN_ROLE_UA && i < g->count; i++) {
        sn_member *m = &members[plan->group_first[group] + i];
        m->may_log_in = knows;
        m->outbound = g->ua.outbound == SN_NOBODY ? SN_NOBODY : plan->group_first[g->ua.outbound];
    }
}

static uint32_t guards_of(const sn_group_spec *g, const sn_guard_spec **guards)
{
    if (g->role == SN_ROLE_PROXY) {
        *guards = g->proxy.guards;
        return g->proxy.guard_count;
    }
    *guards = g->ua.door;
    return g->role == SN_ROLE_UA && g->ua.door != NULL;
}

static uint32_t count_guards(const sn_plan *plan)
{
    uint32_t count = 0;
    const sn_guard_spec *guards;
    for (uint32_t i = 0; i < plan->group_count; i++) {
        count += guards_of(&plan->groups[i], &guards);
    }
    return count;
}

ss_status sn_plan_cast_logins(sn_plan *plan)
{
    const sn_guard_spec *specs;
    const uint32_t count = count_guards(plan);
    sn_cast_guard *guards = sn_plan_take(plan, count + 1u, sizeof *guards);
    if (guards == NULL) {
        return SS_ERR_MEMORY;
    }
    plan->cast.guards = guards;
    for (uint32_t i = 0; i < plan->group_count; i++) {
        const sn_group_spec *g = &plan->groups[i];
        cast_user(plan, g, i, (sn_member *)plan->cast.nodes);
        const uint32_t of_group = guards_of(g, &specs);
        for (uint32_t k = 0; k < of_group; k++) {
            guards[plan->cast.guard_count++] =
                (sn_cast_guard){ .node = plan->group_first[i],
                                 .count = g->count,
                                 .methods = specs[k].methods,
                                 .domain = specs[k].domain,
                                 .realm = specs[k].realm,
                                 .asks_guests = specs[k].asks_guests && g->role == SN_ROLE_PROXY,
                                 .nonce_lifetime = specs[k].nonce_lifetime };
        }
    }
    return SS_OK;
}
