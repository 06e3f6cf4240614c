/* What nodes need for their role: domains and registrars, outbound proxies, behaviours, addresses of record. */
#include "model.h"

#include <stdlib.h>
#include <string.h>

/* ---- domains ---- */

static void judge_domain(sn_reading *r, sn_model *m, sn_domain_entry *d)
{
    const sn_group_entry *g = sn_group_find(r, m, &d->registrar, "node");
    if (g == NULL) {
        d->registrar.text = NULL;
    } else if (sn_group_lacks(g, SN_IS_REGISTRAR)) {
        sn_wrong(r, d->registrar.place, NULL,
                 "'%s' has not the role registrar: give it roles: [proxy, registrar]",
                 g->name.text);
    } else if (sn_group_size(g) > 1) {
        sn_wrong(r, d->registrar.place, NULL, "'%s' is %u nodes: a domain has one registrar",
                 g->name.text, (unsigned)g->count);
    }
}

/* The domain that a proxy is registrar of, or NULL. */
static const sn_domain_entry *domain_of(const sn_model *m, const char *registrar)
{
    for (uint32_t i = 0; registrar != NULL && i < m->domain_count; i++) {
        if (m->domains[i].registrar.text != NULL &&
            strcmp(m->domains[i].registrar.text, registrar) == 0) {
            return &m->domains[i];
        }
    }
    return NULL;
}

static const sn_domain_entry *domain_named(const sn_model *m, const char *host)
{
    for (uint32_t i = 0; i < m->domain_count; i++) {
        if (strcmp(m->domains[i].name.text, host) == 0) {
            return &m->domains[i];
        }
    }
    return NULL;
}

/* ---- addresses of record ---- */

static bool has_number(const char *template)
{
    return strstr(template, "{n}") != NULL;
}

static void default_aor(sn_reading *r, const sn_model *m, sn_group_entry *g)
{
    const bool is_by_name = g->by_dns || g->outbound_host != NULL;
    const sn_domain_entry *domain =
        is_by_name && m->domain_count > 0 ? &m->domains[0] : domain_of(m, g->proxy);
    sn_text t = { .hoard = &r->hoard };
    sn_text_put_str(&t, "sip:");
    if (domain != NULL && domain->users != NULL) {
        sn_text_put_str(&t, domain->users);
    } else {
        sn_text_put_str(&t, g->name.text);
        sn_text_put_str(&t, g->count != 0 ? "{n}" : "");
    }
    domain = domain == NULL && m->domain_count > 0 ? &m->domains[0] : domain;
    sn_text_put_str(&t, "@");
    sn_text_put_str(&t, domain == NULL ? "sipsim.invalid" : domain->name.text);
    g->aor = sn_hoard_text(&r->hoard, (ss_slice){ t.at, t.len });
}

