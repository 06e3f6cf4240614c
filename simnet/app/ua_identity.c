/* Who a user agent is: its names in URIs, where it sends to, as whom it logs in, and the identity that its engine borrows made of
 * them, once, in the store of its host. */
#include "app/ua.h"

#include <string.h>

/* ---- names ---- */

static void put_address(ss_buffer *b, sn_address address)
{
    const ss_address a = sn_address_with_port(address, 0);
    ss_put_host(b, &a);
}

void sn_ua_put_aor(ss_buffer *b, const sn_plan *plan, uint32_t node)
{
    const sn_node *n = &plan->nodes[node];
    const sn_group_spec *g = &plan->groups[n->group];
    if (g->ua.aor != NULL) {
        sn_put_template(b, g->ua.aor, n->index);
        return;
    }
    ss_put_text(b, "sip:");
    ss_put_text(b, g->name);
    if (g->count > 1 || g->indexed) {
        ss_put_u64(b, n->index);
    }
    ss_put_char(b, '@');
    put_address(b, sn_member_address(&plan->cast.nodes[node]));
}

/* Of a version that both have; who has none in common with it, and somebody between them who has both, is told the one there is. */
static void put_address_for(ss_buffer *b, const sn_plan *plan, uint32_t node, uint32_t asker)
{
    const sn_member *them = &plan->cast.nodes[node];
    const sn_address common = sn_member_address_for(them, &plan->cast.nodes[asker]);
    put_address(b, sn_address_is_none(common) ? sn_member_address(them) : common);
}

void sn_ua_put_target(ss_buffer *b, const sn_plan *plan, uint32_t node, uint32_t asker)
{
    char text[512];
    ss_buffer aor = ss_buffer_on(text, sizeof text);
    ss_address numeric;
    ss_uri uri;
    sn_ua_put_aor(&aor, plan, node);
    if (ss_uri_parse(ss_buffer_slice(&aor), &uri) != SS_OK ||
        ss_address_from(uri.host, 0, &numeric) == SS_OK ||
        plan->groups[plan->nodes[node].group].ua.is_found_by_dns ||
        sn_resolve(plan, uri.host) != SN_NOBODY) {
        ss_put(b, ss_buffer_slice(&aor));
        return;
    }
    ss_put_text(b, "sip:");
    ss_put(b, uri.user);
    ss_put_text(b, uri.user.len > 0 ? "@" : "");
    put_address_for(b, plan, node, asker);
}

void sn_ua_put_resource(ss_buffer *b, const sn_plan *plan, uint32_t node, uint32_t asker)
{
    char text[512];
    const sn_ua_spec *spec = &plan->groups[plan->nodes[node].group].ua;
    ss_buffer aor = ss_buffer_on(text, sizeof text);
    ss_uri uri;
    sn_ua_put_aor(&aor, plan, node);
    if (spec->compositor == 0 || ss_uri_parse(ss_buffer_slice(&aor), &uri) != SS_OK) {
        sn_ua_put_target(b, plan, node, asker);
        return;
    }
    ss_put_text(b, "sip:");
    ss_put(b, uri.user);
    ss_put_text(b, uri.user.len > 0 ? "@" : "");
    put_address_for(b, plan, plan->group_first[spec->compositor - 1], asker);
}

/* The texts of an identity follow each other in one block; where each ends is kept while they are printed. */
static ss_slice take_text(ss_buffer *b, size_t from)
{
    return (ss_slice){ b->at + from, b->len - from };
}

void sn_ua_put_registrar(ss_buffer *b, ss_slice aor)
{
    ss_uri uri;
    if (ss_uri_parse(aor, &uri) == SS_OK) {
        ss_put_text(b, uri.scheme == SS_SCHEME_SIPS ? "sips:" : "sip:");
        ss_put(b, uri.host);
        if (uri.port != 0) {
            ss_put_char(b, ':');
            ss_put_u64(b, uri.port);
        }
    }
}

/* An outbound proxy of members of `group`, by an address of a version that they have. */
static void put_route(ss_buffer *b, const sn_plan *plan, uint32_t group, uint32_t outbound)
{
    ss_put_text(b, "sip:");
    put_address(b, sn_member_address_for(&plan->cast.nodes[plan->group_first[outbound]],
                                         &plan->cast.nodes[plan->group_first[group]]));
    ss_put_text(b, ";lr");
}

void sn_ua_put_other_outbound(ss_buffer *b, const sn_plan *plan, uint32_t group, uint8_t nth)
{
    put_route(b, plan, group, plan->groups[group].ua.other_outbounds[nth]);
}

