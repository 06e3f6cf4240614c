/* cut.h: how an edit is written: the message goes to the buffer from front to back, parts are left out and others put in
 * between. Private to simnet/mutate. */
#ifndef CUT_H
#define CUT_H

#include "shape.h"
#include "sn/mutate.h"

typedef struct sn_cut {
    sn_shape shape; /* of the message */
    const sn_wish *wish;
    sn_choices *choices;
    ss_buffer *out;
    uint32_t at; /* what is before it is done */
} sn_cut;

/** An edit: false when there is nothing for it to change; then nothing was put out. The rest of the message is kept for it. */
typedef bool sn_edit_act(sn_cut *c);
#define EDIT(id, name, weight, inverse, sentence) sn_edit_act sn_edit_##name;
#include "sn/mutate.def"
#undef EDIT

/** The message up to there is put out, or left out. `upto` does not go back. */
void sn_cut_keep(sn_cut *c, uint32_t upto);
void sn_cut_skip(sn_cut *c, uint32_t upto);
/** A part of the message is replaced. */
void sn_cut_replace(sn_cut *c, sn_span old, ss_slice text);
/** A part of the message once more. */
void sn_cut_again(sn_cut *c, sn_span span);
/** As many times. */
void sn_cut_run(sn_cut *c, ss_slice text, uint32_t times);

/** One of a table. */
ss_slice sn_cut_one_of(sn_cut *c, const ss_slice *list, size_t count);
#define SN_CUT_ONE_OF(c, list) sn_cut_one_of((c), (list), SS_COUNT(list))

/** A field that is wished and for which `fits` holds (NULL: any), each as likely; NULL: there is none. `next` is the one behind,
 *  NULL for the last. */
typedef bool sn_line_fits(const sn_cut *c, const sn_line *line, const sn_line *next);
const sn_line *sn_cut_field(sn_cut *c, sn_line_fits *fits);
/** The first line of a field, NULL: there is none. */
const sn_line *sn_cut_first(const sn_cut *c, ss_hdr id);
/** Is this the field that is wished? */
bool sn_cut_is_wished(const sn_cut *c, const sn_line *line);

/** Make the parts of the edited message in `out` agree (SN_REPAIR_), as far as `message` had them. It overflows when there is no
 *  room for that. */
void sn_repair(ss_slice message, unsigned repair, ss_buffer *out);

#endif
