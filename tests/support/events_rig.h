/* What tests of event notification share, on top of ua_rig.h: commands, and looking for a piece of a message. */
#ifndef EVENTS_RIG_H
#define EVENTS_RIG_H

#include "ua_rig.h"

/** The text of a message has this piece. */
bool ev_has(const ua_message *message, const char *piece);
/** A request of Carol's outside dialogs. `more`: header lines; `type` NULL: no body. */
void ev_carol_sends(ua_rig *rig, int to, const char *method, const char *call_id, unsigned cseq,
                    const char *more, const char *type, const char *body);
/** A NOTIFY of Carol's for a SUBSCRIBE or REFER of Alice's, in the dialog of a tag of hers. */
void ev_carol_notifies(ua_rig *rig, const ua_message *made_by, const char *tag, unsigned cseq,
                       const char *more, const char *body);
/** The To or From tag of a message, in memory that lasts until the next call. */
const char *ev_to_tag(const ua_message *message);

#endif
