/* routers, sites and nodes: groups of like nodes, in one space of names. */
#include "model.h"

#include "ss/ua.h"

static const char *const who_names[] = { "ua",  "proxy", "router", "registrar",
                                         "tap", "dns",   "b2bua",  NULL };

/* ---- roles ---- */

static const char *const role_words[] = { "ua",  "proxy", "router", "registrar",
                                          "tap", "dns",   "b2bua",  NULL };

static void read_role(sn_reading *r, const sn_item *value, void *at)
{
    unsigned word = 0;
    unsigned *roles = at;
    if (sn_value_word(r, value, role_words, &word)) {
        if ((*roles >> word & 1u) != 0) {
            sn_wrong(r, value->place, NULL, "role %s is given twice", role_words[word]);
        }
        *roles |= 1u << word;
    }
}

static void read_roles(sn_reading *r, const sn_item *value, void *at)
{
    if (value->kind != SN_ITEM_LIST) {
        sn_wrong(r, value->place, NULL,
                 "wrong type: a list of roles is wanted here, as in [proxy, registrar]");
        return;
    }
    for (uint32_t i = 0; i < value->count; i++) {
        read_role(r, value->pairs[i].value, at);
    }
}

static bool write_roles(sn_text *t, const void *at)
{
    const unsigned roles = *(const unsigned *)at;
    bool first = true;
    sn_text_put_str(t, "[");
    for (unsigned i = 0; role_words[i] != NULL; i++) {
        if ((roles >> i & 1u) != 0) {
            sn_text_put_str(t, first ? "" : ", ");
            sn_text_put_str(t, role_words[i]);
            first = false;
        }
    }
    sn_text_put_str(t, "]");
    return true;
}

/* The fields are read with the role known, so these two come first, by hand. */
static unsigned roles_of(sn_reading *r, const sn_pair *node)
{
    const sn_pair *role = sn_item_pair(node->value, "role"),
                  *roles = sn_item_pair(node->value, "roles");
    unsigned read = 0;
    const uint64_t before = r->mistake_count;
    if (role != NULL && roles != NULL) {
        sn_wrong(r, roles->key->place, NULL, "'role' and 'roles' in one node: write one of them");
    }
    if (role == NULL && roles == NULL) {
        sn_wrong(r, node->key->place, NULL, "missing key 'role' in node '%s'",
                 sn_shown(r, node->key->text));
    }
    if (role != NULL) {
        read_role(r, role->value, &read);
    } else if (roles != NULL) {
        read_roles(r, roles->value, &read);
    }
    const unsigned kind = read & SN_WHO_MASK;
    const sn_place place = role != NULL    ? role->value->place
                           : roles != NULL ? roles->value->place
                                           : node->key->place;
    if (read == SN_IS_REGISTRAR) {
        return SN_IS_REGISTRAR | SN_IS_PROXY | SN_IS_ALONE;
    }
    if (r->mistake_count == before && (kind & (kind - 1)) != 0) {
        sn_wrong(
            r, place, NULL,
            "a node is a ua, a proxy, a b2bua, a router, a tap or a DNS server: only one of them");
    } else if (r->mistake_count == before && (read & SN_IS_REGISTRAR) != 0 && kind != SN_IS_PROXY) {
        sn_wrong(r, place, "[proxy, registrar]", "only a proxy can be a registrar too");
    } else if (r->mistake_count == before && kind == 0) {
        sn_wrong(r, place, NULL, "a node needs a role: ua, proxy, b2bua, router, tap or dns");
    }
    return read;
}

static void read_before(sn_reading *r, const sn_item *value, void *at)
{
    (void)r;
    (void)value;
    (void)at;
}

static const sn_codec role_codec = { read_before, NULL };
static const sn_codec roles_codec = { read_before, write_roles };

/* ---- quota, net ---- */

static const sn_field quota_fields[] = {
    { .key = "transactions",
      .kind = SN_VALUE_COUNT,
      .offset = offsetof(ss_settings, txns_max),
      .min = 1,
      .max = UINT32_MAX - 1 },
    { .key = "dialogs",
      .kind = SN_VALUE_COUNT,
      .offset = offsetof(ss_settings, dialogs_max),
      .min = 1,
      .max = UINT32_MAX - 1 },
    { .key = "bytes",
      .kind = SN_VALUE_BYTES,
      .offset = offsetof(ss_settings, bytes_max),
      .min = 1024,
      .max = UINT32_MAX },
};
static const sn_fields quota_table = { "quota", quota_fields, SS_COUNT(quota_fields), NULL };

