/* rp/hep.h: trace.hep: every SIP message that leaves a node as one frame of HEP3, one behind the other, as a capture agent sends them to
 * a collector (Homer) over TCP.
 *
 * The messages are read from the packets, as a capture agent reads them: datagrams put together from their fragments, streams
 * from their segments. The bytes depend on the facts alone.
 */
#ifndef RP_HEP_H
#define RP_HEP_H

#include "rp/file.h"
#include "sn/capture.h"

/** The most bytes of a frame: its length is a number of 16 bits. */
#define RP_HEP_BYTES_MAX 65535u

typedef struct rp_hep rp_hep;
/** `out` and `cast` are borrowed; `epoch_s`: seconds since 1970 of instant 0. NULL without memory. */
rp_hep *rp_hep_new(rp_file *out, const sn_cast *cast, const sn_capture_filter *filter,
                   uint64_t epoch_s);
void rp_hep_free(rp_hep *h);
void rp_hep_fact(rp_hep *h, const sn_fact *fact, ss_slice packet);
/** After the last fact. */
void rp_hep_finish(rp_hep *h);
/** False when memory ran out on the way: frames are missing. */
bool rp_hep_is_whole(const rp_hep *h);

#endif