void sn_ua_put_outbound(ss_buffer *b, const sn_plan *plan, uint32_t group)
{
    const sn_ua_spec *spec = &plan->groups[group].ua;
    const uint32_t outbound = sn_plan_outbound(plan, spec);
    if (spec->outbound_host != NULL) {
        ss_put_text(b, "sip:");
        ss_put_text(b, spec->outbound_host);
        ss_put_text(b, ";lr");
    } else if (outbound != SN_NOBODY) {
        put_route(b, plan, group, outbound);
    }
}

static ss_slice moved(ss_slice s, const char *from, const char *to)
{
    return s.at == NULL ? s : (ss_slice){ to + (s.at - from), s.len };
}

/* What an identity points to beside its texts, for a node that has a password. */
typedef struct login_block {
    ss_ua_profile profile;
    ss_ua_auth auth;
    ss_slice hosts[7];
    ss_credential credentials[]; /* its own, those of a guest, those of its calls */
} login_block;

/** The texts of an identity, one behind the other. */
typedef struct texts {
    ss_slice aor, registrar;
    ss_slice user, password, realm, domain, proxy_host, proxy_address, outbound_address;
    ss_slice outbound_host;
    ss_slice proxy_other, outbound_other; /* their addresses of the other version of IP */
    ss_slice guest_realms[SN_GUESTS_MAX], guest_passwords[SN_GUESTS_MAX];
    ss_slice account_users[SN_ACCOUNTS_MAX], account_passwords[SN_ACCOUNTS_MAX];
} texts;

static ss_slice put_text(ss_buffer *b, const char *text)
{
    const size_t from = b->len;
    ss_put_text(b, text);
    return take_text(b, from);
}

static ss_slice put_template(ss_buffer *b, const char *template, uint32_t index)
{
    const size_t from = b->len;
    sn_put_template(b, template, index);
    return take_text(b, from);
}

static ss_slice put_address_of(ss_buffer *b, const sn_plan *plan, uint32_t node, uint32_t group)
{
    const size_t from = b->len;
    if (group != SN_NOBODY) {
        put_address(b, sn_member_address_for(&plan->cast.nodes[plan->group_first[group]],
                                             &plan->cast.nodes[node]));
    }
    return take_text(b, from);
}

/* The other address of a group's that both can use, if there is one. */
static ss_slice put_other_address_of(ss_buffer *b, const sn_plan *plan, uint32_t node,
                                     uint32_t group)
{
    const size_t from = b->len;
    const sn_member *me = &plan->cast.nodes[node];
    if (group != SN_NOBODY) {
        const sn_member *them = &plan->cast.nodes[plan->group_first[group]];
        const bool is_v6 = sn_address_is_v4(sn_member_address_for(them, me));
        const sn_address other = sn_member_address_of(them, is_v6);
        if (!sn_address_is_none(other) && !sn_address_is_none(sn_member_address_of(me, is_v6))) {
            put_address(b, other);
        }
    }
    return take_text(b, from);
}

/* Where the port begins, if there is one. */
static size_t host_end(ss_slice host)
{
    const size_t bracket = ss_slice_find(host, ']');
    return bracket == host.len ? ss_slice_find(host, ':') : bracket + 1;
}

static void put_login(ss_buffer *b, const sn_plan *plan, uint32_t node, texts *t)
{
    const sn_ua_spec *spec = &plan->groups[plan->nodes[node].group].ua;
    const sn_login_spec *login = &spec->login;
    const uint32_t index = plan->nodes[node].index;
    t->user = put_template(b, login->user, index);
    t->password = put_template(b, login->password, index);
    t->realm = put_text(b, login->realm);
    t->domain = put_text(b, login->domain);
    if (login->proxy != SN_NOBODY && plan->groups[login->proxy].proxy.host != NULL) {
        t->proxy_host = put_text(b, plan->groups[login->proxy].proxy.host);
    }
    t->proxy_address = put_address_of(b, plan, node, login->proxy);
    t->outbound_address = put_address_of(b, plan, node, sn_plan_outbound(plan, spec));
    t->proxy_other = put_other_address_of(b, plan, node, login->proxy);
    t->outbound_other = put_other_address_of(b, plan, node, sn_plan_outbound(plan, spec));
    if (spec->outbound_host != NULL) {
        const ss_slice host = ss_slice_from(spec->outbound_host);
        const size_t from = b->len;
        ss_put(b, ss_slice_cut(host, 0, host_end(host)));
        t->outbound_host = take_text(b, from);
    }
    for (uint32_t i = 0; i < login->guest_count; i++) {
        t->guest_realms[i] = put_text(b, login->guests[i].realm);
        t->guest_passwords[i] = put_template(b, login->guests[i].password, index);
    }
    for (uint32_t i = 0; i < login->account_count; i++) {
        t->account_users[i] = put_template(b, login->accounts[i].user, index);
        t->account_passwords[i] = put_template(b, login->accounts[i].password, index);
    }
}