static void read_quota(sn_reading *r, const sn_item *value, void *at)
{
    sn_fields_read(r, &quota_table, 0, value, at);
}

static bool write_quota(sn_text *t, const void *at)
{
    sn_fields_write(t, &quota_table, 0, at);
    return true;
}

static const sn_codec quota_codec = { read_quota, write_quota };

/* ---- transports ---- */

static const char *const listen_words[] = { "udp", "tcp", NULL };
static const char *const transport_words[] = { "udp", "tcp", "auto", NULL };
static const char *const replaces_words[] = { "anybody", "related", "nobody", NULL };
static const char *const refers_words[] = { "anybody", "in_call", "named", "nobody", NULL };
/* In the order of SN_PATH_MTU_… */
static const char *const path_mtu_words[] = { "link", "unknown", "discover", "probe", NULL };
static const char *const segment_words[] = { "whole", "cut", NULL };

static void read_listen(sn_reading *r, const sn_item *value, void *at)
{
    unsigned listens = 0;
    if (value->kind != SN_ITEM_LIST) {
        sn_wrong(r, value->place, "[udp, tcp]",
                 "wrong type: a list of transports is wanted here, as in [udp]");
        return;
    }
    for (uint32_t i = 0; i < value->count; i++) {
        unsigned word = 0;
        const sn_item *item = value->pairs[i].value;
        if (sn_value_word(r, item, listen_words, &word)) {
            if ((listens >> word & 1u) != 0) {
                sn_wrong(r, item->place, NULL, "%s is given twice", listen_words[word]);
            }
            listens |= 1u << word;
        }
    }
    *(unsigned *)at = listens;
}

static bool write_listen(sn_text *t, const void *at)
{
    const unsigned listens = *(const unsigned *)at;
    bool first = true;
    sn_text_put_str(t, "[");
    for (unsigned i = 0; listen_words[i] != NULL; i++) {
        if ((listens >> i & 1u) != 0) {
            sn_text_put_str(t, first ? "" : ", ");
            sn_text_put_str(t, listen_words[i]);
            first = false;
        }
    }
    sn_text_put_str(t, "]");
    return true;
}

static const sn_codec listen_codec = { read_listen, write_listen };

static void read_net(sn_reading *r, const sn_item *value, void *at)
{
    struct sn_net_entry *net = at;
    sn_flaw flaw;
    if (!sn_value_is_scalar(r, value, "an address block")) {
        return;
    }
    if (sn_value_is_none(value)) {
        *net = (struct sn_net_entry){ 0, 0 };
    } else if (!sn_quantity_net(value->text, &net->address, &net->bits, &flaw)) {
        sn_value_flaw(r, value, &flaw);
    }
}

static bool write_net(sn_text *t, const void *at)
{
    const struct sn_net_entry *net = at;
    if (net->bits == 0) {
        sn_text_put_str(t, "none");
    } else {
        sn_quantity_put_net(t, net->address, net->bits);
    }
    return true;
}

const sn_codec sn_net_codec = { read_net, write_net };

/* ---- count, holds ---- */

#define COUNT_MAX 10000000u

static void read_count(sn_reading *r, const sn_item *value, void *at)
{
    uint64_t count = 0;
    if (sn_value_count(r, value, 1, COUNT_MAX, &count)) {
        *(uint32_t *)at = (uint32_t)count;
    }
}

static bool write_count(sn_text *t, const void *at)
{
    const uint32_t count = *(const uint32_t *)at;
    sn_text_put_u64(t, count);
    return count != 0;
}

static const sn_codec count_codec = { read_count, write_count };

