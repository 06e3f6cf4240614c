/* path/plpmtu.h: the machine of packetisation layer path MTU discovery, for the way to one destination (RFC 8899 5). It sends nothing itself:
 * after each event it says the size of the probe that is due, and when it wants to be asked again. All sizes are of IP packets.
 */
#ifndef PLPMTU_H
#define PLPMTU_H

#include "sn/plan.h"

/* RFC 8899 5.2 */
typedef enum sn_plpmtu_state {
    SN_PLPMTU_DISABLED, /* nothing came back yet, or nothing does any more */
    SN_PLPMTU_BASE,
    SN_PLPMTU_SEARCHING,
    SN_PLPMTU_COMPLETE,
    SN_PLPMTU_ERROR,
    SN_PLPMTU_STATES
} sn_plpmtu_state;

typedef struct sn_plpmtu {
    sn_plpmtu_state state;
    uint32_t size;   /* PLPMTU; 0: unknown */
    uint32_t probed; /* PROBED_SIZE */
    uint32_t count;  /* PROBE_COUNT */
    uint32_t min, base, max;
    uint32_t now;     /* a probe of so many bytes is to be sent now; 0: none */
    bool is_repeated; /* it is a copy of the one before */
    bool is_out;      /* a probe has not been acknowledged */
    bool is_used;     /* something was sent since the last probe */
    bool rests;       /* it is due, but nobody uses the way: the next datagram wakes it */
    ss_time due;      /* PROBE_TIMER, or when to confirm or raise */
    ss_time raise_at; /* PMTU_RAISE_TIMER */
} sn_plpmtu;

/** `max` is what the own link carries. */
void sn_plpmtu_begin(sn_plpmtu *m, const sn_probing_spec *spec, bool is_v6, uint32_t max);
/** The own link carries another size from now on. */
void sn_plpmtu_limit(sn_plpmtu *m, const sn_probing_spec *spec, bool is_v6, uint32_t max);
/** A datagram leaves; `is_copy`: the very same did before, and so was lost, or its answer was. */
void sn_plpmtu_sent(sn_plpmtu *m, const sn_probing_spec *spec, ss_time now, uint32_t size,
                    bool is_copy);
/** The probe was acknowledged. */
void sn_plpmtu_acked(sn_plpmtu *m, const sn_probing_spec *spec, ss_time now);
/** `due` has come. */
void sn_plpmtu_expired(sn_plpmtu *m, const sn_probing_spec *spec, ss_time now);
/** A router says, about something that was sent, that so much would fit. */
void sn_plpmtu_too_big(sn_plpmtu *m, const sn_probing_spec *spec, ss_time now, uint32_t said);

#endif
