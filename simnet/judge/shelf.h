/* Records by a number that counts up, for as long as more may be told of one; see shelf.c. */
#ifndef SN_JUDGE_SHELF_H
#define SN_JUDGE_SHELF_H

#include "ss/base.h"

enum { SHELF_PAGE = 64 }; /* records: a bit of a word for each */

typedef struct shelf_page {
    uint64_t made, settled; /* bit by number % SHELF_PAGE */
    ss_time touched;
    uint32_t numbers; /* the page's place in the directory: number / SHELF_PAGE */
    uint32_t next;    /* of those that rest, or that are free; plus 1 */
    bool rests;
} shelf_page;

typedef struct shelf {
    size_t size;         /* of a record */
    const void *blank;   /* what one begins as; static */
    uint32_t *directory; /* number / SHELF_PAGE -> page, plus 1; 0: none */
    uint32_t directory_count, directory_room;
    shelf_page *pages;
    uint32_t page_count, page_room;
    void *records; /* SHELF_PAGE of each page */
    uint32_t record_room;
    uint32_t first_free, first_resting, last_resting; /* plus 1; 0: none */
} shelf;

/** No heap is used before the first record. */
void sn_shelf_begin(shelf *s, size_t size, const void *blank);
void sn_shelf_free(shelf *s);
/** The record, made when there is none; valid until the next call. NULL without memory. */
void *sn_shelf_open(shelf *s, uint32_t number, ss_time now);
/** Whether anything is still wanted of an open record: what has settled is forgotten some minutes after it was last opened. */
void sn_shelf_settle(shelf *s, uint32_t number, bool has_settled);
/** The record of the least number from `*number` on, which becomes that number; NULL: no more. */
void *sn_shelf_next(const shelf *s, uint32_t *number);

#endif