static void read_holds(sn_reading *r, const sn_item *value, void *at)
{
    sn_group_entry *site = at;
    if (value->kind != SN_ITEM_MAP) {
        sn_wrong(r, value->place, NULL, "wrong type: a mapping is wanted here, as in {phone: 20}");
        return;
    }
    for (uint32_t i = 0; i < value->count; i++) {
        const sn_pair *pair = &value->pairs[i];
        sn_hold_entry hold = { .place = pair->value->place };
        uint64_t count = 0;
        if (sn_key_name(r, pair->key, &hold.group) &&
            sn_value_count(r, pair->value, 1, COUNT_MAX, &count)) {
            hold.per_site = (uint32_t)count;
            site->holds =
                sn_hoard_grow(&r->hoard, site->holds, site->hold_count, sizeof(*site->holds));
            site->holds[site->hold_count++] = hold;
        }
    }
    if (value->count == 0) {
        sn_wrong(r, value->place, NULL, "an empty group: a site holds at least one node");
    }
}

static bool write_holds(sn_text *t, const void *at)
{
    const sn_group_entry *site = at;
    sn_text_put_str(t, "{");
    for (uint32_t i = 0; i < site->hold_count; i++) {
        sn_text_put_str(t, i == 0 ? "" : ", ");
        sn_put_key(t, site->holds[i].group.text);
        sn_text_put_u64(t, site->holds[i].per_site);
    }
    sn_text_put_str(t, "}");
    return true;
}

static const sn_codec holds_codec = { read_holds, write_holds };

static bool write_via(sn_text *t, const void *at)
{
    const sn_group_entry *g = at;
    if (g->held_by != NULL) {
        return false;
    }
    sn_text_put_str(t, g->via.text == NULL ? "none" : g->via.text);
    return true;
}

static void read_via(sn_reading *r, const sn_item *value, void *at)
{
    sn_group_entry *g = at;
    if (!sn_value_is_none(value)) {
        sn_whole_group_codec.read(r, value, &g->via);
    }
}

static const sn_codec via_codec = { read_via, write_via };

/* A node; `dns`, wherever a request's own domain is; or the host name of the proxies, with a dot in it. */
static void read_outbound(sn_reading *r, const sn_item *value, void *at)
{
    sn_group_entry *g = at;
    if (!sn_value_is_scalar(r, value, "an outbound proxy") || sn_value_is_none(value)) {
        return;
    }
    g->by_dns = ss_slice_eq(value->text, SS_LIT("dns"));
    if (ss_slice_find(value->text, '.') < value->text.len) {
        sn_value_text(r, value, 200, &g->outbound_host);
        g->outbound.place = value->place;
    } else if (sn_value_name(r, value, &g->outbound) && g->by_dns) {
        g->outbound.text = NULL;
    }
}

static bool write_outbound(sn_text *t, const void *at)
{
    const sn_group_entry *g = at;
    if (g->outbound_host != NULL) {
        sn_put_quoted(t, g->outbound_host);
    } else {
        sn_text_put_str(t, g->by_dns                  ? "dns"
                           : g->outbound.text == NULL ? "none"
                                                      : g->outbound.text);
    }
    return true;
}

static const sn_codec outbound_codec = { read_outbound, write_outbound };

/* ---- the tables ---- */

#define AT(member) .offset = offsetof(sn_group_entry, member)
#define LATER(name)                         \
    {                                       \
        .key = name, .kind = SN_VALUE_LATER \
    }

static const sn_field router_fields[] = {
    { .key = "via", .kind = SN_VALUE_SPECIAL, .codec = &via_codec },
    { .key = "link", .kind = SN_VALUE_NAME, .flags = SN_OR_NONE, AT(link) },
    { .key = "net", .kind = SN_VALUE_SPECIAL, AT(net), .codec = &sn_net_codec },
    { .key = "icmp", .kind = SN_VALUE_SPECIAL, AT(icmp), .codec = &sn_icmp_codec },
    LATER("nat"),
};
static const sn_fields router_table = { "router", router_fields, SS_COUNT(router_fields), NULL };

static const sn_field site_fields[] = {
    { .key = "count", .kind = SN_VALUE_SPECIAL, AT(count), .codec = &count_codec },
    { .key = "via", .kind = SN_VALUE_SPECIAL, .codec = &via_codec },
    { .key = "uplink", .kind = SN_VALUE_NAME, AT(link) },
    { .key = "holds", .kind = SN_VALUE_SPECIAL, .flags = SN_REQUIRED, .codec = &holds_codec },
    { .key = "net", .kind = SN_VALUE_SPECIAL, AT(net), .codec = &sn_net_codec },
    { .key = "icmp", .kind = SN_VALUE_SPECIAL, AT(icmp), .codec = &sn_icmp_codec },
    LATER("nat"),
};
static const sn_fields site_table = { "site", site_fields, SS_COUNT(site_fields), NULL };