static void put_texts(ss_buffer *b, const sn_plan *plan, uint32_t node, texts *t)
{
    const sn_ua_spec *spec = &plan->groups[plan->nodes[node].group].ua;
    sn_ua_put_aor(b, plan, node);
    t->aor = take_text(b, 0);
    const size_t registrar_at = b->len;
    if (spec->registrar.len == 0) { /* without an address-of-record of its own it is alone */
        sn_ua_put_registrar(b, t->aor);
    }
    t->registrar = take_text(b, registrar_at);
    if (spec->login.password != NULL) {
        put_login(b, plan, node, t);
    }
}

static uint32_t credentials_of(const sn_login_spec *spec)
{
    return 1 + spec->guest_count + spec->account_count;
}

uint8_t sn_ua_credential(const sn_host *host, const sn_call *planned)
{
    const sn_plan *plan = sn_host_plan(host);
    const sn_login_spec *spec = &plan->groups[plan->nodes[sn_host_node(host)].group].ua.login;
    return planned->account == 0 ? 0 : (uint8_t)(1 + spec->guest_count + planned->account);
}

/* Toward whom: the domain, its proxy by name and address, and the proxy that everything goes to. */
static void fill_login(login_block *block, sn_host *host, const sn_login_spec *spec, const texts *t)
{
    const ss_slice hosts[] = { t->domain,        t->proxy_address, t->outbound_address,
                               t->proxy_host,    t->outbound_host, t->proxy_other,
                               t->outbound_other };
    _Static_assert(SS_COUNT(hosts) == SS_COUNT(block->hosts), "room for each");
    uint16_t count = 0;
    for (size_t i = 0; i < SS_COUNT(hosts); i++) {
        if (hosts[i].len > 0) {
            block->hosts[count++] = hosts[i];
        }
    }
    block->credentials[0] = (ss_credential){ .realm = t->realm,
                                             .username = t->user,
                                             .password = t->password,
                                             .hosts = block->hosts,
                                             .host_count = count,
                                             .for_users = spec->for_users };
    for (uint32_t i = 0; i < spec->guest_count; i++) {
        block->credentials[1 + i] =
            (ss_credential){ .realm = t->guest_realms[i],
                             .username = ss_slice_cut(t->aor, 4, t->aor.len), /* behind sip: */
                             .password = t->guest_passwords[i],
                             .hosts = block->hosts,
                             .host_count = count };
    }
    for (uint32_t i = 0; i < spec->account_count; i++) {
        ss_credential *c = &block->credentials[1 + spec->guest_count + i];
        *c = block->credentials[0];
        c->username = t->account_users[i];
        c->password = t->account_passwords[i];
    }
    block->auth = (ss_ua_auth){ .crypto = sn_host_crypto(host),
                                .credentials = block->credentials,
                                .credential_count = (uint16_t)credentials_of(spec),
                                .minimum = (ss_hash)spec->minimum,
                                .prefers_strongest = spec->prefers_strongest,
                                .wants_proof = spec->wants_proof };
    block->profile.auth = &block->auth;
}

static ss_status make_login(sn_ua_app *app, sn_host *host, const sn_login_spec *spec,
                            const texts *t)
{
    if (spec->password == NULL) {
        return SS_OK;
    }
    const ss_ref ref = ss_store_take(
        sn_host_store(host), sizeof(login_block) + credentials_of(spec) * sizeof(ss_credential));
    if (ref == 0) {
        return SS_ERR_MEMORY;
    }
    login_block *block = ss_store_at(sn_host_store(host), ref);
    if (app->identity.profile != NULL) {
        block->profile = *app->identity.profile;
    }
    fill_login(block, host, spec, t);
    app->identity.profile = &block->profile;
    return SS_OK;
}

/* For whoever asks others for credentials: its profile again, with the protection behind it. */
typedef struct door_block {
    ss_ua_profile profile;
    ss_protection protection;
} door_block;

static ss_status make_door(sn_ua_app *app, sn_host *host, const sn_guard_spec *door)
{
    if (door == NULL) {
        return SS_OK;
    }
    const ss_ref ref = ss_store_take(sn_host_store(host), sizeof(door_block));
    if (ref == 0) {
        return SS_ERR_MEMORY;
    }
    door_block *block = ss_store_at(sn_host_store(host), ref);
    block->profile = *app->identity.profile;
    block->protection = sn_account_protection(door);
    block->profile.protection = &block->protection;
    block->profile.crypto = sn_host_crypto(host);
    app->identity.profile = &block->profile;
    return SS_OK;
}

