/* Messages that leave as others than they were: a link edits or damages them so that they are read, or so that they are not; a fault of
 * the scenario edits what it means. */
#include <string.h>

#include "link/corrupt.h"
#include "world_state.h"

static void emit_edited(sn_partition *p, uint32_t node, const sn_about *about, uint32_t peer,
                        sn_edit edit, sn_cause cause)
{
    sn_fact fact = { .kind = SN_FACT_EDITED,
                     .cause = (uint16_t)cause,
                     .entity = node,
                     .peer = peer,
                     .packet = about->id,
                     .hash = about->hash,
                     .value = edit,
                     .sip = about->sip };
    sn_emit(p, &fact, SS_EMPTY);
}

/* Of a whole datagram that holds SIP, or any when it is only damaged: what it carries, as far as the checksum goes. */
static bool find_message(const sn_packet *packet, const sn_damage *how, sn_ip *ip, sn_udp *udp)
{
    const sn_about *about = &packet->about;
    if (about->is_damaged || about->is_icmp || (how->kind == SN_DAMAGE_SIP && !about->sip.is_sip) ||
        sn_ip_parse(packet->bytes, packet->len, ip) != SS_OK || ip->more || ip->fragment != 0 ||
        ip->protocol != SN_PROTOCOL_UDP) {
        return false;
    }
    const ss_slice bytes = ss_slice_cut(sn_packet_slice(packet), ip->header, ip->total);
    return sn_udp_parse(ip, bytes, udp) == SS_OK;
}

ss_ref sn_edit_packet(sn_partition *p, uint32_t node, uint32_t peer, ss_ref ref,
                      const sn_copy *copy, const sn_damage *how, uint32_t room)
{
    sn_ip ip;
    sn_udp udp;
    sn_edit made;
    ss_arena *arena = &p->world->arena;
    const size_t mark = arena->used, headers_max = SN_IP6_HEADER_BYTES + SN_UDP_HEADER_BYTES;
    if (!find_message(sn_packet_at(p, ref), how, &ip, &udp) || room < headers_max) {
        return ref;
    }
    const size_t headers = sn_ip_header_to(ip.destination) + (size_t)SN_UDP_HEADER_BYTES;
    void *memory = ss_arena_take(arena, room - headers, 1);
    if (memory == NULL) {
        p->out_of_memory = true;
        return ref;
    }
    ss_buffer out = ss_buffer_on(memory, room - headers);
    if (sn_corrupt_message(how, copy->where, udp.payload, &out, &made)) {
        sn_about about = sn_packet_at(p, ref)->about;
        about.id.copy = copy->number;
        (void)sn_packet_read(p, &about, ss_buffer_slice(&out), NULL);
        emit_edited(p, node, &about, peer, made, SN_CAUSE_NONE);
        ip.header = sn_ip_header_to(ip.destination);
        ip.has_fragment = false;
        ip.total = (uint32_t)(headers + out.len);
        const ss_ref edited = sn_packet_take(p, ip.total, &about);
        if (edited != 0) {
            unsigned char *bytes = sn_packet_at(p, edited)->bytes;
            memcpy(bytes + headers, out.at, out.len);
            sn_ip_put(bytes, &ip);
            sn_udp_put(bytes + ip.header, &ip, udp.source_port, udp.destination_port, out.len);
        }
        sn_packet_give(p, ref);
        ref = edited;
    }
    arena->used = mark;
    return ref;
}

ss_slice sn_edit_message(sn_partition *p, uint32_t node, sn_about *about, const sn_fault_edit *how,
                         ss_slice payload, const ss_msg **read)
{
    const size_t most = SN_IP_BYTES_MAX - SN_IP_HEADER_BYTES - SN_UDP_HEADER_BYTES;
    const sn_wish wish = { .edit = how->edit,
                           .field = how->field == NULL ? SS_EMPTY : ss_slice_from(how->field),
                           .value = how->value == NULL ? SS_EMPTY : ss_slice_from(how->value),
                           .repair = how->repair ? SN_REPAIR_LENGTH : 0 };
    sn_choices choices = sn_choices_of(ss_mix_absorb(how->choice, about->id.ordinal));
    sn_edited made;
    void *memory = ss_arena_take(&p->world->arena, most, 1);
    if (memory == NULL) {
        p->out_of_memory = true;
        return payload;
    }
    ss_buffer out = ss_buffer_on(memory, most);
    if (sn_mutate(payload, &wish, &choices, &out, &made) != SS_OK) {
        return payload;
    }
    *read = sn_packet_read(p, about, ss_buffer_slice(&out), NULL);
    emit_edited(p, node, about, about->target, made.edit, SN_CAUSE_FAULT);
    return ss_buffer_slice(&out);
}

bool sn_respell(sn_partition *p, ss_slice *message)
{
    const uint32_t spelling = p->world->plan->spelling;
    const sn_wish wish = { .edit = SN_EDIT_REWRITE };
    sn_edited made;
    sn_choices choices = sn_choices_of(ss_hash64(spelling, *message)); /* of a copy the same */
    const size_t most = 2 * message->len + 2048; /* a name and its colon grow, a value hardly */
    const size_t room = most < SS_MESSAGE_BYTES_MAX ? most : SS_MESSAGE_BYTES_MAX;
    void *memory = ss_arena_take(&p->world->arena, room, 1);
    ss_buffer out = ss_buffer_on(memory, memory == NULL ? 0 : room);
    p->out_of_memory |= memory == NULL;
    if (memory == NULL || sn_mutate(*message, &wish, &choices, &out, &made) != SS_OK) {
        return false;
    }
    *message = ss_buffer_slice(&out);
    return true;
}

ss_ref sn_damage_packet(sn_partition *p, ss_ref ref, const sn_copy *copy, const sn_damage *how)
{
    sn_packet *packet = sn_packet_at(p, ref);
    packet->about.is_damaged = true;
    sn_reading_give(p, packet); /* what was read is not what stands there now */
    const uint32_t len = sn_corrupt(how, copy->where, packet->bytes, packet->len);
    if (len == packet->len) {
        return ref;
    }
    const ss_ref shorter = sn_packet_take(p, len, &packet->about);
    if (shorter != 0) {
        memcpy(sn_packet_at(p, shorter)->bytes, packet->bytes, len);
    }
    sn_packet_give(p, ref);
    return shorter;
}