static const char *const mode_words[] = { "stateful", "stateless", "redirect", "register", NULL };
_Static_assert(SS_PROXY_REGISTERS == 3, "in the order of ss_proxy_mode");
static const char *const fork_words[] = { "by_q", "parallel", "sequential", "never", NULL };
_Static_assert(SS_FORK_NEVER == 3, "in the order of ss_fork");
static const char *const sent_by_words[] = { "address", "host", NULL };
static const char *const wide_words[] = { "in_pieces", "reject", NULL };

static const char *const prack_words[] = { "supported", "none", "required", NULL };
_Static_assert(SS_RELIABLE_REQUIRED == 2, "in the order of ss_reliable_policy");

static const sn_field node_fields[] = {
    { .key = "role", .kind = SN_VALUE_SPECIAL, .codec = &role_codec },
    { .key = "roles", .kind = SN_VALUE_SPECIAL, AT(roles), .codec = &roles_codec },
    { .key = "count", .kind = SN_VALUE_SPECIAL, AT(count), .codec = &count_codec },
    { .key = "via", .kind = SN_VALUE_SPECIAL, .codec = &via_codec },
    { .key = "link", .kind = SN_VALUE_NAME, .flags = SN_OR_NONE, AT(link) },
    { .key = "net", .kind = SN_VALUE_SPECIAL, AT(net), .codec = &sn_net_codec },
    { .key = "aor", .kind = SN_VALUE_TEXT, .who = SN_IS_UA | SN_IS_B2BUA, AT(aor), .max = 200 },
    { .key = "outbound",
      .kind = SN_VALUE_SPECIAL,
      .who = SN_IS_UA | SN_IS_B2BUA | SN_IS_PROXY,
      .codec = &outbound_codec },
    { .key = "toward", .kind = SN_VALUE_NAME, .who = SN_IS_TAP, AT(toward) },
    { .key = "injects",
      .kind = SN_VALUE_SPECIAL,
      .flags = SN_OR_NONE,
      .who = SN_IS_TAP,
      AT(injects),
      .codec = &sn_injects_codec },
    { .key = "records",
      .kind = SN_VALUE_SPECIAL,
      .who = SN_IS_DNS,
      AT(records),
      .codec = &sn_records_codec },
    { .key = "lines",
      .kind = SN_VALUE_COUNT,
      .flags = SN_OR_NONE,
      .who = SN_IS_UA | SN_IS_B2BUA,
      AT(lines),
      .min = 1,
      .max = 65535 },
    { .key = "media",
      .kind = SN_VALUE_SPECIAL,
      .who = SN_IS_UA,
      AT(media),
      .codec = &sn_media_codec },
    { .key = "prack",
      .kind = SN_VALUE_WORD,
      .who = SN_IS_UA | SN_IS_B2BUA,
      AT(prack),
      .words = prack_words },
    { .key = "session_timer",
      .kind = SN_VALUE_SPECIAL,
      .who = SN_IS_UA | SN_IS_B2BUA,
      AT(session_timer),
      .codec = &sn_session_timer_codec },
    { .key = "register",
      .kind = SN_VALUE_SPECIAL,
      .who = SN_IS_UA,
      AT(registering),
      .codec = &sn_register_codec },
    { .key = "events",
      .kind = SN_VALUE_SPECIAL,
      .who = SN_IS_UA,
      AT(events),
      .codec = &sn_events_codec },
    { .key = "min_expires",
      .kind = SN_VALUE_TIME,
      .who = SN_IS_UA,
      AT(min_expires),
      .max = SS_S(3600) },
    { .key = "compositor",
      .kind = SN_VALUE_NAME,
      .flags = SN_OR_NONE,
      .who = SN_IS_UA,
      AT(compositor) },
    { .key = "info",
      .kind = SN_VALUE_SPECIAL,
      .who = SN_IS_UA | SN_IS_B2BUA,
      .codec = &sn_info_codec },
    { .key = "replaces",
      .kind = SN_VALUE_WORD,
      .who = SN_IS_UA,
      AT(replaces),
      .words = replaces_words },
    { .key = "refers",
      .kind = SN_VALUE_WORD,
      .who = SN_IS_UA | SN_IS_B2BUA,
      AT(refers),
      .words = refers_words },
    { .key = "subscribe",
      .kind = SN_VALUE_SPECIAL,
      .who = SN_IS_UA,
      AT(watch),
      .codec = &sn_watch_codec },
    { .key = "user",
      .kind = SN_VALUE_TEXT,
      .flags = SN_OR_NONE,
      .who = SN_IS_UA,
      AT(user),
      .max = 64 },
    { .key = "password",
      .kind = SN_VALUE_TEXT,
      .flags = SN_OR_NONE,
      .who = SN_IS_UA,
      AT(password),
      .max = 64 },
    { .key = "guest_of",
      .kind = SN_VALUE_SPECIAL,
      .who = SN_IS_UA,
      AT(guest_of),
      .codec = &sn_guest_codec },
    { .key = "auth", .kind = SN_VALUE_SPECIAL, .who = SN_IS_UA, AT(auth), .codec = &sn_auth_codec },
    { .key = "challenge",
      .kind = SN_VALUE_SPECIAL,
      .who = SN_IS_UA,
      AT(door),
      .codec = &sn_door_codec },
    { .key = "redirects",
      .kind = SN_VALUE_COUNT,
      .flags = SN_OR_NONE,
      .who = SN_IS_UA | SN_IS_B2BUA,
      AT(redirects),
      .min = 1,
      .max = 255 },
    { .key = "behaviour",
      .kind = SN_VALUE_NAME,
      .flags = SN_OR_NONE,
      .who = SN_IS_UA,
      AT(behaviour) },
    { .key = "ring_limit",
      .kind = SN_VALUE_TIME,
      .who = SN_IS_UA | SN_IS_B2BUA,
      AT(settings.ring_limit),
      .min = 1,
      .max = SN_TIME_MAX },
    { .key = "host",
      .kind = SN_VALUE_TEXT,
      .flags = SN_OR_NONE,
      .who = SN_IS_PROXY,
      AT(host),
      .max = 200 },
    { .key = "sent_by",
      .kind = SN_VALUE_WORD,
      .who = SN_IS_PROXY,
      AT(sent_by),
      .words = sent_by_words },
    { .key = "record_route", .kind = SN_VALUE_BOOL, .who = SN_IS_PROXY, AT(record_route) },
    { .key = "path", .kind = SN_VALUE_BOOL, .who = SN_IS_PROXY, AT(path) },
    { .key = "flow_timer",
      .kind = SN_VALUE_TIME,
      .who = SN_IS_PROXY,
      .flags = SN_OR_NONE,
      .min = SS_S(1),
      .max = SS_S(86400),
      AT(flow_timer) },
    { .key = "service_route", .kind = SN_VALUE_BOOL, .who = SN_IS_PROXY, AT(service_route) },
    { .key = "mode", .kind = SN_VALUE_WORD, .who = SN_IS_PROXY, AT(mode), .words = mode_words },
    { .key = "fork",
      .kind = SN_VALUE_WORD,
      .who = SN_IS_PROXY,
      AT(fork.order),
      .words = fork_words },
    { .key = "hunt",
      .kind = SN_VALUE_TIME,
      .flags = SN_OR_NONE,
      .who = SN_IS_PROXY,
      AT(fork.hunt),
      .min = 1,
      .max = SN_TIME_MAX },
    { .key = "recurse", .kind = SN_VALUE_BOOL, .who = SN_IS_PROXY, AT(fork.recurse) },
    { .key = "loop_detection", .kind = SN_VALUE_BOOL, .who = SN_IS_PROXY, AT(fork.loop_detection) },
    { .key = "max_breadth",
      .kind = SN_VALUE_COUNT,
      .flags = SN_OR_NONE,
      .who = SN_IS_PROXY,
      AT(fork.max_breadth),
      .min = 1,
      .max = 65535 },
    { .key = "too_wide",
      .kind = SN_VALUE_WORD,
      .who = SN_IS_PROXY,
      AT(fork.too_wide),
      .words = wide_words },
    { .key = "hides_users", .kind = SN_VALUE_BOOL, .who = SN_IS_PROXY, AT(hides_users) },
    { .key = "defence",
      .kind = SN_VALUE_SPECIAL,
      .who = SN_IS_PROXY,
      AT(defence),
      .codec = &sn_defence_codec },
    { .key = "queue",
      .kind = SN_VALUE_SPECIAL,
      .who = SN_IS_PROXY,
      AT(queue),
      .codec = &sn_queue_codec },
    { .key = "overload_control",
      .kind = SN_VALUE_SPECIAL,
      .who = SN_IS_UA | SN_IS_PROXY,
      AT(settings.overload_control),
      .codec = &sn_control_codec },
    { .key = "timer_c",
      .kind = SN_VALUE_TIME,
      .who = SN_IS_PROXY,
      AT(settings.timer_c),
      .min = SS_S(180) + 1,
      .max = SN_TIME_MAX },
    { .key = "t1",
      .kind = SN_VALUE_TIME,
      .who = SN_IS_UA | SN_IS_PROXY | SN_IS_B2BUA,
      AT(settings.t1),
      .min = 1,
      .max = SS_S(3600) },
    { .key = "t2",
      .kind = SN_VALUE_TIME,
      .who = SN_IS_UA | SN_IS_PROXY | SN_IS_B2BUA,
      AT(settings.t2),
      .min = 1,
      .max = SS_S(3600) },
    { .key = "t4",
      .kind = SN_VALUE_TIME,
      .who = SN_IS_UA | SN_IS_PROXY | SN_IS_B2BUA,
      AT(settings.t4),
      .max = SS_S(3600) },
    { .key = "quota",
      .kind = SN_VALUE_SPECIAL,
      .who = SN_IS_UA | SN_IS_PROXY | SN_IS_B2BUA,
      AT(settings),
      .codec = &quota_codec },
    { .key = "transport",
      .kind = SN_VALUE_WORD,
      .who = SN_IS_UA | SN_IS_PROXY | SN_IS_B2BUA,
      AT(transport),
      .words = transport_words },
    { .key = "listen",
      .kind = SN_VALUE_SPECIAL,
      .who = SN_IS_UA | SN_IS_PROXY | SN_IS_B2BUA,
      AT(listens),
      .codec = &listen_codec },
    { .key = "idle",
      .kind = SN_VALUE_TIME,
      .flags = SN_OR_NONE,
      .who = SN_IS_UA | SN_IS_PROXY | SN_IS_B2BUA,
      AT(idle),
      .min = 1,
      .max = SN_TIME_MAX },
    { .key = "segments",
      .kind = SN_VALUE_WORD,
      .who = SN_IS_UA | SN_IS_PROXY | SN_IS_B2BUA,
      AT(segments),
      .words = segment_words },
    { .key = "path_mtu",
      .kind = SN_VALUE_WORD,
      .who = SN_IS_UA | SN_IS_PROXY | SN_IS_B2BUA,
      AT(path_mtu),
      .words = path_mtu_words },
    { .key = "path_mtu_age",
      .kind = SN_VALUE_TIME,
      .who = SN_IS_UA | SN_IS_PROXY | SN_IS_B2BUA,
      AT(path_mtu_age),
      .min = SS_S(300), /* RFC1191:3 */
      .max = SN_TIME_MAX },
    { .key = "probing",
      .kind = SN_VALUE_SPECIAL,
      .who = SN_IS_UA | SN_IS_PROXY | SN_IS_B2BUA,
      AT(probing),
      .codec = &sn_probing_codec },
    { .key = "reassembly",
      .kind = SN_VALUE_SPECIAL,
      AT(reassembly),
      .codec = &sn_reassembly_codec },
    { .key = "ip", .kind = SN_VALUE_SPECIAL, AT(ip), .codec = &sn_ip_codec },
    { .key = "icmp", .kind = SN_VALUE_SPECIAL, AT(icmp), .codec = &sn_icmp_codec },
    LATER("nat"),
    LATER("skew"),
    LATER("program"),
};
static const sn_fields node_table = { "node", node_fields, SS_COUNT(node_fields), who_names };