static void move_texts(texts *t, const char *from, const char *to)
{
    ss_slice *const all[] = { &t->aor,           &t->registrar,     &t->user,
                              &t->password,      &t->realm,         &t->domain,
                              &t->proxy_host,    &t->proxy_address, &t->outbound_address,
                              &t->outbound_host, &t->proxy_other,   &t->outbound_other };
    for (size_t i = 0; i < SS_COUNT(all); i++) {
        *all[i] = all[i]->len == 0 ? SS_EMPTY : moved(*all[i], from, to);
    }
    for (size_t i = 0; i < SN_GUESTS_MAX; i++) {
        t->guest_realms[i] = moved(t->guest_realms[i], from, to);
        t->guest_passwords[i] = moved(t->guest_passwords[i], from, to);
    }
    for (size_t i = 0; i < SN_ACCOUNTS_MAX; i++) {
        t->account_users[i] = moved(t->account_users[i], from, to);
        t->account_passwords[i] = moved(t->account_passwords[i], from, to);
    }
}

/* ";q=0.7". RFC3261:20.10 */
static void put_contact_params(ss_buffer *b, const sn_ua_spec *spec, uint32_t index)
{
    const unsigned q = 1000u - spec->q_less;
    if (spec->q_less != 0) {
        ss_put_text(b, ";q=0.");
        ss_put_char(b, (char)('0' + q / 100));
        ss_put_char(b, (char)('0' + q / 10 % 10));
        ss_put_char(b, (char)('0' + q % 10));
    }
    if (spec->instance != NULL) { /* RFC5626:4.1 */
        ss_put_text(b, ";+sip.instance=\"<");
        sn_put_template(b, spec->instance, index);
        ss_put_text(b, ">\"");
    }
}

/* Only for who has more to register than itself, says more of itself, or has another address: its profile again, and behind it the text
 * of that. */
static ss_status make_profile(sn_ua_app *app, sn_host *host, const sn_ua_spec *spec)
{
    const ss_address other = sn_host_other_address(host);
    if (spec->contacts == NULL && spec->q_less == 0 && spec->instance == NULL &&
        other.family == 0) {
        return SS_OK;
    }
    const uint32_t index = sn_host_plan(host)->nodes[sn_host_node(host)].index;
    ss_buffer b = ss_buffer_open(sn_host_arena(host));
    put_contact_params(&b, spec, index);
    const size_t params = b.len;
    if (spec->contacts != NULL) {
        sn_put_template(&b, spec->contacts, index);
    }
    SS_ASSERT(!b.overflow);
    const ss_ref ref = ss_store_take(sn_host_store(host), sizeof(ss_ua_profile) + b.len);
    if (ref == 0) {
        return SS_ERR_MEMORY;
    }
    ss_ua_profile *profile = ss_store_at(sn_host_store(host), ref);
    char *text = (char *)(profile + 1);
    memcpy(text, b.at, b.len);
    *profile = *app->identity.profile;
    profile->other = other;
    profile->contact_params = (ss_slice){ text, params };
    profile->contacts = (ss_slice){ text + params, b.len - params };
    app->identity.profile = profile;
    return SS_OK;
}

ss_status sn_ua_identify(sn_ua_app *app, sn_host *host)
{
    const sn_plan *plan = sn_host_plan(host);
    const uint32_t node = sn_host_node(host);
    const sn_ua_spec *spec = &plan->groups[plan->nodes[node].group].ua;
    const ss_path path = sn_host_path(host);
    ss_buffer b = ss_buffer_open(sn_host_arena(host));
    texts t = { 0 };
    ss_uri uri;
    put_texts(&b, plan, node, &t);
    SS_ASSERT(!b.overflow);
    const ss_ref ref = ss_store_take(sn_host_store(host), b.len);
    if (ref == 0) {
        return SS_ERR_MEMORY;
    }
    char *text = ss_store_at(sn_host_store(host), ref);
    memcpy(text, b.at, b.len);
    move_texts(&t, b.at, text);
    app->identity = (ss_ua_identity){
        .aor = t.aor,
        .user = ss_uri_parse(t.aor, &uri) == SS_OK ? uri.user : SS_EMPTY,
        .registrar = t.registrar.len == 0 ? spec->registrar : t.registrar,
        .local = { .transport = path.transport, .local = path.local },
        .outbound = spec->route,
        .lines = spec->lines,
        .profile = &spec->profile,
        .reliable = spec->reliable,
        .session_timers = { spec->session_min_s, spec->session_s, spec->refresher },
    };
    ss_status status = make_login(app, host, &spec->login, &t);
    if (status == SS_OK) {
        status = make_profile(app, host, spec);
    }
    return status == SS_OK ? make_door(app, host, spec->door) : status;
}
