/* Packets in the store of the partition that holds them, and what is known of the message in one. */
#include <string.h>

#include "world_state.h"

sn_packet *sn_packet_at(const sn_partition *p, ss_ref ref)
{
    return ss_store_at(&p->store, ref);
}

void sn_packet_give(sn_partition *p, ss_ref ref)
{
    sn_packet *packet = sn_packet_at(p, ref);
    sn_reading_give(p, packet);
    ss_store_give(&p->store, ref, sn_packet_size(packet->len));
}

ss_ref sn_packet_take(sn_partition *p, uint32_t len, const sn_about *about)
{
    const ss_ref ref = ss_store_take(&p->store, sn_packet_size(len));
    if (ref == 0) {
        p->out_of_memory = true;
        return 0;
    }
    sn_packet *packet = sn_packet_at(p, ref);
    packet->about = *about;
    packet->len = len;
    return ref;
}

ss_ref sn_packet_clone(sn_partition *p, ss_ref from)
{
    const sn_packet *old = sn_packet_at(p, from);
    const ss_ref ref = sn_packet_take(p, old->len, &old->about);
    if (ref != 0) {
        memcpy(sn_packet_at(p, ref)->bytes, old->bytes, old->len);
    }
    return ref;
}

const ss_msg *sn_packet_read(sn_partition *p, sn_about *about, ss_slice payload, const ss_msg *read)
{
    ss_diag diag;
    ss_msg *msg = read == NULL ? SS_ARENA_NEW(&p->world->arena, ss_msg) : NULL;
    if (msg != NULL && ss_msg_parse(msg, &p->world->arena, payload, &diag) == SS_OK) {
        read = msg;
    }
    about->hash = ss_hash64(0, payload);
    about->sip = (ss_summary){ .is_sip = 0 };
    if (read != NULL) {
        ss_msg_summarise(read, &about->sip);
    }
    return read;
}
