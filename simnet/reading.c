/* A datagram is read once: its sender reads it for the facts about it, and who receives it untouched need not read it again.
 * The reading stands in the store beside the packet, and its slices point into the packet's bytes. A packet that is cut, copied
 * or handed to another partition has none, and its receiver reads for itself, with the same outcome.
 */
#include "world_state.h"

/* In a flood of datagrams under way at once, those beyond this many are read twice: memory before speed. */
enum { READINGS_MAX = 4096 };

typedef struct reading {
    size_t bytes; /* of this block */
    ss_msg msg;   /* becomes the receiver's, which may change it */
    ss_field fields[];
} reading;

void sn_reading_keep(sn_partition *p, sn_packet *packet, const unsigned char *payload_at,
                     ss_slice payload, const ss_msg *msg)
{
    const size_t bytes = sizeof(reading) + msg->field_count * sizeof(ss_field);
    const ss_ref ref = p->readings < READINGS_MAX ? ss_store_take(&p->store, bytes) : 0;
    if (ref == 0) {
        return;
    }
    reading *r = ss_store_at(&p->store, ref);
    r->bytes = bytes;
    ss_msg_relocate(&r->msg, r->fields, msg,
                    (const char *)payload_at + (msg->bytes.at - payload.at));
    packet->reading = ref;
    p->readings++;
}

ss_msg *sn_reading_of(sn_partition *p, const sn_packet *packet)
{
    reading *r = packet->reading == 0 ? NULL : ss_store_at(&p->store, packet->reading);
    return r == NULL ? NULL : &r->msg;
}

void sn_reading_give(sn_partition *p, sn_packet *packet)
{
    if (packet->reading == 0) {
        return;
    }
    const reading *r = ss_store_at(&p->store, packet->reading);
    ss_store_give(&p->store, packet->reading, r->bytes);
    packet->reading = 0;
    p->readings--;
}
