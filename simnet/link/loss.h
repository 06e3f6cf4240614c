/* loss.h: models of loss: one file each, one table of all. */
#ifndef LOSS_H
#define LOSS_H

#include "link/chance.h"

/** What a direction remembers of its losses. Zeroed at the start. */
typedef struct sn_loss_memory {
    sn_chance_memory chance; /* RANDOM */
    uint8_t state;           /* STATE, GEMODEL: 0 is where they start */
    uint32_t in_a_row;       /* when there is a cap */
    uint32_t passed;         /* INDEX: those of the list that are over */
    uint64_t count;          /* MASK, INDEX: copies before this one */
} sn_loss_memory;

/** Is a copy lost? A step of the model, by one draw. */
typedef bool sn_loss_step(const sn_loss *loss, sn_loss_memory *memory, uint64_t draw);
sn_loss_step sn_loss_state, sn_loss_gemodel, sn_loss_masked, sn_loss_indexed;

/** It can lose something. */
bool sn_loss_is_set(const sn_loss *loss);
bool sn_loss_remembers(const sn_loss *loss);
/** The model is in its bad state, or in a burst. */
bool sn_loss_is_bad(const sn_loss *loss, const sn_loss_memory *memory);
/** `memory` is not looked at where nothing is remembered. */
bool sn_loss_happens(const sn_loss *loss, sn_loss_memory *memory, uint64_t draw);

#endif