/* ---- entries ---- */

static sn_group_entry *new_group(sn_reading *r, sn_model *m, sn_section section, unsigned roles)
{
    m->groups = sn_hoard_grow(&r->hoard, m->groups, m->group_count, sizeof(*m->groups));
    sn_group_entry *g = &m->groups[m->group_count];
    *g = (sn_group_entry){ .section = section,
                           .roles = roles & ~(unsigned)SN_IS_ALONE,
                           .mode = (roles & SN_IS_ALONE) != 0 ? SS_PROXY_REGISTERS : 0,
                           .media = 1,
                           .settings = ss_settings_default(),
                           .fork = { .max_breadth = 60, .loop_detection = true },
                           .listens = SN_LISTENS_UDP | SN_LISTENS_TCP,
                           .icmp = { .sends = SN_ICMP_OF_ALL, .passes = SN_ICMP_OF_ALL } };
    g->redirects = g->settings.redirects_max;
    g->registering.retry = SS_S(30); /* also of a story's register */
    g->registering.retry_max = SS_S(1800);
    g->reassembly = sn_reassembly_default();
    g->path_mtu_age = SS_S(600); /* RFC1191:6.3 */
    g->probing = sn_probing_default();
    return g;
}

static void read_entry(sn_reading *r, sn_model *m, const sn_pair *pair, sn_section section,
                       unsigned roles)
{
    static const sn_fields *const tables[] = { &router_table, &site_table, &node_table };
    sn_group_entry *g = new_group(r, m, section, roles);
    g->item = pair->value;
    const bool named = sn_key_name(r, pair->key, &g->name);
    sn_fields_read(r, tables[section], roles & SN_WHO_MASK, pair->value, g);
    if (g->settings.t2 < g->settings.t1) {
        const bool says_t2 = sn_item_pair(pair->value, "t2") != NULL;
        sn_wrong(r, sn_item_place(pair->value, says_t2 ? "t2" : "t1"), NULL,
                 "T2 is below T1: RFC 3261 17.1.2.1");
    }
    m->group_count += named;
}