/* sip:user@host, with {n} for the index: the characters that need no escaping in either (RFC 3261 25.1). */
static bool is_aor(const char *aor)
{
    const char *c = aor + 4;
    bool at = false;
    if (strncmp(aor, "sip:", 4) != 0) {
        return false;
    }
    for (; *c != '\0'; c++) {
        const bool alnum =
            (*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || *c == '-' || *c == '.';
        if (strncmp(c, "{n}", 3) == 0 && !at) {
            c += 2;
        } else if (*c == '@' && !at && c > aor + 4) {
            at = true;
        } else if (!alnum &&
                   (at || !((*c >= 'A' && *c <= 'Z') || strchr("_!~*'()+", *c) != NULL))) {
            return false;
        }
    }
    return at && c[-1] != '@';
}

/* Several phones of one user, when each is bound beside the others; or who would like to be, by the account of `user`. A password is a
 * node's by its index, so that one user of a group would have several. */
static bool may_share(const sn_model *m, const sn_group_entry *g)
{
    const char *host = strchr(g->aor, '@');
    const sn_domain_entry *domain = host == NULL ? NULL : domain_named(m, host + 1);
    const bool is_guarded = domain != NULL && domain->password != NULL && !has_number(g->aor);
    return g->registering.expires != 0 && (!is_guarded || sn_group_size(g) == 1);
}

static void judge_aor(sn_reading *r, const sn_model *m, sn_group_entry *g)
{
    if (g->aor == NULL) {
        default_aor(r, m, g);
    }
    const bool written = sn_item_pair(g->item, "aor") != NULL;
    const sn_place place = written ? sn_item_place(g->item, "aor") : g->name.place;
    if (!is_aor(g->aor)) {
        sn_wrong(r, place, NULL,
                 "'%s' is no address of record: sip:user@domain, with {n} for the index",
                 sn_shown(r, ss_slice_from(g->aor)));
        g->aor = NULL;
    } else if (sn_group_size(g) > 1 && !has_number(g->aor) && !may_share(m, g)) {
        sn_wrong(r, place, NULL, "all %u of '%s' would have one address: put {n} into it",
                 (unsigned)g->count, g->name.text);
    }
}

typedef struct aor_row {
    const char *aor;
    const sn_group_entry *group;
} aor_row;

static int by_aor(const void *left, const void *right)
{
    const aor_row *a = left, *b = right;
    const int order = strcmp(a->aor, b->aor);
    return order != 0 ? order : strcmp(a->group->name.text, b->group->name.text);
}

static void judge_same_aors(sn_reading *r, const sn_model *m)
{
    aor_row *rows = sn_hoard_take(&r->hoard, (m->group_count + 1u) * sizeof(*rows));
    uint32_t count = 0;
    for (uint32_t i = 0; i < m->group_count; i++) {
        if (!sn_group_lacks(&m->groups[i], SN_IS_UA | SN_IS_B2BUA) && m->groups[i].aor != NULL) {
            rows[count++] = (aor_row){ m->groups[i].aor, &m->groups[i] };
        }
    }
    qsort(rows, count, sizeof(*rows), by_aor);
    for (uint32_t i = 1; i < count; i++) {
        const sn_group_entry *g = rows[i].group;
        const bool shared = may_share(m, g) && may_share(m, rows[i - 1].group);
        if (strcmp(rows[i].aor, rows[i - 1].aor) == 0 && !shared) {
            const bool written = sn_item_pair(g->item, "aor") != NULL;
            sn_wrong(r, written ? sn_item_place(g->item, "aor") : g->name.place, NULL,
                     "'%s' and '%s' have the same address of record, %s", g->name.text,
                     rows[i - 1].group->name.text, sn_shown(r, ss_slice_from(rows[i].aor)));
        }
    }
}

/* ---- user agents ---- */

static void judge_outbound(sn_reading *r, sn_model *m, sn_group_entry *g)
{
    const char *host = g->outbound_host;
    for (const char *c = host; c != NULL && *c != '\0'; c++) {
        if (!((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || *c == '-' || *c == '.')) {
            sn_wrong(r, g->outbound.place, NULL,
                     "'%s' is no host name: lower-case letters, digits, - and .",
                     sn_shown(r, ss_slice_from(host)));
            return;
        }
    }
    if (host != NULL && !sn_dns_knows(m, host)) {
        sn_wrong(r, g->outbound.place, NULL, "no record in 'dns' is of '%s'",
                 sn_shown(r, ss_slice_from(host)));
    } else if (g->by_dns && !m->dns.is_set) {
        sn_wrong(r, g->outbound.place, NULL, "'outbound: dns' needs a 'dns' with records");
    }
    if (g->by_dns || host != NULL) {
        return;
    }
    const sn_group_entry *proxy = sn_group_find(r, m, &g->outbound, "node");
    const bool is_tap = proxy != NULL && (proxy->roles & SN_IS_TAP) != 0;
    g->proxy = is_tap ? proxy->toward.text : g->outbound.text;
    if (proxy == NULL) {
        g->outbound.text = NULL;
        g->proxy = NULL;
    } else if (!is_tap && sn_group_lacks(proxy, SN_IS_PROXY | SN_IS_B2BUA)) {
        sn_wrong(r, g->outbound.place, NULL, "'%s' is no proxy", proxy->name.text);
        g->outbound.text = NULL;
    } else if (sn_group_size(proxy) > 1) {
        sn_wrong(r, g->outbound.place, NULL, "'%s' is %u nodes: one outbound proxy, please",
                 proxy->name.text, (unsigned)proxy->count);
    }
}

/* It puts itself into the path of registrations: RFC 3327. */
static bool is_edge(const sn_model *m, const char *proxy)
{
    for (uint32_t i = 0; i < m->group_count; i++) {
        if (strcmp(m->groups[i].name.text, proxy) == 0) {
            return m->groups[i].path;
        }
    }
    return false;
}

/* RFC5626:4.2.1 each by a proxy that is an edge, or the registrar itself. */
static void judge_other_flows(sn_reading *r, sn_model *m, sn_group_entry *g)
{
    for (uint32_t i = 0; i < g->registering.other_count; i++) {
        sn_name *other = &g->registering.others[i];
        const sn_group_entry *proxy = sn_group_find(r, m, other, "node");
        if (proxy != NULL && !proxy->path) {
            sn_wrong(r, other->place, NULL, "'%s' is no edge proxy: it needs 'path: true'",
                     proxy->name.text);
        } else if (proxy != NULL && sn_group_size(proxy) > 1) {
            sn_wrong(r, other->place, NULL, "'%s' is %u nodes: one outbound proxy, please",
                     proxy->name.text, (unsigned)proxy->count);
        } else if (proxy != NULL && !sn_ip_shares(g, proxy)) {
            sn_wrong(r, other->place, NULL,
                     "unreachable pair: '%s' and '%s' speak different versions of IP", g->name.text,
                     proxy->name.text);
        }
    }
}

static void judge_register(sn_reading *r, sn_model *m, sn_group_entry *g)
{
    const sn_place place = sn_item_place(g->item, "register");
    if (g->registering.expires == 0 || g->aor == NULL) {
        return;
    }
    judge_other_flows(r, m, g);
    const char *host = strchr(g->aor, '@') + 1;
    const sn_domain_entry *domain = domain_named(m, host);
    if (domain == NULL) {
        sn_wrong(r, place, NULL, "no registrar: domain '%s' of %s is not in 'domains'",
                 sn_shown(r, ss_slice_from(host)), g->name.text);
    } else if (g->outbound.text == NULL && sn_item_pair(g->item, "outbound") == NULL) {
        sn_wrong(r, place, domain->registrar.text, "register needs 'outbound', the registrar of %s",
                 domain->name.text);
    } else if (g->proxy != NULL && domain->registrar.text != NULL &&
               strcmp(g->proxy, domain->registrar.text) != 0 && !is_edge(m, g->proxy)) {
        sn_wrong(r, g->outbound.place, domain->registrar.text, "'%s' is not the registrar of %s",
                 g->proxy, domain->name.text);
    }
}

/* The user part of an address of record, a template as that is. */
static const char *user_of(sn_reading *r, const char *aor)
{
    return sn_hoard_text(&r->hoard, (ss_slice){ aor + 4, (size_t)(strchr(aor, '@') - aor) - 4 });
}

/* Who has the address of a guarded domain has the password that the domain gave it, if nothing else is said. */
static void judge_login(sn_reading *r, const sn_model *m, sn_group_entry *g)
{
    if (g->aor == NULL) {
        return;
    }
    const sn_domain_entry *domain = domain_named(m, strchr(g->aor, '@') + 1);
    const bool is_guarded = domain != NULL && domain->password != NULL;
    if (!is_guarded && g->password != NULL) {
        sn_wrong(r, sn_item_place(g->item, "password"), NULL,
                 "a password for nobody: %s has no password in 'domains'",
                 sn_shown(r, ss_slice_from(strchr(g->aor, '@') + 1)));
        return;
    }
    if (!is_guarded && g->door != 0) {
        sn_wrong(r, sn_item_place(g->item, "challenge"), NULL,
                 "nobody has a password to show: %s has none in 'domains'",
                 sn_shown(r, ss_slice_from(strchr(g->aor, '@') + 1)));
        return;
    }
    if (!is_guarded) {
        return;
    }
    g->login_domain = domain;
    if (sn_item_pair(g->item, "password") == NULL) {
        g->password = domain->password;
    }
    if (g->password != NULL) {
        g->login = domain;
        g->user = g->user == NULL ? user_of(r, g->aor) : g->user;
    }
}

static void judge_guest(sn_reading *r, const sn_model *m, sn_group_entry *g)
{
    for (uint32_t i = 0; i < g->guest_of.count; i++) {
        const sn_name *name = &g->guest_of.names[i];
        const sn_domain_entry *domain = domain_named(m, name->text);
        g->guest_of.domains[i] = domain;
        if (domain == NULL || domain->password == NULL) {
            sn_wrong(r, name->place, NULL,
                     "nobody has an account there: %s has no password in 'domains'",
                     sn_shown(r, ss_slice_from(name->text)));
        } else if (g->login == NULL || domain == g->login) {
            sn_wrong(r, name->place, NULL, "a guest is a user with a password of another domain");
        }
    }
}

static void judge_ua(sn_reading *r, sn_model *m, sn_group_entry *g)
{
    const uint64_t before = r->mistake_count;
    judge_outbound(r, m, g);
    if (g->behaviour.text != NULL) {
        sn_name_find(r, &g->behaviour, "behaviour", m->behaviours, m->behaviour_count,
                     sizeof(*m->behaviours));
    }
    judge_aor(r, m, g);
    sn_events_resolve(r, m, g);
    if (r->mistake_count == before) {
        judge_register(r, m, g);
        judge_login(r, m, g);
        judge_guest(r, m, g);
    }
}

/* A user agent without a user: nobody calls it, and it registers nowhere. */
static void judge_b2bua(sn_reading *r, sn_model *m, sn_group_entry *g)
{
    judge_outbound(r, m, g);
    judge_aor(r, m, g);
    if (g->outbound.text != NULL && g->outbound.index == (uint32_t)(g - m->groups)) {
        sn_wrong(r, g->outbound.place, NULL, "'%s' cannot send to itself", g->name.text);
    }
}

static void judge_tap(sn_reading *r, sn_model *m, sn_group_entry *g)
{
    if (g->toward.text == NULL) {
        if (sn_item_pair(g->item, "toward") == NULL) {
            sn_wrong(r, g->name.place, NULL, "a tap stands before somebody: missing key 'toward'");
        }
        return;
    }
    const sn_group_entry *to = sn_group_find(r, m, &g->toward, "node");
    if (to == NULL) {
        g->toward.text = NULL;
    } else if (sn_group_lacks(to, SN_IS_UA | SN_IS_PROXY | SN_IS_B2BUA)) {
        sn_wrong(r, g->toward.place, NULL, "'%s' is neither a ua nor a proxy", to->name.text);
    } else if (sn_group_size(to) > 1) {
        sn_wrong(r, g->toward.place, NULL, "'%s' is %u nodes: a tap stands before one",
                 to->name.text, (unsigned)to->count);
    }
}

/* The next of a chain. Without one a request goes wherever its URI leads. */
static void judge_chain(sn_reading *r, sn_model *m, sn_group_entry *g)
{
    if (g->by_dns) {
        sn_wrong(r, sn_item_place(g->item, "outbound"), "none",
                 "a proxy goes where the URI leads, if there is no other it goes to");
        return;
    }
    judge_outbound(r, m, g);
    if (g->outbound.text == NULL) {
        return;
    }
    const sn_group_entry *next = &m->groups[g->outbound.index];
    if (next == g) {
        sn_wrong(r, g->outbound.place, NULL, "'%s' cannot send to itself", g->name.text);
    } else if (sn_group_lacks(next, SN_IS_PROXY | SN_IS_B2BUA)) {
        sn_wrong(r, g->outbound.place, NULL, "'%s' is no proxy", next->name.text);
    }
}

static void judge_proxy(sn_reading *r, sn_model *m, sn_group_entry *g)
{
    judge_chain(r, m, g);
    if ((g->roles & SN_IS_REGISTRAR) != 0 && domain_of(m, g->name.text) == NULL) {
        sn_wrong(r, g->name.place, NULL, "registrar '%s' has no domain: name it in 'domains'",
                 g->name.text);
    }
    if (g->mode == SS_PROXY_REGISTERS && (g->roles & SN_IS_REGISTRAR) == 0) {
        sn_wrong(r, sn_item_place(g->item, "mode"), NULL,
                 "'%s' is no registrar: with mode register it would do nothing", g->name.text);
    }
    sn_queue_judge(r, g);
    if (g->flow_timer != 0 && (!g->path || g->flow_timer % SS_S(1) != 0)) {
        sn_wrong(r, sn_item_place(g->item, "flow_timer"), NULL,
                 g->path ? "a Flow-Timer is in whole seconds: RFC 5626 11.4"
                         : "'%s' keeps no flows: that needs 'path: true'",
                 g->name.text);
    }
    if (g->sent_by == 1 && g->host == NULL) {
        sn_wrong(r, sn_item_place(g->item, "sent_by"), "address",
                 "'%s' has no 'host' that its Via could name", g->name.text);
    }
    const sn_domain_entry *domain = domain_of(m, g->name.text);
    if (g->mode == SS_PROXY_STATELESS && domain != NULL && domain->password != NULL &&
        domain->methods != 1u << SS_METHOD_REGISTER) {
        sn_wrong(
            r, sn_item_place(g->item, "mode"), NULL,
            "a stateless proxy asks for credentials in a REGISTER only: 'challenge: [register]' "
            "of %s",
            domain->name.text);
    }
    for (const char *c = g->host; c != NULL && *c != '\0'; c++) {
        if (!((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || *c == '-' || *c == '.')) {
            sn_wrong(r, sn_item_place(g->item, "host"), NULL,
                     "'%s' is no host name: lower-case letters, digits, - and .",
                     sn_shown(r, ss_slice_from(g->host)));
            return;
        }
    }
}

void sn_roles_resolve(sn_reading *r, sn_model *m)
{
    sn_names_sort(m->domains, m->domain_count, sizeof(*m->domains));
    sn_names_sort(m->behaviours, m->behaviour_count, sizeof(*m->behaviours));
    for (uint32_t i = 0; i < m->domain_count; i++) {
        judge_domain(r, m, &m->domains[i]);
    }
    for (uint32_t i = 0; i < m->group_count; i++) {
        sn_group_entry *g = &m->groups[i];
        if ((g->roles & SN_IS_UA) != 0) {
            judge_ua(r, m, g);
        } else if ((g->roles & SN_IS_B2BUA) != 0) {
            judge_b2bua(r, m, g);
        } else if ((g->roles & SN_IS_PROXY) != 0) {
            judge_proxy(r, m, g);
        } else if ((g->roles & SN_IS_TAP) != 0) {
            judge_tap(r, m, g);
        }
    }
    judge_same_aors(r, m);
}
