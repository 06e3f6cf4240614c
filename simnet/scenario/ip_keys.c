/* ip: which versions of IP a node speaks, one or both, of which the first is preferred; and what that asks of others: links on the way of
 * IPv6 carry 1280 bytes (RFC 8200 5), who is called straight is of the same version. */
#include "model.h"

#include <string.h>

static const char *const words[] = { "v4", "v6", NULL };

static void read_ip(sn_reading *r, const sn_item *value, void *at)
{
    unsigned *ip = at, first = 0, second = 0;
    if (value->kind != SN_ITEM_LIST) {
        (void)sn_value_word(r, value, words, ip);
        return;
    }
    if (value->count != 2) {
        sn_wrong(r, value->place, "[v6, v4]", "v4, v6 or a list of both is wanted here");
    } else if (sn_value_word(r, value->pairs[0].value, words, &first) &&
               sn_value_word(r, value->pairs[1].value, words, &second)) {
        if (first == second) {
            sn_wrong(r, value->pairs[1].value->place, NULL, "%s is given twice", words[first]);
        }
        *ip = first == 0 ? SN_IP_V4_V6 : SN_IP_V6_V4;
    }
}

static bool write_ip(sn_text *t, const void *at)
{
    static const char *const texts[] = { "v4", "v6", "[v4, v6]", "[v6, v4]" };
    sn_text_put_str(t, texts[*(const unsigned *)at]);
    return true;
}

const sn_codec sn_ip_codec = { read_ip, write_ip };

/* ---- what it asks for ---- */

static bool is_narrow(const sn_link_params *p)
{
    const uint32_t mtu = p->mtu == 0 ? SN_IP_BYTES_MAX : p->mtu;
    const uint32_t least = p->hidden_mtu != 0 && p->hidden_mtu < mtu ? p->hidden_mtu : mtu;
    return !p->illegal && least < SN_IP6_MTU_MIN + p->tunnel;
}

/* RFC8200:5 every link from the node to the top. */
static void judge_links(sn_reading *r, const sn_model *m, const sn_group_entry *g)
{
    const sn_group_entry *at = g;
    for (unsigned depth = 0; depth < 10 && at->via.text != NULL; depth++) {
        const sn_link_entry *link = at->link.text == NULL ? NULL : &m->links[at->link.index];
        if (link != NULL && (is_narrow(&link->up) || is_narrow(&link->down))) {
            sn_wrong(r, sn_item_place(g->item, "ip"), NULL,
                     "link '%s' carries less than the 1280 bytes that IPv6 needs", link->name.text);
            return;
        }
        at = &m->groups[at->via.index];
    }
}

bool sn_ip_shares(const sn_group_entry *a, const sn_group_entry *b)
{
    return a->ip > SN_IP_V6 || b->ip > SN_IP_V6 || a->ip == b->ip;
}

static void judge_outbound(sn_reading *r, const sn_model *m, const sn_group_entry *g)
{
    if (g->outbound.text != NULL && !sn_ip_shares(g, &m->groups[g->outbound.index])) {
        sn_wrong(r, g->outbound.place, NULL,
                 "unreachable pair: '%s' and '%s' speak different versions of IP", g->name.text,
                 g->outbound.text);
    }
}

void sn_ip_judge(sn_reading *r, const sn_model *m)
{
    for (uint32_t i = 0; i < m->group_count; i++) {
        const sn_group_entry *g = &m->groups[i];
        const sn_place place = sn_item_place(g->item, "ip");
        if (g->ip != SN_IP_V4) {
            judge_links(r, m, g);
        }
        judge_outbound(r, m, g);
        const bool meets_v6_alone =
            g->ip == SN_IP_V6 ||
            (g->toward.text != NULL && m->groups[g->toward.index].ip == SN_IP_V6);
        if (meets_v6_alone && g->injects.net.bits != 0) {
            sn_wrong(r, place, NULL, "the addresses that it says are its own are of IPv4");
        }
    }
}