static void read_router(sn_reading *r, sn_model *m, const sn_pair *pair)
{
    read_entry(r, m, pair, SN_SECTION_ROUTERS, SN_IS_ROUTER);
}

static void read_site(sn_reading *r, sn_model *m, const sn_pair *pair)
{
    read_entry(r, m, pair, SN_SECTION_SITES, SN_IS_ROUTER);
}

static void read_node(sn_reading *r, sn_model *m, const sn_pair *pair)
{
    if (pair->value->kind != SN_ITEM_MAP) {
        sn_wrong(r, pair->value->place, NULL,
                 "wrong type: a mapping of keys of node is wanted here");
        return;
    }
    const uint64_t before = r->mistake_count;
    const unsigned roles = roles_of(r, pair);
    read_entry(r, m, pair, SN_SECTION_NODES, r->mistake_count == before ? roles : 0);
}

void sn_routers_read(sn_reading *r, const sn_item *value, void *model)
{
    sn_section_read(r, value, "routers", model, read_router);
}

void sn_sites_read(sn_reading *r, const sn_item *value, void *model)
{
    sn_section_read(r, value, "sites", model, read_site);
}

void sn_nodes_read(sn_reading *r, const sn_item *value, void *model)
{
    sn_section_read(r, value, "nodes", model, read_node);
}

/* ---- writing ---- */

static void write_section(sn_text *t, const sn_model *m, sn_section section, const char *title,
                          const sn_fields *table)
{
    bool any = false;
    for (uint32_t i = 0; i < m->group_count; i++) {
        const sn_group_entry *g = &m->groups[i];
        if (g->section != section) {
            continue;
        }
        if (!any) {
            sn_text_put_str(t, title);
            sn_text_put_str(t, ":\n");
            any = true;
        }
        sn_text_put_str(t, "  ");
        sn_put_key(t, g->name.text);
        sn_fields_write(t, table, g->roles & SN_WHO_MASK, g);
        sn_text_put_str(t, "\n");
    }
}

void sn_groups_write(sn_text *t, const sn_model *m)
{
    write_section(t, m, SN_SECTION_ROUTERS, "routers", &router_table);
    write_section(t, m, SN_SECTION_SITES, "sites", &site_table);
    write_section(t, m, SN_SECTION_NODES, "nodes", &node_table);
}

const sn_fields *sn_routers_fields(void)
{
    return &router_table;
}

const sn_fields *sn_sites_fields(void)
{
    return &site_table;
}

const sn_fields *sn_nodes_fields(void)
{
    return &node_table;
}
